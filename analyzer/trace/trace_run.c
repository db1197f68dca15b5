/* One pass over the events, merged by time. */
#include "trace/trace_run.h"

#include "trace/trace_event.h"
#include "trace/trace_record.h"
#include "util/progress.h"

int jam_trace_replay_tables(struct jam_trace *trace, struct jam_replay *replay)
{
    struct jam_cursor cursor;
    const void *record;
    jam_cursor_start(&cursor, trace, JAM_EXTENT_THREADS);
    while ((record = jam_cursor_next(&cursor)))
        if (jam_replay_add_thread(replay, record) != 0)
            return -1;
    jam_cursor_start(&cursor, trace, JAM_EXTENT_LOCKS);
    while ((record = jam_cursor_next(&cursor)))
        if (jam_replay_add_lock(replay, record) != 0)
            return -1;
    return 0;
}

static int feed_events(struct jam_event_merge *merge, struct jam_run *run, uint64_t events)
{
    struct jam_event_view event;
    struct jam_progress progress = jam_progress_start("events", events);
    int status = 0;
    while (!status && jam_event_merge_next(merge, &event)) {
        status = jam_run_feed(run, &event);
        jam_progress_step(&progress, 1);
    }
    jam_progress_end(&progress);
    return status;
}

static int replay_chunks(struct jam_trace *trace, const struct jam_facts *facts,
                         const struct jam_event_chunks *chunks, struct jam_run *run)
{
    struct jam_event_merge *merge = jam_event_merge_new(chunks);
    if (!merge)
        return -1;
    int status = jam_trace_replay_tables(trace, &run->replay);
    if (!status)
        status = feed_events(merge, run, chunks->events);
    if (!status)
        status = jam_run_finish(run, jam_timebase_ticks_at(&facts->base, facts->duration_ns));
    jam_event_merge_free(merge);
    return status;
}

int jam_trace_run(struct jam_trace *trace, const struct jam_facts *facts, struct jam_run *run,
                  struct jam_error *error)
{
    struct jam_event_chunks chunks;
    jam_run_init(run, facts->base.first_ticks, trace->header.event_mode == JAM_EVENTS_ALL,
                 facts->lost[JAM_LOSS_EVENTS] == 0);
    int status = jam_event_chunks_init(&chunks, trace, error);
    if (status)
        return status;
    if (chunks.count && replay_chunks(trace, facts, &chunks, run) != 0)
        status = jam_error_memory(error);
    jam_event_chunks_fini(&chunks);
    return status;
}
