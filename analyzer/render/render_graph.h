/*
 * The lock-order graph as text for Graphviz, and as JSON.
 *
 *      jam_order_graph_init   from the dependencies of all traces of a check, and its findings
 *      jam_order_graph_dot    DOT: classes of locks are clusters, cycles are red
 *      jam_order_graph_json   lockjam.graph/1: everything, also what a drawing leaves out
 *
 * Names come from the recorded program and may hold anything: both forms escape them.
 */
#ifndef JAM_RENDER_GRAPH_H
#define JAM_RENDER_GRAPH_H

#include "core/order/lock_graph.h"
#include "render/check/render_check.h"

/* A node for each lock, or for each class; AUTO: for each lock, unless they are more than 100. */
enum jam_graph_by { JAM_GRAPH_AUTO, JAM_GRAPH_LOCK, JAM_GRAPH_CLASS };
#define JAM_GRAPH_LOCKS_MAX 100

struct jam_order_node {
    const char *name, *class_name; /* belong to the check */
    uint32_t process, lock;        /* by class: of the first one */
    uint64_t locks;                /* that it stands for */
};

struct jam_order_graph {
    struct jam_check *check; /* the caller's */
    struct jam_lock_graph graph;
    struct jam_order_node *nodes; /* as numbered in graph */
    size_t node_count, node_capacity;
    struct jam_map node_map; /* lock: node */
    bool is_by_class;
};

/* 0 or JAM_ERROR_SYSTEM; to be ended in any case. */
int jam_order_graph_init(struct jam_order_graph *graph, struct jam_check *check,
                         enum jam_graph_by by, struct jam_error *error);
void jam_order_graph_fini(struct jam_order_graph *graph);

void jam_order_graph_dot(struct jam_order_graph *graph, FILE *out);
void jam_order_graph_json(struct jam_order_graph *graph, FILE *out);

/* The call site of an edge's acquires: of the lock that is held, of the one that is wanted. */
const char *jam_order_graph_place(struct jam_order_graph *graph, const struct jam_graph_edge *edge,
                                  uint32_t stack);

#endif
