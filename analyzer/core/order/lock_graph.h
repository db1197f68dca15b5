/*
 * The lock-order graph, for people to look at: which lock is asked for while which is held.
 *
 * Nodes and edges are numbered by the caller: a node is a lock, or a class of locks when there are
 * too many of them. An edge is `direct` if its lock was the newest one held at least once; the
 * others follow from direct ones, and only matter where they are part of a cycle. (What is searched
 * for cycles is not this graph: see relation.h.)
 */
#ifndef JAM_CORE_LOCK_GRAPH_H
#define JAM_CORE_LOCK_GRAPH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/finding/finding.h"
#include "util/map.h"

struct jam_graph_edge {
    uint32_t from, to;                 /* nodes: held, wanted */
    uint32_t process;                  /* of the stacks */
    uint32_t held_stack, wanted_stack; /* of the first occurrence that was added */
    uint64_t count;                    /* different situations: dependencies */
    bool is_direct;
    bool is_on_cycle;       /* of a finding, or of one that a filter dropped: */
    enum jam_filter filter; /* NONE = can happen */
    enum jam_grade grade;
};

struct jam_graph_node {
    size_t edges; /* that begin or end here */
    bool is_on_cycle;
};

struct jam_lock_graph {
    struct jam_graph_edge *edges;
    size_t edge_count, edge_capacity;
    struct jam_map edge_map;
    struct jam_graph_node *nodes;
    size_t node_count; /* numbers below it are in use */
    size_t node_capacity;
};

/* All zero is an empty one. */
void jam_lock_graph_fini(struct jam_lock_graph *graph);

/* Adds an occurrence: count, is_direct and cycle of an edge that is there already are combined. 0,
 * or -1 without memory. */
int jam_lock_graph_add(struct jam_lock_graph *graph, const struct jam_graph_edge *edge);

/* Whether an edge is worth a line in a drawing. */
static inline bool jam_graph_edge_is_drawn(const struct jam_graph_edge *edge)
{
    return edge->is_direct || edge->is_on_cycle;
}

#endif
