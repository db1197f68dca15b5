/* Tick conversion in 128-bit arithmetic: no input overflows. */
#include "core/timebase.h"

#include <stdbool.h>

#define LEAST_PAIR_NS 1000000u /* below, one late reading would distort the rate by a percent */
#define LEAST_HZ      1000000u
#define MOST_HZ       100000000000u
#define NS_PER_SECOND 1000000000u

/* Whether `ns` for `ticks` is a rate that a clock can have. */
static bool is_sane(uint64_t ns, uint64_t ticks)
{
    unsigned __int128 scaled = (unsigned __int128)ticks * NS_PER_SECOND;
    return ns && scaled >= (unsigned __int128)ns * LEAST_HZ &&
           scaled <= (unsigned __int128)ns * MOST_HZ;
}

static void set_rate(struct jam_timebase *base, uint64_t ns, uint64_t ticks)
{
    base->numerator = ns;
    base->denominator = ticks;
}

void jam_timebase_init(struct jam_timebase *base, const struct jam_header *header)
{
    const struct jam_clock_pair *first = &header->clock_first;
    const struct jam_clock_pair *last = &header->clock_last;
    bool is_forward = last->ticks > first->ticks && last->monotonic_ns > first->monotonic_ns;
    uint64_t ticks = is_forward ? last->ticks - first->ticks : 0;
    uint64_t ns = is_forward ? last->monotonic_ns - first->monotonic_ns : 0;

    *base = (struct jam_timebase){first->ticks, 1, 1};
    if (header->clock == JAM_CLOCK_MONOTONIC)
        return;
    if (ns >= LEAST_PAIR_NS && is_sane(ns, ticks))
        set_rate(base, ns, ticks);
    else if (is_sane(NS_PER_SECOND, header->tick_hz_hint))
        set_rate(base, NS_PER_SECOND, header->tick_hz_hint);
    else if (is_sane(ns, ticks))
        set_rate(base, ns, ticks);
}

uint64_t jam_timebase_duration_ns(const struct jam_timebase *base, uint64_t ticks)
{
    unsigned __int128 ns =
        ((unsigned __int128)ticks * base->numerator + base->denominator / 2) / base->denominator;
    return ns > UINT64_MAX ? UINT64_MAX : (uint64_t)ns;
}

uint64_t jam_timebase_since_start_ns(const struct jam_timebase *base, uint64_t ticks)
{
    return ticks <= base->first_ticks ? 0
                                      : jam_timebase_duration_ns(base, ticks - base->first_ticks);
}

uint64_t jam_timebase_ticks_at(const struct jam_timebase *base, uint64_t since_start_ns)
{
    unsigned __int128 ticks =
        (unsigned __int128)since_start_ns * base->denominator / base->numerator + base->first_ticks;
    return ticks > UINT64_MAX ? UINT64_MAX : (uint64_t)ticks;
}

uint64_t jam_timebase_bucket_ns(const struct jam_timebase *base, unsigned bucket)
{
    if (bucket >= JAM_HISTOGRAM_BUCKETS - 1)
        return UINT64_MAX;
    return jam_timebase_duration_ns(base, UINT64_C(1) << (bucket + JAM_HISTOGRAM_SHIFT + 1));
}

unsigned jam_timebase_bucket_of(uint64_t ticks)
{
    unsigned bits = ticks ? 64 - (unsigned)__builtin_clzll(ticks) : 0;
    unsigned bucket = bits <= JAM_HISTOGRAM_SHIFT + 1 ? 0 : bits - JAM_HISTOGRAM_SHIFT - 1;
    return bucket < JAM_HISTOGRAM_BUCKETS ? bucket : JAM_HISTOGRAM_BUCKETS - 1;
}
