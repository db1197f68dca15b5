/* One pass over the merged events for the plan, two over the lanes for the simulations. */
#include "trace/trace_whatif.h"

#include <inttypes.h>
#include <stdlib.h>

#include "trace/trace_event.h"
#include "trace/trace_run.h"
#include "util/progress.h"

/* The lanes' own streams. */
struct lanes {
    struct jam_event_stream *streams;
    size_t count;
    struct jam_progress progress;
};

static bool next_event(void *context, size_t lane, struct jam_event_view *event)
{
    struct lanes *lanes = context;
    jam_progress_step(&lanes->progress, 1);
    return jam_event_stream_next(&lanes->streams[lane], event);
}

static int lanes_init(struct lanes *lanes, const struct jam_event_chunks *chunks)
{
    *lanes = (struct lanes){0};
    for (size_t i = 0; i < chunks->count; i = jam_event_chunks_lane_end(chunks, i))
        lanes->count++;
    lanes->streams = calloc(lanes->count + 1, sizeof *lanes->streams);
    if (!lanes->streams)
        return -1;
    size_t lane = 0;
    for (size_t i = 0, end; i < chunks->count; i = end) {
        end = jam_event_chunks_lane_end(chunks, i);
        jam_event_stream_init(&lanes->streams[lane++], chunks, i, end);
    }
    return 0;
}

static int simulate(const struct jam_event_chunks *chunks, const struct jam_whatif_plan *plan,
                    const struct jam_whatif_change *change, const struct jam_whatif_span *span,
                    struct jam_whatif_result *result)
{
    struct lanes lanes;
    if (lanes_init(&lanes, chunks) != 0)
        return -1;
    lanes.progress = jam_progress_start("events simulated", chunks->events);
    const struct jam_whatif_source source = {&lanes, lanes.count, next_event};
    int status = jam_whatif_run(plan, &source, change, span, result);
    jam_progress_end(&lanes.progress);
    free(lanes.streams);
    return status;
}

static int make_plan(const struct jam_event_chunks *chunks, struct jam_replay *replay,
                     struct jam_whatif_plan *plan)
{
    struct jam_event_merge *merge = jam_event_merge_new(chunks);
    struct jam_event_view event;
    struct jam_fact fact;
    int status = merge ? jam_trace_replay_tables(chunks->trace, replay) : -1;
    struct jam_progress progress = jam_progress_start("events", chunks->events);
    while (!status && jam_event_merge_next(merge, &event)) {
        status = jam_replay_step(replay, &event, &fact);
        if (!status)
            status = jam_whatif_plan_feed(plan, &fact);
        jam_progress_step(&progress, 1);
    }
    jam_progress_end(&progress);
    jam_event_merge_free(merge);
    return status;
}

static bool *changed_locks(const struct jam_replay *replay, const struct jam_map *ids)
{
    bool *is_changed = calloc(replay->lock_count + 1, sizeof *is_changed);
    for (size_t i = 0; is_changed && i < replay->lock_count; i++)
        is_changed[i] = jam_map_find(ids, replay->locks[i].id, 0) != JAM_MAP_NONE;
    return is_changed;
}

static int predict(const struct jam_event_chunks *chunks, const struct jam_trace_whatif *whatif,
                   const struct jam_whatif_span *span, struct jam_trace_prediction *prediction)
{
    struct jam_replay replay = {.has_all = true, .is_complete = true};
    struct jam_whatif_plan plan;
    jam_whatif_plan_init(&plan, &replay);
    int status = make_plan(chunks, &replay, &plan);
    bool *is_changed = status ? NULL : changed_locks(&replay, whatif->locks);
    struct jam_whatif_change change = whatif->change;
    const struct jam_whatif_change nothing = {.hold = 1};
    change.is_changed = is_changed;
    if (!is_changed)
        status = -1;
    if (!status)
        status = simulate(chunks, &plan, &nothing, span, &prediction->same);
    if (!status)
        status = simulate(chunks, &plan, &change, span, &prediction->changed);
    free(is_changed);
    jam_whatif_plan_fini(&plan);
    jam_replay_fini(&replay);
    return status;
}

static int check_trace(struct jam_trace *trace, const struct jam_facts *facts,
                       struct jam_error *error)
{
    if (trace->header.event_mode != JAM_EVENTS_ALL)
        return jam_error_set(error, JAM_ERROR_INPUT,
                             "%s: does not have every acquire and release; record with "
                             "--events=all",
                             trace->path);
    if (facts->lost[JAM_LOSS_EVENTS])
        return jam_error_set(error, JAM_ERROR_INPUT,
                             "%s: %" PRIu64 " events were overwritten, and a simulation needs all; "
                             "record with a larger --max-size",
                             trace->path, facts->lost[JAM_LOSS_EVENTS]);
    return 0;
}

int jam_trace_predict(struct jam_trace *trace, const struct jam_facts *facts,
                      const struct jam_trace_whatif *whatif,
                      struct jam_trace_prediction *prediction, struct jam_error *error)
{
    struct jam_event_chunks chunks;
    const struct jam_whatif_span span = {facts->base.first_ticks,
                                         jam_timebase_ticks_at(&facts->base, facts->duration_ns)};
    *prediction =
        (struct jam_trace_prediction){.recorded_ticks = span.end_ticks - span.first_ticks};
    int status = check_trace(trace, facts, error);
    if (!status)
        status = jam_event_chunks_init(&chunks, trace, error);
    if (status)
        return status;
    if (predict(&chunks, whatif, &span, prediction) != 0)
        status = jam_error_memory(error);
    jam_event_chunks_fini(&chunks);
    return status;
}
