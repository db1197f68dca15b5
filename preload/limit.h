/*
 * How long a function is ready to wait: one description for the plain, timed and clock variants.
 */
#ifndef JAM_LIMIT_H
#define JAM_LIMIT_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>
#include "trace_format.h"

enum jam_limit_kind {
    JAM_LIMIT_NONE = 0, /* waits for ever */
    JAM_LIMIT_TIMED,    /* until `deadline` on the function's own clock */
    JAM_LIMIT_CLOCK,    /* until `deadline` on `clock` */
};

struct jam_limit {
    enum jam_limit_kind kind;
    clockid_t clock;
    const struct timespec *deadline;
};

/*
 * Whether glibc accepts the limit (nptl/futex-internal.h, include/time.h). Functions that look at
 * it first must answer EINVAL without touching the object.
 */
static inline bool jam_limit_is_valid(struct jam_limit limit)
{
    if (limit.kind == JAM_LIMIT_NONE)
        return true;
    if (limit.kind == JAM_LIMIT_CLOCK && limit.clock != CLOCK_REALTIME &&
        limit.clock != CLOCK_MONOTONIC)
        return false;
    return limit.deadline->tv_nsec >= 0 && limit.deadline->tv_nsec < 1000000000;
}

/* The flag of a request that gives up by itself. */
static inline uint16_t jam_limit_flags(struct jam_limit limit)
{
    return limit.kind == JAM_LIMIT_NONE ? 0 : JAM_HELD_TIMED;
}

#endif
