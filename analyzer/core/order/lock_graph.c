/* Edges by hash of their ends. */
#include "core/order/lock_graph.h"

#include <stdlib.h>

#include "util/array.h"

void jam_lock_graph_fini(struct jam_lock_graph *graph)
{
    free(graph->edges);
    free(graph->nodes);
    jam_map_fini(&graph->edge_map);
    *graph = (struct jam_lock_graph){0};
}

static int grow_nodes(struct jam_lock_graph *graph, uint32_t node)
{
    while (graph->node_count <= node) {
        if (jam_array_reserve(&graph->nodes, &graph->node_capacity, graph->node_count,
                              sizeof *graph->nodes) != 0)
            return -1;
        graph->nodes[graph->node_count++] = (struct jam_graph_node){0};
    }
    return 0;
}

/* A cycle that can happen outdoes one that cannot. */
static bool is_worse(const struct jam_graph_edge *a, const struct jam_graph_edge *b)
{
    if (a->is_on_cycle != b->is_on_cycle)
        return a->is_on_cycle;
    if (!a->filter != !b->filter)
        return !a->filter;
    return a->grade > b->grade;
}

static void combine(struct jam_graph_edge *edge, const struct jam_graph_edge *more)
{
    edge->count += more->count;
    edge->is_direct |= more->is_direct;
    if (!is_worse(more, edge))
        return;
    edge->is_on_cycle = more->is_on_cycle;
    edge->filter = more->filter;
    edge->grade = more->grade;
    edge->process = more->process;
    edge->held_stack = more->held_stack;
    edge->wanted_stack = more->wanted_stack;
}

int jam_lock_graph_add(struct jam_lock_graph *graph, const struct jam_graph_edge *edge)
{
    uint64_t key = (uint64_t)edge->from << 32 | edge->to;
    if (grow_nodes(graph, edge->from > edge->to ? edge->from : edge->to) != 0 ||
        jam_array_reserve(&graph->edges, &graph->edge_capacity, graph->edge_count,
                          sizeof *graph->edges) != 0)
        return -1;
    uint32_t number = jam_map_insert(&graph->edge_map, key, 0, (uint32_t)graph->edge_count);
    if (number == JAM_MAP_NONE)
        return -1;
    if (number == graph->edge_count) {
        graph->edges[graph->edge_count++] = *edge;
        graph->nodes[edge->from].edges++;
        graph->nodes[edge->to].edges++;
    } else {
        combine(&graph->edges[number], edge);
    }
    graph->nodes[edge->from].is_on_cycle |= edge->is_on_cycle && !edge->filter;
    graph->nodes[edge->to].is_on_cycle |= edge->is_on_cycle && !edge->filter;
    return 0;
}
