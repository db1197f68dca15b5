/*
 * The graph in which cycles are searched, reduced to what can be in one.
 *
 * An arc leads from a held node to the wanted one and carries the variants (relation.h) that make
 * it. Of all arcs only those stay whose ends lie in one strongly connected component: every cycle
 * lies inside of one, and most locks of a program in none. Time and memory are linear in the sum
 * of the held sets.
 */
#ifndef JAM_CORE_CYCLE_GRAPH_H
#define JAM_CORE_CYCLE_GRAPH_H

#include <stddef.h>
#include <stdint.h>

#include "core/order/relation.h"

struct jam_arc {
    uint32_t from, to;      /* nodes */
    uint32_t first_variant; /* in jam_cycle_graph.variants: smallest held set first */
    uint32_t variant_count;
};

struct jam_cycle_graph {
    size_t node_count;
    struct jam_arc *arcs; /* by from, then to */
    size_t arc_count;
    uint32_t *first_out; /* node_count + 1: arcs from a node */
    uint32_t *first_in;  /* node_count + 1: positions in `in` */
    uint32_t *in;        /* arcs, by to */
    uint32_t *variants;
    uint32_t *component; /* of each node, counted from 0 */
};

/* Makes the graph of a relation. 0, or -1 without memory; to be ended in any case. */
int jam_cycle_graph_init(struct jam_cycle_graph *graph, const struct jam_relation *relation);
void jam_cycle_graph_fini(struct jam_cycle_graph *graph);

/* The arc between two nodes, NULL if there is none. */
const struct jam_arc *jam_cycle_graph_find(const struct jam_cycle_graph *graph, uint32_t from,
                                           uint32_t to);

#endif
