/*
 * What if a lock's critical sections were shorter: a simulation of the recorded run.
 *
 * Every thread does again what it did, event by event: between two events it runs for as long as it
 * ran then (waits left out), at a lock it waits for whoever has it *now*. Where nothing is changed
 * the simulated run should take as long as the recorded one; the ratio of both simulations is the
 * prediction:
 *
 *      predicted = recorded * simulated with the change / simulated without
 *
 * Two passes. The first goes over the facts of a replay, by time, and makes the plan: which wake-up
 * ended which wait at a condition, semaphore or barrier, who created whom, how long hand-overs take.
 * The second goes over the threads' own events in the order of simulated time:
 *
 *   - a lock is granted to whoever asks while it is free; a release wakes the first that waits, who
 *     needs the hand-over time until he can ask again, and may be overtaken meanwhile, as with
 *     glibc's mutexes; of a rwlock all waiting readers are woken together
 *   - a wait at a condition or semaphore ends when the wake-up that ended it then has happened now,
 *     at a barrier when everybody of that round has come
 *   - a timed-out wait, and one whose waker is unknown, takes as long as it did
 *   - a thread starts at its creation and is joined at its end
 *
 * The order of wake-ups stays what it was, and every thread has a processor to itself whenever it
 * had one then: running that was slowed down by others stays slow. If a simulation gets stuck (the
 * order of events has become impossible), the thread that was first then goes on; that is counted.
 *
 * It needs every acquire and release (--events=all) from the beginning. Memory: threads, locks and
 * some bytes for each wake-up and each wait at something other than a lock. Functions return 0, or
 * -1 when memory is short.
 */
#ifndef JAM_CORE_WHATIF_H
#define JAM_CORE_WHATIF_H

#include "core/replay.h"

struct jam_whatif_thread {
    uint32_t *wakes; /* in its own order: the number of each wake-up it made, and for each wait that
                        is no lock's and no join the number of what ended it, 0 = unknown */
    size_t wake_count, wake_capacity;
    uint64_t create_ticks; /* 0 = its creation is not in the trace */
    bool has_events;
};

struct jam_whatif_lock {
    uint32_t last_wake;
    uint64_t last_wake_ticks;
    uint64_t released_ticks; /* 0 = never */
};

/* Counts of durations by power of two. */
struct jam_whatif_spread {
    uint64_t count[64];
    uint64_t total;
};

struct jam_whatif_plan {
    const struct jam_replay *replay;
    struct jam_whatif_thread *threads; /* by index of the replay */
    size_t thread_count, thread_capacity;
    struct jam_whatif_lock *locks; /* by index of the replay */
    size_t lock_count, lock_capacity;
    uint32_t *parties; /* by number of a wake-up: waits that must have come as well (barriers) */
    size_t party_count, party_capacity;
    struct jam_whatif_spread lock_handover, wake_handover;
};

void jam_whatif_plan_init(struct jam_whatif_plan *plan, const struct jam_replay *replay);
void jam_whatif_plan_fini(struct jam_whatif_plan *plan);

/* The next fact of the replay. */
int jam_whatif_plan_feed(struct jam_whatif_plan *plan, const struct jam_fact *fact);

/* The events again, by lane. */
struct jam_whatif_source {
    void *context;
    size_t lanes;
    /* The lane's next event; false at its end. */
    bool (*next)(void *context, size_t lane, struct jam_event_view *event);
};

/* What is different. All zero but hold = 1 changes nothing. */
struct jam_whatif_change {
    const bool *is_changed;        /* by index of locks in the replay; NULL = no lock */
    double hold;                   /* time under a changed lock is multiplied by this */
    bool is_removed;               /* changed locks make nobody wait */
    bool is_rwlock;                /* changed locks are taken shared, except at `writers` */
    const struct jam_map *writers; /* stack_ref to anything; NULL = nobody writes */
};

struct jam_whatif_result {
    uint64_t ticks;              /* length of the simulated run */
    uint64_t wait_ticks;         /* waiting for locks, all threads together */
    uint64_t changed_wait_ticks; /* ... for the changed ones */
    uint64_t forced;             /* times that it got stuck */
};

struct jam_whatif_span {
    uint64_t first_ticks, end_ticks; /* of the recorded run */
};

int jam_whatif_run(const struct jam_whatif_plan *plan, const struct jam_whatif_source *source,
                   const struct jam_whatif_change *change, const struct jam_whatif_span *span,
                   struct jam_whatif_result *result);

/* The middle of what was counted, 0 if nothing was. */
uint64_t jam_whatif_median(const struct jam_whatif_spread *spread);

/* Whether the operation of a wait is ended by a wake-up (not a lock's release, not a join). */
bool jam_whatif_is_woken(uint8_t operation);

#endif
