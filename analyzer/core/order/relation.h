/*
 * The lock-dependency relation of one process, made ready for the search.
 *
 * THE IDEA. An element says: a thread, in one of its segments, wanted a lock while it held a set of
 * others (Bensalem & Havelund, "Dynamic deadlock analysis of multi-threaded programs"; Joshi et
 * al., "iGoodlock"). Unlike a graph of lock pairs it remembers what was held *together*, so a cycle
 * below a common outer lock can be told from a real one.
 *
 *      dependency (record) ──┐ equal wish, mode, held set, epoch
 *      dependency (record) ──┴──▶ variant ──▶ node wanted
 *                                   │  └────▶ set of nodes held
 *                                   └───────▶ instances: (thread, segment, record)
 *
 * A NODE is one life of something that a thread can hold and another can wait for: a lock in one
 * generation, or a thread, which holds itself as long as it lives and is wanted by a join. Objects
 * without holder (conditions, barriers, plain semaphores) are no nodes; neither are locks that one
 * thread releases for another (hand-off): to hold such a lock means nothing.
 *
 * The records that are added must stay valid as long as the relation: it keeps references. Ids in
 * them may be anything. Functions return 0, or -1 when memory is short.
 */
#ifndef JAM_CORE_RELATION_H
#define JAM_CORE_RELATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "trace_format.h"
#include "util/map.h"

struct jam_node {
    const struct jam_lock_record *lock; /* NULL: a thread, or a lock without record */
    uint32_t id;
    uint32_t generation;
    uint32_t thread;                     /* THREAD object: whose; else 0. Then `id` is 0, and: */
    uint32_t join_lock, join_generation; /* the object of a join of it */
    bool came_back;                      /* that join is over */
    bool lets_writer_block_readers;
};

/* Sorted by node; a node stands once, exclusive if any hold of it is. */
struct jam_set_item {
    uint32_t node;
    uint16_t mode;  /* enum jam_mode */
    uint16_t flags; /* enum jam_held_flags */
};

struct jam_set {
    size_t first; /* in jam_relation.items */
    size_t count;
};

struct jam_variant {
    uint32_t wanted; /* node */
    uint16_t mode;   /* enum jam_mode */
    uint16_t flags;  /* enum jam_dependency_flags */
    uint32_t set;
    uint32_t epoch;
    uint32_t first_instance; /* JAM_MAP_NONE ends the list */
    uint32_t instance_count;
};

/*
 * Who did it. A variant remembers JAM_VARIANT_INSTANCES of them: cycles need one for each side, and
 * more choice than that has never decided anything; past it, a rare order between threads may hide
 * a cycle.
 */
#define JAM_VARIANT_INSTANCES 64
struct jam_variant_instance {
    uint32_t thread;
    uint32_t segment;
    uint32_t next;
    bool is_unplaced; /* the segment is not known: it may be any of the thread's */
    const struct jam_dependency *record;
};

/* A lock that was taken exclusively, by some thread of a lane. */
struct jam_relation_writer {
    uint32_t lock; /* id */
    uint32_t thread;
};

struct jam_relation {
    struct jam_map lock_map; /* id: index of locks */
    const struct jam_lock_record **locks;
    size_t lock_count, lock_capacity;
    const struct jam_dependency **records;
    size_t record_count, record_capacity;

    struct jam_map node_map;
    struct jam_node *nodes;
    size_t node_count, node_capacity;
    struct jam_map set_map;
    struct jam_set *sets;
    size_t set_count, set_capacity;
    struct jam_set_item *items;
    size_t item_count, item_capacity;
    struct jam_map variant_map;
    struct jam_variant *variants;
    size_t variant_count, variant_capacity;
    struct jam_variant_instance *instances;
    size_t instance_count, instance_capacity;
};

/* All zero is an empty one. */
void jam_relation_fini(struct jam_relation *relation);

int jam_relation_add_lock(struct jam_relation *relation, const struct jam_lock_record *lock);
int jam_relation_add_dependency(struct jam_relation *relation,
                                const struct jam_dependency *dependency);

/* NULL if no such lock was added. */
const struct jam_lock_record *jam_relation_find_lock(const struct jam_relation *relation,
                                                     uint32_t id);

/* The node of a lock's life; JAM_MAP_NONE without memory. */
uint32_t jam_relation_node(struct jam_relation *relation, uint32_t lock, uint32_t generation);

/* The node of a thread as the thing that a join waits for. */
uint32_t jam_relation_thread_node(struct jam_relation *relation, uint32_t thread);

/*
 * Turns an instance of a record into a variant. `own` is the node of the instance's thread if
 * anybody joins it while holding locks, else JAM_MAP_NONE; `wanted` is the node that is waited for.
 */
struct jam_relation_made {
    const struct jam_dependency *record;
    struct jam_instance instance;
    uint32_t wanted;
    uint32_t own;
    bool is_unplaced;
};
int jam_relation_make(struct jam_relation *relation, const struct jam_relation_made *made);

/* Whether a thread can hold the lock so that another has to wait for it. */
bool jam_relation_is_holdable(const struct jam_relation *relation, uint32_t lock,
                              uint32_t generation);

static inline const struct jam_set_item *jam_variant_items(const struct jam_relation *relation,
                                                           const struct jam_variant *variant,
                                                           size_t *count)
{
    const struct jam_set *set = &relation->sets[variant->set];
    *count = set->count;
    return relation->items + set->first;
}

/* The hold of a node in a variant's set, NULL if it does not hold it. */
const struct jam_set_item *jam_variant_find_held(const struct jam_relation *relation,
                                                 const struct jam_variant *variant, uint32_t node);

#endif
