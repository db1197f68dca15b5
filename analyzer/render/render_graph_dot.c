/* DOT for Graphviz. Everything that comes from a trace stands in quotes, escaped. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "render/render_graph.h"

/* More edges than this are drawn without call sites, but for cycles: hover over them. */
enum { LABELLED_EDGES_MAX = 60 };

static void put_escaped(const char *text, FILE *out)
{
    for (; *text; text++) {
        if (*text == '"' || *text == '\\')
            fputc('\\', out);
        fputc(*text, out);
    }
}

/* Long names in two lines or more, broken at blanks. */
static void put_wrapped(const char *text, FILE *out)
{
    enum { COLUMNS = 28 };
    size_t column = 0;
    for (; *text; text++) {
        if (*text == ' ' && column >= COLUMNS) {
            fputs("\\n", out);
            column = 0;
            continue;
        }
        const char one[2] = {*text, '\0'};
        put_escaped(one, out);
        column++;
    }
}

static void put_node(const struct jam_order_graph *graph, size_t number, FILE *out)
{
    const struct jam_order_node *node = &graph->nodes[number];
    fprintf(out, "  n%zu [label=\"", number);
    put_wrapped(node->name, out);
    if (node->locks > 1)
        fprintf(out, "\\n(%" PRIu64 " locks)", node->locks);
    fputs("\", tooltip=\"", out);
    put_escaped(node->class_name, out);
    fputs("\"", out);
    if (graph->graph.nodes[number].is_on_cycle)
        fputs(", color=\"#c0392b\", penwidth=2, fillcolor=\"#fdecea\"", out);
    fputs("];\n", out);
}

static const char *edge_style(const struct jam_graph_edge *edge)
{
    if (!edge->is_on_cycle)
        return "color=\"#7f8c8d\"";
    if (edge->filter)
        return "color=\"#2980b9\", style=dashed";
    if (edge->grade == JAM_GRADE_WEAK)
        return "color=\"#d68910\", fontcolor=\"#9c640c\", penwidth=2, style=dashed";
    return "color=\"#c0392b\", fontcolor=\"#922b21\", penwidth=2";
}

static void put_edge(struct jam_order_graph *graph, const struct jam_graph_edge *edge,
                     bool is_labelled, FILE *out)
{
    fprintf(out, "  n%" PRIu32 " -> n%" PRIu32 " [%s, tooltip=\"held since ", edge->from, edge->to,
            edge_style(edge));
    put_escaped(jam_order_graph_place(graph, edge, edge->held_stack), out);
    fputs(", wanted at ", out);
    put_escaped(jam_order_graph_place(graph, edge, edge->wanted_stack), out);
    fprintf(out, ", %" PRIu64 " situations", edge->count);
    if (edge->is_on_cycle)
        fprintf(out, ", cycle: %s",
                edge->filter ? jam_filter_name(edge->filter) : jam_grade_name(edge->grade));
    fputs("\"", out);
    if (is_labelled || (edge->is_on_cycle && !edge->filter)) {
        fputs(", label=\"", out);
        put_wrapped(jam_order_graph_place(graph, edge, edge->wanted_stack), out);
        if (edge->count > 1)
            fprintf(out, "\\nx %" PRIu64, edge->count);
        fputs("\"", out);
    }
    fputs("];\n", out);
}

struct member {
    const char *class_name;
    size_t node;
};

static int compare_members(const void *left, const void *right)
{
    const struct member *a = left, *b = right;
    int order = strcmp(a->class_name, b->class_name);
    if (order)
        return order;
    return (a->node > b->node) - (a->node < b->node);
}

/* members[0 .. count - 1] are of one class. A class of one needs no frame. */
static void put_class(const struct jam_order_graph *graph, const struct member *members,
                      size_t count, FILE *out)
{
    if (count > 1) {
        fprintf(out, "  subgraph cluster_%zu {\n  label=\"", members[0].node);
        put_wrapped(members[0].class_name, out);
        fputs("\"; color=\"#bdc3c7\"; style=rounded; fontsize=10;\n", out);
    }
    for (size_t i = 0; i < count; i++)
        put_node(graph, members[i].node, out);
    if (count > 1)
        fputs("  }\n", out);
}

static void put_nodes(const struct jam_order_graph *graph, FILE *out)
{
    struct member *members = malloc((graph->node_count + 1) * sizeof *members);
    if (!members)
        return;
    for (size_t i = 0; i < graph->node_count; i++)
        members[i] = (struct member){graph->nodes[i].class_name, i};
    qsort(members, graph->node_count, sizeof *members, compare_members);
    for (size_t first = 0, end; first < graph->node_count; first = end) {
        for (end = first + 1; end < graph->node_count &&
                              strcmp(members[end].class_name, members[first].class_name) == 0;)
            end++;
        put_class(graph, members + first, end - first, out);
    }
    free(members);
}

static size_t count_drawn(const struct jam_lock_graph *graph)
{
    size_t drawn = 0;
    for (size_t i = 0; i < graph->edge_count; i++)
        drawn += jam_graph_edge_is_drawn(&graph->edges[i]);
    return drawn;
}

void jam_order_graph_dot(struct jam_order_graph *graph, FILE *out)
{
    bool is_labelled = count_drawn(&graph->graph) <= LABELLED_EDGES_MAX;
    fputs("digraph lock_order {\n"
          "  rankdir=LR; concentrate=false; ranksep=0.7; nodesep=0.25; overlap=false;\n"
          "  label=\"An arrow leads from a lock that is held to the one that is asked for. Red: a "
          "cycle that can happen. Orange: weak. Blue: cannot happen.\"; fontsize=11;\n"
          "  node [shape=box, style=\"rounded,filled\", fillcolor=\"#f8f9f9\", color=\"#7f8c8d\","
          " fontname=\"Helvetica\", fontsize=11];\n"
          "  edge [fontname=\"Helvetica\", fontsize=9, fontcolor=\"#555555\", arrowsize=0.7];\n",
          out);
    put_nodes(graph, out);
    for (size_t i = 0; i < graph->graph.edge_count; i++)
        if (jam_graph_edge_is_drawn(&graph->graph.edges[i]))
            put_edge(graph, &graph->graph.edges[i], is_labelled, out);
    fputs("}\n", out);
}
