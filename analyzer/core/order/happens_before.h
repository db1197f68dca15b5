/*
 * What surely comes before what: the order that create, join and barriers make.
 *
 * A thread's life is cut into segments; it begins a new one with each create, join and barrier. The
 * order of a release and the next acquire of a lock is left out on purpose: it is an accident of
 * the schedule, and to use it would hide real deadlocks.
 *
 *      segments  parent  ──0──┬──1── ─ ─ ─┬──2──      create: parent 0 before all of the child
 *                child        └──0─────1──┘           join:   all of the child before parent 2
 *
 * A barrier's round is a point of its own: everybody's segment before leads to it, everybody's
 * segment after follows from it. The order is transitive; a question is answered by one walk over
 * the edges that lie after the earlier moment, whose result is kept.
 */
#ifndef JAM_CORE_HAPPENS_BEFORE_H
#define JAM_CORE_HAPPENS_BEFORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "trace_format.h"
#include "util/map.h"

struct jam_moment {
    uint32_t thread;
    uint32_t segment;
};

/* What makes the order: a thread that is created or joined, or a barrier. */
struct jam_before_evidence {
    uint32_t thread;
    uint32_t lock, generation;
};

struct jam_before_edge;
struct jam_before_walk;

struct jam_before {
    struct jam_map points; /* threads and barrier rounds */
    size_t point_count;
    struct jam_before_edge *edges; /* by origin, latest first */
    size_t edge_count, edge_capacity;
    size_t *first_edge; /* of each point */
    struct jam_map walk_map;
    struct jam_before_walk *walks;
    size_t walk_count, walk_capacity;
    size_t *next_edge; /* of a walk: the first edge of each point that was not followed yet */
    uint32_t *queue;   /* of a walk: points that were reached */
    size_t queued;
    bool *is_queued;
    uint64_t steps; /* work done so far, for those who have a budget */
};

/* All zero knows no order. Functions return 0, or -1 when memory is short. */
void jam_before_fini(struct jam_before *before);

int jam_before_add_thread(struct jam_before *before, const struct jam_thread_record *thread);
int jam_before_add_barrier(struct jam_before *before, const struct jam_order *order);

/* After the last one was added. */
int jam_before_finish(struct jam_before *before);

/*
 * Whether the end of the earlier segment comes before the start of the later one, whatever the
 * scheduler does. evidence may be NULL. Without memory: no.
 */
bool jam_before_is(struct jam_before *before, struct jam_moment earlier, struct jam_moment later,
                   struct jam_before_evidence *evidence);

#endif
