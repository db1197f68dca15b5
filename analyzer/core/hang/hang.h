/*
 * Who waits for whom, and who will wait for ever.
 *
 * The input is a snapshot of one process: its threads with their wait words and held lists, and the
 * locks that they wait for. From it follow
 *
 *      ties       thread ──▶ thread: the first one's wait cannot end before the second one has acted
 *      stuck      threads that no thread can set free any more
 *      findings   why they are stuck
 *
 * WHO CAN GO ON. A thread that does not wait, or whose wait ends by itself. A thread that waits for
 * something with holders (mutex, rwlock, spin lock, once, announced lock) or for the end of a thread:
 * if *all* that it is tied to can go on. A thread that waits for an event (condition, semaphore,
 * barrier, futex): if *any* thread can go on, for it might cause the event. A condition wait needs its
 * mutex back too, a timed one as well. Who seems to use a semaphore as a lock is tied to, but only
 * to explain: anybody may post. But a Lock of Python that only its takers have released so far is
 * waited for as one that is held while its taker lives, and what rests on that is feasible as long as
 * other threads can go on. The least set that satisfies this can go on; the rest is stuck. This is
 * the AND-OR model of Holt ("Some deadlock properties of computer systems", 1972) with locks as
 * reusable and events as consumable resources.
 *
 * If it is not known who holds what a thread waits for, the thread can go on: we may have missed
 * something. So `stuck` errs on the quiet side.
 *
 * WHAT IS CERTAIN. Ties of stuck threads are: nobody but the holder may release a mutex. Events are
 * less so: threads and signal handlers that we do not see might cause them. What is known about
 * those stands in struct jam_hang, and lowers the grade of what is found. What other processes share
 * is never certain: an event is weak, a lock that somebody here holds at most feasible.
 */
#ifndef JAM_CORE_HANG_H
#define JAM_CORE_HANG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/finding/finding.h"
#include "trace_format.h"
#include "util/map.h"

/*
 * Bounds for the sake of damaged traces: the preload has lanes for so many threads, and no lock of a
 * program that works has that many holders and waiters at once. Past them threads and ties are left
 * out, and what they would have shown is not told.
 */
#define JAM_HANG_THREADS_MAX 65536
#define JAM_HANG_TIES_MAX    (1u << 22)

enum jam_hang_state {
    JAM_HANG_RUNS,  /* does not wait for anything that we know */
    JAM_HANG_WAITS, /* as its wait word says */
    JAM_HANG_ENDED, /* it exists no more; what it holds stays locked */
};

enum jam_hang_tie_kind {
    JAM_TIE_HOLDS,     /* it holds the lock */
    JAM_TIE_REACQUIRE, /* it holds the mutex that a condition wait needs back */
    JAM_TIE_QUEUED,    /* it is a writer in the queue, which readers may not pass */
    JAM_TIE_LIVES,     /* it is to be joined */
};

struct jam_hang_tie {
    uint32_t from, to; /* indices of threads: `from` waits for `to` */
    enum jam_hang_tie_kind kind;
    uint32_t held; /* index into helds for HOLDS and REACQUIRE */
};

struct jam_hang_thread {
    uint32_t id;
    uint32_t tid;
    enum jam_hang_state state;
    uint32_t create_stack;
    uint64_t end_ticks;
    struct jam_wait_word wait;
    size_t first_held, held_count; /* in helds, oldest first */
    /* results of jam_hang_judge */
    size_t first_tie, tie_count;
    bool is_stuck;
    bool is_told; /* a finding is about it */
};

struct jam_hang {
    struct jam_hang_thread *threads;
    size_t thread_count, thread_capacity;
    struct jam_held *helds;
    size_t held_count, held_capacity;
    struct jam_lock_record *locks; /* unit_thread of a semaphore: 0 if it is meant to be posted by
                                      others than its taker; kind: python-lock or python-rlock of a
                                      semaphore that only its taker has released so far */
    size_t lock_count, lock_capacity;
    struct jam_hang_tie *ties;
    size_t tie_count, tie_capacity;
    struct jam_map thread_map, lock_map; /* id -> index */
    size_t strangers;           /* kernel threads of the process that are not among `threads` */
    uint64_t recent_ticks;      /* who was woken after this moment may not have run since */
    bool has_handlers;          /* it catches signals: a handler might post a semaphore */
    enum jam_grade event_grade; /* of what is found about events if no stranger could cause them;
                                      0 = CONFIRMED */
    size_t stuck_count, able_count; /* threads that wait for ever; that can go on */
};

/* All zero is an empty snapshot. */
void jam_hang_fini(struct jam_hang *hang);

/* Copy into the snapshot. Held locks belong to the thread that was added last. 0, or -1 without
 * memory. */
int jam_hang_add_thread(struct jam_hang *hang, const struct jam_hang_thread *thread);
int jam_hang_add_held(struct jam_hang *hang, const struct jam_held *held);
int jam_hang_add_lock(struct jam_hang *hang, const struct jam_lock_record *lock);

/* The lock of that id, NULL if it is not in the snapshot. */
const struct jam_lock_record *jam_hang_lock(const struct jam_hang *hang, uint32_t id);

/*
 * Makes the ties and finds out who is stuck; jam_hang_explain then appends what is to be told about
 * it. 0, or -1 without memory.
 */
int jam_hang_judge(struct jam_hang *hang);
int jam_hang_explain(struct jam_hang *hang, struct jam_findings *findings);

/* Whether what the thread waits for is an event, which has no holder. */
bool jam_hang_waits_for_event(const struct jam_hang *hang, const struct jam_hang_thread *thread);

/* JAM_LOCK_PYTHON_LOCK or _RLOCK if it waits for such a lock that is used as one, else 0. */
uint16_t jam_hang_python_kind(const struct jam_hang *hang, const struct jam_hang_thread *thread);

#endif
