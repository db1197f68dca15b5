/*
 * The trace's clock: ticks of the time stamp counter where it is invariant (same rate in every
 * power state, Intel SDM vol. 3 "Invariant TSC"), else nanoseconds of CLOCK_MONOTONIC.
 */
#ifndef JAM_CLOCK_H
#define JAM_CLOCK_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>
#include "arch.h"
#include "trace_format.h"

extern bool jam_clock_is_tsc;

/* Decide which clock to use; once per session. Returns enum jam_clock. */
uint16_t jam_clock_choose(void);

/* Rate of the counter in Hz as the CPU or hypervisor states it, 0 if nobody does. */
uint64_t jam_clock_stated_hz(void);

/* CLOCK_MONOTONIC and CLOCK_REALTIME in nanoseconds. */
uint64_t jam_clock_monotonic_ns(void);
uint64_t jam_clock_realtime_ns(void);

/* Both clocks read together. */
struct jam_clock_pair jam_clock_read_pair(void);

static inline uint64_t jam_ticks(void)
{
    return JAM_LIKELY(jam_clock_is_tsc) ? jam_arch_ticks() : jam_clock_monotonic_ns();
}

/* Counters of two processors may be a few ticks apart: a negative interval is none. */
static inline uint64_t jam_ticks_between(uint64_t from, uint64_t to)
{
    return to > from ? to - from : 0;
}

#endif
