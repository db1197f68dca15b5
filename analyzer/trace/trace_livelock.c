/* Reads the RETRIES extents. */
#include "trace/trace_livelock.h"

#include "core/hang/livelock.h"
#include "trace/trace_record.h"

/* The inverse of jam_timebase_duration_ns, for lengths that fit by far. */
static uint64_t ticks_of(const struct jam_timebase *base, uint64_t ns)
{
    return (uint64_t)((double)ns * (double)base->denominator / (double)base->numerator);
}

static int load(struct jam_livelock *livelock, struct jam_trace *trace)
{
    struct jam_cursor cursor;
    const struct jam_retry *retry;
    int status = 0;
    jam_cursor_start(&cursor, trace, JAM_EXTENT_RETRIES);
    while (!status && (retry = jam_cursor_next(&cursor)))
        status = jam_livelock_add(livelock, retry);
    return status;
}

int jam_trace_feed_livelock(struct jam_trace *trace, const struct jam_facts *facts,
                            struct jam_findings *findings, struct jam_error *error)
{
    struct jam_livelock livelock = {
        .overlap_ticks = ticks_of(&facts->base, JAM_LIVELOCK_NS),
        .end_ticks = facts->base.first_ticks + ticks_of(&facts->base, facts->duration_ns),
        .is_open = facts->end_kind != JAM_END_EXIT,
    };
    int status = load(&livelock, trace);
    if (!status)
        status = jam_livelock_find(&livelock, findings);
    jam_livelock_fini(&livelock);
    return status ? jam_error_memory(error) : 0;
}
