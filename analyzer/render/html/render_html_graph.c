/* The lock-order graph for the page: nodes with names, edges as numbers. */
#include <inttypes.h>

#include "core/lock_kind.h"
#include "render/check/render_check_name.h"
#include "render/render_graph.h"
#include "render/html/render_html_check.h"
#include "util/json_text.h"

static void print_node(struct jam_order_graph *graph, size_t number, FILE *out)
{
    const struct jam_order_node *node = &graph->nodes[number];
    const struct jam_map *locks = &graph->check->report.contention.lock_map;
    struct jam_finding finding = {.process = node->process};
    struct jam_lock_use use = {.lock = node->lock};
    const struct jam_contention_lock *lock = jam_check_lock(graph->check, &finding, &use);
    uint32_t at = node->lock ? jam_map_find(locks, node->process, node->lock) : JAM_MAP_NONE;
    fputs("{\"name\":", out);
    jam_json_text(node->name, out);
    fputs(",\"class\":", out);
    jam_json_text(node->class_name, out);
    fprintf(out, ",\"kind\":\"%s\",\"lock\":%" PRId64 ",\"locks\":%" PRIu64 ",\"process\":%u}",
            jam_lock_kind_name(lock ? lock->kind : 0), at == JAM_MAP_NONE ? -1 : (int64_t)at,
            node->locks, node->process);
}

static int mark_of(const struct jam_graph_edge *edge)
{
    if (!edge->is_on_cycle)
        return 0;
    return edge->filter ? -(int)edge->filter : (int)edge->grade;
}

static void print_edge(const struct jam_graph_edge *edge, struct jam_html_stacks *stacks, FILE *out)
{
    fprintf(out, "[%u,%u,%" PRIu64 ",%d,%d,%u,%" PRId64 ",%" PRId64 "]", edge->from, edge->to,
            edge->count, edge->is_direct, mark_of(edge), edge->process,
            jam_html_stack_number(stacks, edge->process, edge->held_stack),
            jam_html_stack_number(stacks, edge->process, edge->wanted_stack));
}

/* What the marks mean: the lists are as long as the enumerations. */
static void print_names(const char *key, const char *(*name)(unsigned), unsigned end, FILE *out)
{
    fprintf(out, ",\n\"%s\":[null", key);
    for (unsigned i = 1; i < end; i++) {
        fputc(',', out);
        jam_json_text(name(i), out);
    }
    fputc(']', out);
}

static const char *grade_name(unsigned grade)
{
    return jam_grade_name((enum jam_grade)grade);
}

static const char *filter_name(unsigned filter)
{
    return jam_filter_name((enum jam_filter)filter);
}

static void print_graph(struct jam_order_graph *graph, struct jam_html_stacks *stacks, FILE *out)
{
    fprintf(out, "{\"by\":\"%s\",\"nodes\":[", graph->is_by_class ? "class" : "lock");
    for (size_t i = 0; i < graph->node_count; i++) {
        fputs(i ? ",\n" : "\n", out);
        print_node(graph, i, out);
    }
    fputs("],\n\"edges\":[", out);
    for (size_t i = 0; i < graph->graph.edge_count; i++) {
        fputs(i ? ",\n" : "\n", out);
        print_edge(&graph->graph.edges[i], stacks, out);
    }
    fputc(']', out);
    print_names("grades", grade_name, JAM_GRADE_CONFIRMED + 1, out);
    print_names("filters", filter_name, JAM_FILTERS, out);
    fputc('}', out);
}

int jam_html_graph(struct jam_check *check, struct jam_html_stacks *stacks, FILE *out,
                   struct jam_error *error)
{
    struct jam_order_graph graph;
    int status = jam_order_graph_init(&graph, check, JAM_GRAPH_AUTO, error);
    if (!status)
        print_graph(&graph, stacks, out);
    jam_order_graph_fini(&graph);
    return status;
}
