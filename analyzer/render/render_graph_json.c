/* The graph as lockjam.graph/1. */
#include "core/lock_kind.h"
#include "render/check/render_check_name.h"
#include "render/render_graph.h"
#include "render/render_json_parts.h"

static json_t *node_json(const struct jam_order_graph *graph, size_t number)
{
    const struct jam_order_node *node = &graph->nodes[number];
    struct jam_finding finding = {.process = node->process};
    struct jam_lock_use use = {.lock = node->lock};
    const struct jam_contention_lock *lock = jam_check_lock(graph->check, &finding, &use);
    json_t *object = json_object();
    jam_json_set_number(object, "id", number);
    jam_json_set_text(object, "name", node->name);
    jam_json_set_text(object, "class", node->class_name);
    jam_json_set_text(object, "kind", jam_lock_kind_name(lock ? lock->kind : 0));
    jam_json_set_number(object, "locks", node->locks);
    json_object_set_new_nocheck(object, "on_cycle",
                                json_boolean(graph->graph.nodes[number].is_on_cycle));
    return object;
}

static json_t *edge_json(struct jam_order_graph *graph, const struct jam_graph_edge *edge)
{
    struct jam_frames *frames = graph->check->report.processes[edge->process].frames;
    json_t *object = json_object();
    jam_json_set_number(object, "from", edge->from);
    jam_json_set_number(object, "to", edge->to);
    jam_json_set_number(object, "count", edge->count);
    json_object_set_new_nocheck(object, "direct", json_boolean(edge->is_direct));
    json_object_set_new_nocheck(object, "held_stack", jam_json_stack(frames, edge->held_stack));
    json_object_set_new_nocheck(object, "wanted_stack", jam_json_stack(frames, edge->wanted_stack));
    bool is_on_cycle = edge->is_on_cycle;
    jam_json_set_text(object, "grade",
                      is_on_cycle && !edge->filter ? jam_grade_name(edge->grade) : NULL);
    jam_json_set_text(object, "filter",
                      is_on_cycle && edge->filter ? jam_filter_name(edge->filter) : NULL);
    return object;
}

void jam_order_graph_json(struct jam_order_graph *graph, FILE *out)
{
    json_t *document = json_object(), *nodes = json_array(), *edges = json_array();
    for (size_t i = 0; i < graph->node_count; i++)
        json_array_append_new(nodes, node_json(graph, i));
    for (size_t i = 0; i < graph->graph.edge_count; i++)
        json_array_append_new(edges, edge_json(graph, &graph->graph.edges[i]));
    jam_json_set_text(document, "schema", "lockjam.graph/1");
    jam_json_set_text(document, "by", graph->is_by_class ? "class" : "lock");
    json_object_set_new_nocheck(document, "nodes", nodes);
    json_object_set_new_nocheck(document, "edges", edges);
    json_dumpf(document, out, JSON_COMPACT | JSON_ENSURE_ASCII);
    fputc('\n', out);
    json_decref(document);
}
