/*
 * What Python's global interpreter lock costs a process, and whether it is what holds its threads up.
 *
 * Two figures tell. `held` of `run`: for how much of the run somebody had the GIL. `waited` of
 * `active`: how much of their time threads spent waiting for it, of the time in which they did not
 * wait for anything else that we see (another lock, the end of a thread, an item in a queue). Threads
 * that compute wait for each other nearly always; those that fetch and write have let go of the GIL
 * while they do. A trifle of waiting is never called a bottleneck.
 *
 * Pure: sums of core/contention in, figures out.
 */
#ifndef JAM_CORE_GIL_H
#define JAM_CORE_GIL_H

#include "core/contention/contention.h"

struct jam_gil_cost {
    uint64_t held_ns, run_ns;
    uint64_t waited_ns, active_ns; /* of all threads; waited is never more than active */
    bool is_bottleneck;
};

/* `lock` is of kind JAM_LOCK_GIL, in a finished contention. */
struct jam_gil_cost jam_gil_measure(const struct jam_contention *contention,
                                    const struct jam_contention_lock *lock);

#endif
