/*
 * Livelocks: threads whose failed tries answer each other.
 *
 * Each holds the lock that the next one tries for, fails, gives up, starts again, and so does the
 * next one, in a circle. A retry loop that is healthy looks the same for a moment, so three things
 * must come together:
 *
 *      a circle      every thread of it holds what the one before it tries for
 *      persistence   each failed JAM_LIVELOCK_FAILURES times on end, with no success in between
 *      company       all of these streaks overlap, for JAM_LIVELOCK_NS
 *
 * Where two threads back off at random, the chance that both fail halves with every round at
 * least: 32 rounds are no accident. A thread that polls a lock while its holder works fails more
 * often than that, but then the holder is no part of a circle. And what is over within a fifth of a
 * second nobody calls a hang.
 */
#ifndef JAM_CORE_LIVELOCK_H
#define JAM_CORE_LIVELOCK_H

#include <stdbool.h>
#include <stddef.h>

#include "core/finding/finding.h"
#include "trace_format.h"

#define JAM_LIVELOCK_FAILURES 32
#define JAM_LIVELOCK_NS       200000000

struct jam_livelock {
    struct jam_retry *list; /* those that failed often enough */
    size_t count, capacity;
    uint64_t overlap_ticks; /* JAM_LIVELOCK_NS in ticks */
    uint64_t end_ticks;     /* end of the process, or now */
    bool is_open;           /* it runs or was killed: what goes on then would have gone on */
};

/* Keeps the record if it matters. 0, or -1 without memory. */
int jam_livelock_add(struct jam_livelock *livelock, const struct jam_retry *retry);
void jam_livelock_fini(struct jam_livelock *livelock);

/*
 * Appends a finding for each circle: CONFIRMED if its streaks still went on at an open end, WEAK if
 * they ended by themselves. 0, or -1 without memory.
 */
int jam_livelock_find(struct jam_livelock *livelock, struct jam_findings *findings);

#endif
