/*
 * A run: one process's events, replayed once for all analyses that need them.
 *
 *      tables ──▶ jam_replay_add_thread, _lock
 *      events ──▶ jam_run_feed ──▶ replay ──▶ fact ──▶ critical path, who waited how long for what
 *
 * Memory grows with threads, locks and call sites, never with events; time is linear in events.
 * Functions return 0, or -1 when memory is short.
 */
#ifndef JAM_CORE_RUN_H
#define JAM_CORE_RUN_H

#include "core/contention/critical_path.h"
#include "core/replay.h"

/* What one thread and one lock had to do with each other. */
struct jam_run_pair {
    uint32_t thread; /* index in the replay */
    uint32_t lock;   /* index in the replay */
    uint64_t waits;
    uint64_t wait_ticks;
    uint64_t blocked_ticks; /* waits of others that this thread ended as the main blocker */
    uint32_t next;          /* of the same thread, JAM_REPLAY_NONE = the last */
};

struct jam_run_thread {
    uint32_t woken;      /* the condition whose broadcast woke it last, JAM_REPLAY_NONE = none */
    uint32_t first_pair; /* JAM_REPLAY_NONE = none */
};

/* What happened at one condition or lock, beside waits. */
struct jam_run_lock {
    uint64_t wakes;         /* wake-ups that met waiters */
    uint64_t wakes_holding; /* ... by a thread that held the mutex that the woken need */
    uint64_t broadcasts;
    uint64_t broadcast_woken; /* waits that a broadcast ended */
    uint64_t broadcast_lost;  /* ... and whose threads waited again at once, without having done
                                 anything: they were woken for nothing */
    uint64_t broadcast_ticks; /* of the last one, 0 = none, or a signal came after it */
};

/* A call site at which threads wait for a lock, or make others wait. */
struct jam_run_place {
    uint32_t lock, stack;
    uint64_t wait_ticks;
    uint32_t group; /* places that a thread uses are in one group: see jam_run_group */
};

struct jam_run {
    struct jam_replay replay;
    struct jam_critical critical;
    struct jam_run_pair *pairs;
    size_t pair_count, pair_capacity;
    struct jam_map pair_map;    /* (thread, lock) to pair */
    struct jam_run_lock *locks; /* by index of the replay */
    size_t lock_count, lock_capacity;
    struct jam_run_place *places;
    size_t place_count, place_capacity;
    struct jam_map place_map;       /* (lock, stack) to place */
    struct jam_map user_map;        /* (lock, thread) to the place that it used first */
    struct jam_run_thread *threads; /* by index of the replay */
    size_t thread_count, thread_capacity;
    uint64_t events;
    uint64_t first_ticks; /* of the first event, 0 = there was none */
};

/*
 * `start_ticks`: when the process began; `has_all`: every acquire and release is an event;
 * `is_complete`: none was lost. To be ended with jam_run_fini.
 */
void jam_run_init(struct jam_run *run, uint64_t start_ticks, bool has_all, bool is_complete);
void jam_run_fini(struct jam_run *run);

/* The next event by time. */
int jam_run_feed(struct jam_run *run, const struct jam_event_view *event);

/*
 * The group of a place: the smallest number of the places of its lock that are connected by threads
 * which use several of them.
 */
uint32_t jam_run_group(const struct jam_run *run, uint32_t place);

/* All events are there; the process ended, or was looked at, at end_ticks. */
int jam_run_finish(struct jam_run *run, uint64_t end_ticks);

#endif
