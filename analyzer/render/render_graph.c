/* From records and findings to nodes with names and edges with places. */
#include "render/render_graph.h"

#include <stdlib.h>
#include <string.h>

#include "render/check/render_check_name.h"
#include "trace/trace_record.h"
#include "util/array.h"

void jam_order_graph_fini(struct jam_order_graph *graph)
{
    jam_lock_graph_fini(&graph->graph);
    free(graph->nodes);
    jam_map_fini(&graph->node_map);
}

/* Names are asked for by finding; all that counts of it is the process. */
static struct jam_finding place_holder(uint32_t process)
{
    return (struct jam_finding){.process = process};
}

const char *jam_order_graph_place(struct jam_order_graph *graph, const struct jam_graph_edge *edge,
                                  uint32_t stack)
{
    struct jam_finding finding = place_holder(edge->process);
    return jam_check_place(graph->check, &finding, stack);
}

/* Classes are equal over all processes; texts are interned, so the address tells. */
static uint32_t number_node(struct jam_order_graph *graph, const struct jam_order_node *node)
{
    uint64_t lock = (uint64_t)node->process << 32 | node->lock;
    uint64_t by_class = (uint64_t)(uintptr_t)node->class_name;
    uint32_t number = jam_map_insert(&graph->node_map, graph->is_by_class ? by_class : lock,
                                     graph->is_by_class, (uint32_t)graph->node_count);
    if (number != graph->node_count)
        return number;
    if (jam_array_reserve(&graph->nodes, &graph->node_capacity, graph->node_count,
                          sizeof *graph->nodes) != 0)
        return JAM_MAP_NONE;
    graph->nodes[graph->node_count++] = *node;
    return number;
}

static uint32_t find_node(struct jam_order_graph *graph, uint32_t process, uint32_t lock)
{
    struct jam_finding finding = place_holder(process);
    struct jam_lock_use use = {.lock = lock};
    uint64_t key = (uint64_t)process << 32 | lock;
    uint32_t known = jam_map_find(&graph->node_map, key, 2);
    if (known != JAM_MAP_NONE)
        return known;
    struct jam_order_node node = {
        .class_name = jam_check_class_name(graph->check, &finding, &use),
        .process = process,
        .lock = lock,
    };
    node.name =
        graph->is_by_class ? node.class_name : jam_check_lock_name(graph->check, &finding, &use);
    uint32_t number = number_node(graph, &node);
    if (number == JAM_MAP_NONE || jam_map_insert(&graph->node_map, key, 2, number) == JAM_MAP_NONE)
        return JAM_MAP_NONE;
    graph->nodes[number].locks++;
    return number;
}

static int add_edge(struct jam_order_graph *graph, uint32_t held, uint32_t wanted,
                    struct jam_graph_edge *edge)
{
    edge->from = find_node(graph, edge->process, held);
    edge->to = find_node(graph, edge->process, wanted);
    if (edge->from == JAM_MAP_NONE || edge->to == JAM_MAP_NONE)
        return -1;
    return jam_lock_graph_add(&graph->graph, edge);
}

static int add_dependency(struct jam_order_graph *graph, uint32_t process,
                          const struct jam_dependency *dependency)
{
    for (unsigned i = 0; i < dependency->held_count; i++) {
        const struct jam_dependency_held *held = &dependency->held[i];
        struct jam_graph_edge edge = {
            .process = process,
            .held_stack = held->stack,
            .wanted_stack = dependency->stack,
            .count = 1,
            .is_direct = i + 1 == dependency->held_count,
        };
        if (held->flags & JAM_HELD_REENTRY)
            continue;
        if (add_edge(graph, held->lock, dependency->lock, &edge) != 0)
            return -1;
    }
    return 0;
}

static int add_dependencies(struct jam_order_graph *graph)
{
    const struct jam_report *report = &graph->check->report;
    for (size_t i = 0; i < report->process_count; i++) {
        struct jam_cursor cursor;
        const struct jam_dependency *dependency;
        jam_cursor_start(&cursor, report->processes[i].trace, JAM_EXTENT_DEPENDENCIES);
        while ((dependency = jam_cursor_next(&cursor)))
            if (add_dependency(graph, (uint32_t)i, dependency) != 0)
                return -1;
    }
    return 0;
}

static int add_finding(struct jam_order_graph *graph, const struct jam_finding *finding)
{
    for (size_t i = 0; i < finding->edge_count; i++) {
        const struct jam_finding_edge *side = &finding->edges[i];
        struct jam_graph_edge edge = {
            .process = finding->process,
            .held_stack = side->holds.stack,
            .wanted_stack = side->wants.stack,
            .is_on_cycle = true,
            .filter = finding->filter,
            .grade = finding->grade,
        };
        if (add_edge(graph, side->holds.lock, side->wants.lock, &edge) != 0)
            return -1;
    }
    return 0;
}

static int add_findings(struct jam_order_graph *graph)
{
    const struct jam_findings *findings = &graph->check->findings;
    for (size_t i = 0; i < findings->count; i++)
        if (add_finding(graph, &findings->list[i]) != 0)
            return -1;
    return 0;
}

static int make(struct jam_order_graph *graph, struct jam_check *check, bool is_by_class)
{
    *graph = (struct jam_order_graph){.check = check, .is_by_class = is_by_class};
    return add_dependencies(graph) == 0 ? add_findings(graph) : -1;
}

int jam_order_graph_init(struct jam_order_graph *graph, struct jam_check *check,
                         enum jam_graph_by by, struct jam_error *error)
{
    int status = make(graph, check, by == JAM_GRAPH_CLASS);
    if (!status && by == JAM_GRAPH_AUTO && graph->node_count > JAM_GRAPH_LOCKS_MAX) {
        jam_order_graph_fini(graph);
        status = make(graph, check, true);
    }
    return status ? jam_error_memory(error) : 0;
}
