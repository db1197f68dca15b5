/*
 * The part of the trace format that only detectors read: orders between threads, misuse, failed
 * tries. Included by trace_format.h, which explains the terms.
 */
#ifndef JAM_TRACE_DETECT_H
#define JAM_TRACE_DETECT_H

#include <stdint.h>

enum jam_order_kind {
    JAM_ORDER_BARRIER = 1, /* passed a barrier: everybody's before is before everybody's after */
    JAM_ORDER_WAKE = 2,    /* woken by, or got what was posted by, another thread: depends on the
                              schedule */
};

/*
 * An order between threads that is not one of create and join (those stand in the thread records).
 * BARRIER: one record for each thread and round, up to JAM_ORDER_ROUNDS_MAX for a lane; passing
 * ends the thread's segment, so `segment` is the last one before the barrier. Past the bound,
 * segments go on. WAKE: one record for each (thread, other_thread, object) of a lane.
 */
#define JAM_ORDER_ROUNDS_MAX 1024
struct jam_order {
    uint16_t kind; /* enum jam_order_kind */
    uint16_t unused;
    uint32_t lock; /* barrier, condition, semaphore */
    uint32_t generation;
    uint32_t thread;       /* that passed, or was woken */
    uint32_t segment;      /* BARRIER: its last segment before; WAKE: at the first wake */
    uint32_t other_thread; /* WAKE: that woke it */
    uint64_t round;        /* BARRIER: number of the round, counted by the barrier */
    uint64_t count;        /* WAKE: how often */
    uint64_t first_ticks;  /* BARRIER: passed; WAKE: of the first signal or post */
    uint64_t last_ticks;   /* WAKE: of the last signal or post */
    uint64_t passed_ticks; /* WAKE: when the woken one went on after the first, 0 = unknown */
};

/* What was done with a lock that POSIX leaves undefined, answers with an error, or that hurts. */
enum jam_misuse_kind {
    JAM_MISUSE_UNLOCK_NOT_OWNER = 1,    /* other_*: the holder and its acquire */
    JAM_MISUSE_UNLOCK_UNLOCKED = 2,     /* other_*: the last release, if known */
    JAM_MISUSE_RELOCK = 3,              /* other_*: its own acquire */
    JAM_MISUSE_DESTROY_LOCKED = 4,      /* other_*: the holder and its acquire */
    JAM_MISUSE_DESTROY_WAITED = 5,      /* other_*: a waiter and its call; also of conditions */
    JAM_MISUSE_USE_AFTER_DESTROY = 6,   /* other_*: the destroy */
    JAM_MISUSE_FREE_LOCKED = 7,         /* memory that holds a held lock; other_*: the holder */
    JAM_MISUSE_EXIT_HOLDING = 8,        /* other_*: its acquire; stack 0 */
    JAM_MISUSE_FORK_HOLDING = 9,        /* other_*: the holder (another thread) and its acquire */
    JAM_MISUSE_COND_WAIT_UNLOCKED = 10, /* other_lock: the mutex; other_*: its holder, if any */
    JAM_MISUSE_COND_TWO_MUTEXES = 11,   /* other_lock: the mutex of a wait that is still going on;
                                          other_*: that wait */
    JAM_MISUSE_WAIT_HOLDING = 12,       /* waits for an event while it holds other_lock; other_*:
                                          its acquire */
    JAM_MISUSE_TYPE_CONFUSION = 13,     /* one address, two kinds: other_kind; other_*: first use */
    JAM_MISUSE_INVALID_ARGUMENT = 14,   /* `result` says what libc answered */
    JAM_MISUSE_SEM_OVERPOST = 15,       /* other_*: the post before */
    JAM_MISUSE_BLOCK_HOLDING = 16, /* a call of the system that may block, while a lock is held:
                                          `call`, `blocked_ticks`; other_*: the newest lock held, of the
                                          first time; one record for each pair of stacks */
    JAM_MISUSE_KINDS
};

/* Calls of the system: jam_misuse.call. */
enum jam_blocking_call {
    JAM_BLOCKING_SLEEP = 1,
    JAM_BLOCKING_POLL = 2, /* and select */
    JAM_BLOCKING_READ = 3,
    JAM_BLOCKING_WRITE = 4,
    JAM_BLOCKING_SYNC = 5,
    JAM_BLOCKING_CONNECT = 6,
    JAM_BLOCKING_CALLS
};

/*
 * A misuse, recorded when it happens. Equal ones (kind, lock, generation, stack, other_stack) are
 * one record.
 */
struct jam_misuse {
    uint16_t kind;       /* enum jam_misuse_kind */
    uint16_t other_kind; /* TYPE_CONFUSION: enum jam_lock_kind that the object was before */
    int32_t result;      /* error number that libc answered, 0 = success, -1 = no call answered */
    uint32_t lock;       /* id, 0 = the object has no record */
    uint32_t generation;
    uint32_t stack; /* where it happened */
    uint32_t thread;
    uint32_t other_stack; /* what it contradicts, by kind; 0 = unknown */
    uint32_t other_thread;
    uint32_t other_lock;
    uint32_t call;    /* BLOCK_HOLDING: enum jam_blocking_call */
    uint64_t address; /* of the object */
    uint64_t count;   /* atomic */
    uint64_t first_ticks;
    uint64_t last_ticks;
    uint64_t blocked_ticks; /* BLOCK_HOLDING; atomic */
};

/*
 * Failed tries of a thread that holds a lock already, one record for each (thread, lock wanted,
 * stack, newest lock held) of a lane: begun at the first failure. A streak is a run of failures
 * in which the thread does not get that lock, by whatever call.
 */
struct jam_retry {
    uint32_t lock;
    uint32_t generation;
    uint32_t stack; /* of the try */
    uint32_t thread;
    uint32_t held_lock;
    uint32_t held_stack;
    uint64_t failures; /* all; timeouts of timed functions included */
    uint64_t streak;   /* of the current streak; 0 = the last try succeeded */
    uint64_t streak_since_ticks;
    uint64_t last_ticks; /* latest failure */
    uint64_t longest;    /* of the longest streak, the current one included */
    uint64_t longest_since_ticks;
    uint64_t longest_until_ticks;
};

_Static_assert(sizeof(struct jam_order) == 64, "order");
_Static_assert(sizeof(struct jam_misuse) == 80, "misuse");
_Static_assert(sizeof(struct jam_retry) == 80, "retry");

#endif
