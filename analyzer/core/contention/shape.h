/*
 * Shapes: patterns of contention that have a name, and a remedy.
 *
 *      convoy        somebody always waits, though the lock is hardly held: the time goes into
 *                    handing it on. Hold it less often, or let go of fairness
 *      starvation    a wait that no queue explains: all that could stand before it, each with a long
 *                    hold, would have been done many times over. Others overtake
 *      rwlock        a rwlock whose readers never share: a mutex would do the same, cheaper
 *      storm         broadcasts wake many, and all but one find nothing to do and wait again: signal
 *      signal        the waker holds the mutex that the woken need at once: they run into it
 *      blocking      a call of the system (sleep, read, ...) that takes its time under the lock: everybody
 *                    waits for the disk, the network or the clock
 *      shard         threads that have nothing in common but this lock wait for each other: if what
 *                    they guard with it is not the same, it wants to be several locks
 *      gil           Python threads that compute wait for each other: one runs at a time
 *
 * A pattern is an observation with its figures, not a proof: each has bounds below which nothing is
 * said, so that a lock that costs nothing is left in peace. `shard` above all says what the trace
 * shows (disjoint threads at disjoint call sites, no condition that would tie them together); what
 * data lies behind the lock, it does not know.
 *
 * Pure: sums of core/contention and core/run in, a list out.
 */
#ifndef JAM_CORE_SHAPE_H
#define JAM_CORE_SHAPE_H

#include "core/contention/contention.h"

enum jam_shape_kind {
    JAM_SHAPE_CONVOY,
    JAM_SHAPE_STARVATION,
    JAM_SHAPE_RWLOCK,
    JAM_SHAPE_STORM,
    JAM_SHAPE_SIGNAL,
    JAM_SHAPE_SHARD,
    JAM_SHAPE_BLOCKING,
    JAM_SHAPE_GIL,
    JAM_SHAPES
};

/*
 * What was seen. The figures by kind:
 *   CONVOY      part = hold time, whole = time in which somebody waited (ns)
 *   STARVATION  part = the longest wait, whole = what the longest queue with long holds would take
 *               (ns); mode = how it was asked for; stack = where; others = how often the lock was
 *               given to somebody meanwhile, on average of the run
 *   RWLOCK      part = shared, whole = all acquisitions; others = most readers at once, 0 = unknown
 *   STORM       part = woken for nothing, whole = woken; others = broadcasts
 *   SIGNAL      part = while holding the mutex, whole = wake-ups that met waiters
 *   SHARD       part = waiting of all but the largest group (ns), whole = all waiting (ns); others =
 *               groups of threads; stack, other_stack = a call site of the two largest
 *   BLOCKING    part = time in the calls, whole = time that the lock was held (ns); others = calls;
 *               stack = of the call, other_stack = of the acquire; call = enum jam_blocking_call
 *   GIL         part = waiting for it, whole = what the threads' time is without other waits (ns);
 *               others = how often it was given up because another thread asked for it; stack = who
 *               had it, of those who made others wait longest (0 = unknown). The GIL has no other
 *               pattern, because none of their remedies goes for it
 */
struct jam_shape {
    enum jam_shape_kind kind;
    uint32_t lock; /* index in contention */
    uint16_t mode;
    uint32_t stack, other_stack;
    uint64_t part, whole, others;
    uint16_t call;
};

struct jam_shapes {
    struct jam_shape *list;
    size_t count, capacity;
};

void jam_shapes_fini(struct jam_shapes *shapes);

/*
 * Two stacks may be the same place in the source: gives each place a number. Asked for stacks of
 * costly locks only.
 */
struct jam_shape_places {
    void *context;
    uint32_t (*number)(void *context, uint32_t process, uint32_t stack);
};

/*
 * Appends what is found in one process of a finished contention; `run` is what its events told, empty
 * if it has none; `places` NULL: each stack is a place of its own, and JAM_SHAPE_SHARD is not looked
 * for. 0, or -1 without memory.
 */
int jam_shapes_find(struct jam_shapes *shapes, const struct jam_contention *contention,
                    uint32_t process, const struct jam_run *run,
                    const struct jam_shape_places *places);

/* Appends a pattern for calls under a lock that took long enough; others are ignored. */
int jam_shapes_add_blocking(struct jam_shapes *shapes, const struct jam_contention *contention,
                            uint32_t process, const struct jam_misuse *misuse);

/* "sleep", "poll", ... */
const char *jam_shape_call_name(uint16_t call);

/* "lock convoy", "starvation", ... */
const char *jam_shape_name(enum jam_shape_kind kind);

#endif
