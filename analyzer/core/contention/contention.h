/*
 * Contention: what each lock cost, at which call sites, and who made whom wait.
 *
 * The caller feeds the records of one or more traces; this module sums them over the lanes that
 * wrote them and keeps what belongs together together:
 *
 *      process ─┬─ lock ─┬─ site   (call stack, mode)          where it was acquired
 *               │        └─ blame  (waiter stack, blocker)     who waited for whom
 *               └─ thread
 *
 * Locks are never merged over processes: an id means something within one trace only. All times
 * are nanoseconds, except in histograms, which stay in ticks of their process (see jam_timebase).
 *
 * Order of calls: jam_contention_add_process, then that process's records in any order, and so on
 * for each trace; at last jam_contention_finish. Functions return 0, or -1 when memory is short.
 */
#ifndef JAM_CORE_CONTENTION_H
#define JAM_CORE_CONTENTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/run.h"
#include "core/contention/totals.h"
#include "util/map.h"

struct jam_contention_site {
    uint32_t lock;  /* index into locks */
    uint32_t stack; /* stack_ref in the trace of the lock's process */
    uint16_t mode;  /* enum jam_mode */
    struct jam_totals totals;
};

struct jam_contention_blame {
    uint32_t lock; /* index into locks */
    uint32_t waiter_stack;
    uint32_t blocker_stack;  /* 0 = unknown */
    uint64_t waiter_threads; /* sum over lanes: a thread counts once per lane that served it */
    uint64_t count;
    uint64_t wait_ns;
    uint64_t wait_max_ns;
};

struct jam_contention_lock {
    uint32_t process; /* index into processes */
    uint32_t id;
    uint16_t kind;  /* enum jam_lock_kind; 0 = only sites tell that it exists */
    uint16_t flags; /* enum jam_lock_flags */
    uint32_t generation;
    uint64_t address;
    uint32_t created_stack;
    uint32_t first_stack;
    uint32_t thread;  /* joins: id of the thread that is joined */
    uint32_t name;    /* number of the name that the target gave it, 0 = none */
    uint32_t partner; /* conditions: id of the mutex */
    uint32_t max_waiters;
    uint64_t owner_changes;
    uint64_t wakes;
    uint64_t switches;  /* gil: given up because another thread asked for it */
    uint64_t waited_ns; /* time in which somebody waited, by the events that were kept */
    struct jam_totals totals;
    struct jam_spread wait_spread;
    struct jam_spread hold_spread;
    size_t first_site, site_count;   /* after finish: range of sites, longest wait first */
    size_t first_blame, blame_count; /* after finish: range of blames, longest wait first */
};

struct jam_contention_thread {
    uint32_t process;
    uint32_t id;
    uint32_t tid;
    uint16_t flags; /* enum jam_thread_flags */
    bool has_title; /* its runtime has a name for it, and that is `name` */
    char name[JAM_TITLE_BYTES + 1];
    uint64_t start_routine; /* address, 0 = unknown */
    uint64_t lifetime_ns;
    uint64_t wait_ns;
    uint64_t waits;
    uint64_t blocked_others_ns;
};

struct jam_contention_process {
    struct jam_timebase base;
    uint64_t end_ns;    /* a thread without an end lived until then */
    uint64_t path_ns;   /* length of the critical path, 0 = unknown */
    uint64_t broken;    /* sequences of events that cannot happen */
    bool has_all_holds; /* the path knows every hold, not only those that somebody waited for */
};

struct jam_contention {
    struct jam_contention_process *processes;
    size_t process_count, process_capacity;
    struct jam_contention_lock *locks;
    size_t lock_count, lock_capacity;
    struct jam_contention_site *sites;
    size_t site_count, site_capacity;
    struct jam_contention_blame *blames;
    size_t blame_count, blame_capacity;
    struct jam_contention_thread *threads;
    size_t thread_count, thread_capacity;
    struct jam_totals totals; /* after finish: over all locks */
    struct jam_map lock_map, site_map, blame_map;
};

/* A site as found in a trace, with what its references lead to (NULL = nothing). */
struct jam_contention_found {
    const struct jam_site *site;
    const struct jam_wait_totals *waits;
    const struct jam_histogram *holds;
};

/* All zero is an empty one. */
void jam_contention_fini(struct jam_contention *contention);

/* Records that are added from now on belong to this process. */
int jam_contention_add_process(struct jam_contention *contention, const struct jam_timebase *base,
                               uint64_t end_ns);
int jam_contention_add_lock(struct jam_contention *contention, const struct jam_lock_record *lock);
int jam_contention_add_site(struct jam_contention *contention,
                            const struct jam_contention_found *found);
int jam_contention_add_blame(struct jam_contention *contention, const struct jam_blame *blame);
int jam_contention_add_thread(struct jam_contention *contention,
                              const struct jam_thread_record *thread);

/*
 * What the replay of the present process's events found out: its critical path. After all of the
 * process's sites.
 */
int jam_contention_add_run(struct jam_contention *contention, const struct jam_run *run);

/*
 * A time on the critical path as a part of it, in hundredths of a percent; of all processes' paths
 * together if `process` is JAM_ALL_PROCESSES. 0 if there is no path.
 */
#define JAM_ALL_PROCESSES UINT32_MAX
unsigned jam_contention_path_share(const struct jam_contention *contention, uint32_t process,
                                   uint64_t critical_ns);

/* Sorts, sets the ranges of the locks and sums the totals. */
void jam_contention_finish(struct jam_contention *contention);

#endif
