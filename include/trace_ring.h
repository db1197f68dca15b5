/*
 * The part of the trace format that is the event rings: what happened, in order, one thread after
 * the other. Included by trace_format.h, which explains the terms.
 */
#ifndef JAM_TRACE_RING_H
#define JAM_TRACE_RING_H

#include <stdint.h>

enum jam_event_kind {
    JAM_EVENT_NONE = 0,
    JAM_EVENT_ACQUIRE = 1,    /* a = lock, b = stack; flags = mode; all mode only */
    JAM_EVENT_RELEASE = 2,    /* a = lock, b = stack of its acquire; all mode only */
    JAM_EVENT_WAIT_BEGIN = 3, /* a = lock, b = stack; flags = enum jam_operation, and perhaps
                                 JAM_EVENT_WAIT_AGAIN */
    JAM_EVENT_WAIT_END =
        4,              /* a = lock, b = thread that blocked or woke it; flags = 1 if it failed */
    JAM_EVENT_WAKE = 5, /* post, signal, broadcast: a = lock, b = stack; flags: enum
                           jam_wake_flags */
    JAM_EVENT_HOLD = 6, /* release of a lock somebody waits for, the first of its holder in a row: a
                           = lock, b = stack of its acquire; the next record is a HOLD_SINCE */
    JAM_EVENT_HOLD_SINCE = 7,   /* word 1 = ticks of that acquire */
    JAM_EVENT_THREAD_START = 8, /* a = thread, b = parent thread: the lane's events from here on are
                                   its; before the first of them */
    JAM_EVENT_THREAD_END = 9,   /* a = thread; reserved: its record has the time */
    JAM_EVENT_CREATE = 10,      /* a = child thread, b = stack */
    JAM_EVENT_JOIN = 11,        /* a = joined thread, b = stack */
    JAM_EVENT_LOCK_BORN = 12,   /* a = lock, b = generation */
    JAM_EVENT_LOCK_DEAD = 13,   /* a = lock, b = generation */
    JAM_EVENT_FORK = 14,        /* a = pid of the child, b = stack */
    JAM_EVENT_TRY_FAILED = 15,  /* a = lock, b = stack; all mode only */
    JAM_EVENT_PHASE = 16,       /* a = number of its name (JAM_STRING_NAME), b = stack */
    JAM_EVENT_KINDS
};

/* WAIT_BEGIN of a condition: the thread has not given its mutex back since it was woken last. */
#define JAM_EVENT_WAIT_AGAIN 0x80

enum jam_wake_flags {
    JAM_WAKE_BROADCAST = 1,
    JAM_WAKE_HOLDING = 2, /* the waker holds the mutex that the condition's waiters need */
};

/*
 * An event: two words. The chunk's used_bytes tells how many are there. Time is
 * ring_base_ticks of its chunk plus the low 48 bits of word 0; never decreasing within a lane
 * except that HOLD_SINCE refers back.
 */
struct jam_event {
    uint64_t when_kind_flags; /* bits 0..47 ticks, 48..55 kind, 56..63 flags */
    uint32_t a;
    uint32_t b;
};
#define JAM_EVENT_TICK_BITS   48
#define JAM_EVENT_KIND_SHIFT  48
#define JAM_EVENT_FLAGS_SHIFT 56

_Static_assert(sizeof(struct jam_event) == 16, "event");

#endif
