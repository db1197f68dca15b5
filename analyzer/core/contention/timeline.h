/*
 * What each thread did when: waits, holds and wakes as slices of time, made from events.
 *
 *      thread 1  ──[ holds L ················]──────────────────────
 *      thread 2  ─────[ waits for L ·········]─[ holds L ]──────────
 *                           └─ other = 1, blocker = the slice above
 *
 * The caller feeds the events of one process, those of each thread in the order in which they
 * happened (threads may come one after the other), and finishes. Memory grows with events. Times
 * are nanoseconds since the session began, ids those of the trace.
 *
 * HOLDS. In a trace of all events each hold is a slice. Otherwise only holds during which somebody
 * waited are known, and of several by one thread in a row only the first: see JAM_EVENT_HOLD.
 */
#ifndef JAM_CORE_TIMELINE_H
#define JAM_CORE_TIMELINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "trace_format.h"
#include "util/map.h"

enum jam_slice_kind {
    JAM_SLICE_WAIT,
    JAM_SLICE_HOLD,
    JAM_SLICE_WAKE, /* a post, signal or broadcast: begins and ends at once */
    JAM_SLICE_KINDS
};

enum jam_slice_flags {
    JAM_SLICE_FAILED = 1,     /* wait: timed out, or ended without what it was for */
    JAM_SLICE_UNFINISHED = 2, /* lasted when the trace ended */
    JAM_SLICE_SHARED = 4,     /* hold: by a reader */
    JAM_SLICE_BROADCAST = 8,  /* wake: of all waiters */
};

#define JAM_SLICE_NONE UINT32_MAX

struct jam_slice {
    uint64_t begin_ns;
    uint64_t end_ns;
    uint32_t thread;
    uint32_t lock;
    uint32_t stack; /* stack_ref: where the wait began, the lock was acquired, the wake came from */
    uint32_t other; /* wait: thread that held the lock last, or woke; 0 = unknown */
    uint32_t
        blocker;   /* wait: index of the hold or wake that ended it, or NONE; by `other`, or, with
                         all events, by the last one to hold it */
    uint8_t kind;  /* enum jam_slice_kind */
    uint8_t flags; /* enum jam_slice_flags */
};

/* An event, with the time already in nanoseconds. */
struct jam_timeline_event {
    uint64_t ns;
    uint64_t since_ns; /* HOLD: when it was acquired */
    uint32_t thread;
    uint32_t a, b; /* see enum jam_event_kind */
    uint8_t kind, flags;
    bool has_since;
};

/* A wait or hold that has begun. */
struct jam_slice_open {
    uint64_t begin_ns;
    uint32_t thread, lock, stack;
    uint8_t flags;
    bool is_open;
};

/* All zero is an empty one, for a trace without events of each acquire. */
struct jam_timeline {
    struct jam_slice *slices; /* after finish: by thread, then begin, then longest first */
    size_t count, capacity;
    bool
        has_all_events; /* set by the caller: ACQUIRE and RELEASE tell the holds, HOLD is ignored */
    /* what is open: by kind, then (thread, lock) */
    struct jam_slice_open *open[JAM_SLICE_KINDS];
    size_t open_count[JAM_SLICE_KINDS], open_capacity[JAM_SLICE_KINDS];
    struct jam_map open_map[JAM_SLICE_KINDS];
};

void jam_timeline_fini(struct jam_timeline *timeline);

/* Adds a slice as it is. 0, or -1 when memory is short. */
int jam_timeline_add_slice(struct jam_timeline *timeline, const struct jam_slice *slice);

/* Kinds of event that are no part of a timeline are ignored. 0, or -1 when memory is short. */
int jam_timeline_add(struct jam_timeline *timeline, const struct jam_timeline_event *event);

/*
 * Ends waits that are open at `end_ns`, sorts, and finds the blocker of each wait. 0, or -1 when
 * memory is short. What is held at the end is not concluded from an ACQUIRE without a RELEASE (for
 * semaphores and joins there is none): the caller adds it, from held lists, as slices.
 */
int jam_timeline_finish(struct jam_timeline *timeline, uint64_t end_ns);

/* The first slice behind `first` that belongs to another thread, or timeline->count. */
size_t jam_timeline_thread_end(const struct jam_timeline *timeline, size_t first);

#endif
