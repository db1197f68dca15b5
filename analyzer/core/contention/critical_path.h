/*
 * The critical path: the chain of running, releasing and waking that the run's length consists of.
 * After Chen & Stenstrom, "Critical Lock Analysis", SC'12.
 *
 * Walk back from the end of the run. While a thread runs, the path is that thread; where it was
 * woken from a wait, the path goes on in the thread that released the lock (signalled, posted,
 * ended, created it). Whatever lies beside the path may shrink without making the run any shorter.
 * A lock's share of the path is the time that the path spends
 *
 *   - in threads that hold the lock (if they hold several, it counts for each), and
 *   - between a release and the running of the thread that waited for it (the hand-over).
 *
 * So shares of different locks may add up to more than 1, and what is missing to 1 is work outside
 * of all locks. A wait that nobody ended (it timed out, or its waker is unknown) is a part of the
 * path itself, booked on the object it waited for.
 *
 * Fed with facts of a replay (core/replay.h) in order. Where every acquire and release is an event
 * (--events=all), holds are exact. With --events=blocking holds that nobody waited for are unknown
 * and count as work outside of locks: shares are lower bounds.
 *
 * Memory grows with threads times call sites (core/contention/path_tree.h).
 */
#ifndef JAM_CORE_CRITICAL_PATH_H
#define JAM_CORE_CRITICAL_PATH_H

#include "core/contention/path_tree.h"
#include "core/replay.h"

/* What the path spent at (lock, call stack). */
struct jam_critical_site {
    uint32_t lock;  /* index in the replay */
    uint32_t stack; /* of the acquire, or of the wait */
    uint64_t ticks;
};

/* A thread as the path sees it. */
struct jam_critical_thread {
    uint32_t tip;   /* its history */
    uint64_t since; /* its own part of the path begins here: what it held before does not count */
};

/* Who released or woke last, and what led up to it. */
struct jam_critical_lock {
    uint32_t picture; /* history of that thread then, 0 = none taken */
    uint32_t thread;  /* index, JAM_REPLAY_NONE = nobody yet */
    uint64_t ticks;
    uint32_t turn_thread; /* last beginning of a turn (blocking events): who, since when counted */
    uint32_t turn_stack;
    uint64_t turn_counted;
};

struct jam_critical {
    const struct jam_replay *replay;
    struct jam_path_tree tree;
    struct jam_critical_thread *threads; /* by index of the replay */
    size_t thread_count, thread_capacity;
    struct jam_critical_lock *locks; /* by index of the replay */
    size_t lock_count, lock_capacity;
    struct jam_critical_site *sites; /* by slot; ticks are set by finish */
    size_t site_count, site_capacity;
    struct jam_map site_map; /* (lock, stack) to slot */
    uint64_t first_ticks;    /* start of the run: threads without a parent begin there */
    uint64_t path_ticks;     /* after finish: how long the path is, 0 = there is none */
    uint64_t hops;           /* changes of thread over all histories */
};

/* The replay must outlive it. */
void jam_critical_init(struct jam_critical *critical, const struct jam_replay *replay,
                       uint64_t first_ticks);
void jam_critical_fini(struct jam_critical *critical);

/* 0, or -1 without memory. To be called after each jam_replay_step that made a fact. */
int jam_critical_feed(struct jam_critical *critical, const struct jam_fact *fact);

/*
 * The run ended at end_ticks. The path is that of the main thread if it lived until then, else of
 * the thread that was seen last. Sets the sites' ticks. 0, or -1 without memory.
 */
int jam_critical_finish(struct jam_critical *critical, uint64_t end_ticks);

#endif
