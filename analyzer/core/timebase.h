/*
 * From ticks of a trace's clock to nanoseconds.
 *
 * A trace holds two readings of (ticks, CLOCK_MONOTONIC): one from the start and one refreshed now
 * and then. Their distance gives the tick rate. When it is too short to be exact (a program that
 * lived for less than a millisecond, or was killed before the first refresh) the rate that the CPU
 * or the kernel names is used instead. A rate outside of [1 MHz, 100 GHz] is never believed; with
 * nothing to believe, a tick counts as a nanosecond.
 */
#ifndef JAM_CORE_TIMEBASE_H
#define JAM_CORE_TIMEBASE_H

#include <stdint.h>

#include "trace_format.h"

/* ns = ticks * numerator / denominator; both are never 0 after jam_timebase_init. */
struct jam_timebase {
    uint64_t first_ticks; /* start of the session */
    uint64_t numerator;   /* nanoseconds ... */
    uint64_t denominator; /* ... in so many ticks */
};

void jam_timebase_init(struct jam_timebase *base, const struct jam_header *header);

/* A length of time, rounded to the nearest nanosecond; UINT64_MAX when it does not fit. */
uint64_t jam_timebase_duration_ns(const struct jam_timebase *base, uint64_t ticks);

/* A point in time, as nanoseconds since the start of the session; earlier ones give 0. */
uint64_t jam_timebase_since_start_ns(const struct jam_timebase *base, uint64_t ticks);

/* The other way round: the clock's reading so many nanoseconds after the session's start. */
uint64_t jam_timebase_ticks_at(const struct jam_timebase *base, uint64_t since_start_ns);

/* Upper end (exclusive) of a histogram's bucket in nanoseconds; UINT64_MAX for the last one. */
uint64_t jam_timebase_bucket_ns(const struct jam_timebase *base, unsigned bucket);

/* The bucket that counts a duration of so many ticks. */
unsigned jam_timebase_bucket_of(uint64_t ticks);

#endif
