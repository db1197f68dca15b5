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

#include "core/critical_path.h"
#include "core/replay.h"

/* What one thread and one lock had to do with each other. */
struct jam_run_pair {
    uint32_t thread; /* index in the replay */
    uint32_t lock;   /* index in the replay */
    uint64_t waits;
    uint64_t wait_ticks;
    uint64_t blocked_ticks; /* waits of others that this thread ended as the main blocker */
};

struct jam_run {
    struct jam_replay replay;
    struct jam_critical critical;
    struct jam_run_pair *pairs;
    size_t pair_count, pair_capacity;
    struct jam_map pair_map; /* (thread, lock) to pair */
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

/* All events are there; the process ended, or was looked at, at end_ticks. */
int jam_run_finish(struct jam_run *run, uint64_t end_ticks);

#endif
