/* One pass over the rings, lane after lane: a timeline needs no order between threads. */
#include "trace/trace_timeline.h"

#include "trace/trace_event.h"
#include "trace/trace_record.h"
#include "util/progress.h"

static int add_event(struct jam_timeline *timeline, const struct jam_timebase *base,
                     const struct jam_event_view *view)
{
    struct jam_timeline_event event = {
        .ns = jam_timebase_since_start_ns(base, view->ticks),
        .since_ns = jam_timebase_since_start_ns(base, view->since_ticks),
        .thread = view->thread,
        .a = view->a,
        .b = view->b,
        .kind = view->kind,
        .flags = view->flags,
        .has_since = view->since_ticks != 0,
    };
    return jam_timeline_add(timeline, &event);
}

static int add_events(struct jam_timeline *timeline, const struct jam_event_chunks *chunks,
                      const struct jam_timebase *base)
{
    struct jam_event_stream stream;
    struct jam_event_view event;
    struct jam_progress progress = jam_progress_start("events", chunks->events);
    int status = 0;
    jam_event_stream_init(&stream, chunks, 0, chunks->count);
    while (!status && jam_event_stream_next(&stream, &event)) {
        status = add_event(timeline, base, &event);
        jam_progress_step(&progress, 1);
    }
    jam_progress_end(&progress);
    return status;
}

static int add_held(struct jam_timeline *timeline, const struct jam_facts *facts,
                    const struct jam_lane *lane, const struct jam_held *held)
{
    struct jam_slice slice = {
        .begin_ns = jam_timebase_since_start_ns(&facts->base, held->acquired_ticks),
        .end_ns = facts->duration_ns,
        .thread = lane->thread,
        .lock = held->lock,
        .stack = held->stack,
        .kind = JAM_SLICE_HOLD,
        .flags = JAM_SLICE_UNFINISHED | (held->mode == JAM_SHARED ? JAM_SLICE_SHARED : 0),
    };
    if (slice.end_ns < slice.begin_ns)
        slice.end_ns = slice.begin_ns;
    return held->flags & JAM_HELD_REENTRY ? 0 : jam_timeline_add_slice(timeline, &slice);
}

/* What threads held when the trace ended. */
static int add_held_lists(struct jam_timeline *timeline, struct jam_trace *trace,
                          const struct jam_facts *facts)
{
    struct jam_cursor cursor;
    const struct jam_lane *lane;
    jam_cursor_start(&cursor, trace, JAM_EXTENT_LANE);
    while ((lane = jam_cursor_next(&cursor))) {
        const struct jam_held *held;
        size_t count = lane->state == JAM_LANE_FREE ? 0 : jam_trace_held(trace, lane, &held);
        for (size_t i = 0; i < count; i++)
            if (add_held(timeline, facts, lane, &held[i]) != 0)
                return -1;
    }
    return 0;
}

int jam_trace_feed_timeline(struct jam_trace *trace, const struct jam_facts *facts,
                            struct jam_timeline *timeline, struct jam_error *error)
{
    struct jam_event_chunks chunks;
    *timeline = (struct jam_timeline){
        .has_all_events = trace->header.event_mode == JAM_EVENTS_ALL,
    };
    int status = jam_event_chunks_init(&chunks, trace, error);
    if (!status && (add_events(timeline, &chunks, &facts->base) != 0 ||
                    add_held_lists(timeline, trace, facts) != 0 ||
                    jam_timeline_finish(timeline, facts->duration_ns) != 0))
        status = jam_error_memory(error);
    jam_event_chunks_fini(&chunks);
    return status;
}
