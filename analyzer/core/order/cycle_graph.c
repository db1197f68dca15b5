/* Counting sorts: by size of the held set, by wanted node, by held node; each keeps the order. */
#include "core/order/cycle_graph.h"

#include <stdlib.h>

#include "core/order/components.h"
#include "util/search.h"

/* One held node of one variant. */
struct step {
    uint32_t from, to, variant;
};

struct steps {
    struct step *list, *other; /* `other`: room to sort */
    size_t count;
};

static size_t count_steps(const struct jam_relation *relation)
{
    size_t sum = 0;
    for (size_t i = 0; i < relation->variant_count; i++)
        sum += relation->sets[relation->variants[i].set].count;
    return sum;
}

/* Past so many held locks, sets count as equally large. */
enum { SIZES = 1024 };

static uint32_t key_size(const struct jam_relation *relation, const struct step *step)
{
    size_t size = relation->sets[relation->variants[step->variant].set].count;
    return size < SIZES ? (uint32_t)size : SIZES - 1;
}

static uint32_t key_to(const struct jam_relation *relation, const struct step *step)
{
    (void)relation;
    return step->to;
}

static uint32_t key_from(const struct jam_relation *relation, const struct step *step)
{
    (void)relation;
    return step->from;
}

/* first[key] .. first[key + 1] - 1 are the places of a key afterwards; `first` has keys + 1 places.
 */
static void sort_steps(struct steps *steps, const struct jam_relation *relation,
                       uint32_t (*key)(const struct jam_relation *, const struct step *),
                       uint32_t *first, size_t keys)
{
    for (size_t i = 0; i <= keys; i++)
        first[i] = 0;
    for (size_t i = 0; i < steps->count; i++)
        first[key(relation, &steps->list[i])]++;
    uint32_t sum = 0;
    for (size_t i = 0; i <= keys; i++) {
        uint32_t count = first[i];
        first[i] = sum;
        sum += count;
    }
    for (size_t i = 0; i < steps->count; i++)
        steps->other[first[key(relation, &steps->list[i])]++] = steps->list[i];
    for (size_t i = keys; i > 0; i--)
        first[i] = first[i - 1];
    first[0] = 0;
    struct step *sorted = steps->other;
    steps->other = steps->list;
    steps->list = sorted;
}

static void collect_steps(struct steps *steps, const struct jam_relation *relation)
{
    for (size_t i = 0; i < relation->variant_count; i++) {
        size_t count;
        const struct jam_variant *variant = &relation->variants[i];
        const struct jam_set_item *items = jam_variant_items(relation, variant, &count);
        for (size_t j = 0; j < count; j++)
            if (items[j].node != variant->wanted)
                steps->list[steps->count++] =
                    (struct step){items[j].node, variant->wanted, (uint32_t)i};
    }
}

static int find_components(struct jam_cycle_graph *graph, const struct steps *steps)
{
    uint32_t *targets = malloc((steps->count + 1) * sizeof *targets);
    if (!targets)
        return -1;
    for (size_t i = 0; i < steps->count; i++)
        targets[i] = steps->list[i].to;
    int status =
        jam_components_find(graph->first_out, targets, graph->node_count, graph->component);
    free(targets);
    return status;
}

static void drop_outside_steps(const struct jam_cycle_graph *graph, struct steps *steps)
{
    size_t kept = 0;
    for (size_t i = 0; i < steps->count; i++)
        if (graph->component[steps->list[i].from] == graph->component[steps->list[i].to])
            steps->list[kept++] = steps->list[i];
    steps->count = kept;
}

static void join_steps(struct jam_cycle_graph *graph, const struct steps *steps)
{
    struct jam_arc *arc = NULL;
    for (size_t i = 0; i < steps->count; i++) {
        const struct step *step = &steps->list[i];
        if (!arc || arc->from != step->from || arc->to != step->to) {
            arc = &graph->arcs[graph->arc_count++];
            *arc = (struct jam_arc){step->from, step->to, (uint32_t)i, 0};
        }
        graph->variants[i] = step->variant;
        arc->variant_count++;
    }
}

static void index_arcs(struct jam_cycle_graph *graph)
{
    for (size_t i = 0; i <= graph->node_count; i++)
        graph->first_out[i] = graph->first_in[i] = 0;
    for (size_t i = 0; i < graph->arc_count; i++) {
        graph->first_out[graph->arcs[i].from + 1]++;
        graph->first_in[graph->arcs[i].to + 1]++;
    }
    for (size_t i = 0; i < graph->node_count; i++) {
        graph->first_out[i + 1] += graph->first_out[i];
        graph->first_in[i + 1] += graph->first_in[i];
    }
    for (size_t i = graph->arc_count; i-- > 0;)
        graph->in[--graph->first_in[graph->arcs[i].to + 1]] = (uint32_t)i;
    for (size_t i = 0; i < graph->node_count; i++)
        graph->first_in[i] = graph->first_in[i + 1];
    graph->first_in[graph->node_count] = (uint32_t)graph->arc_count;
}

static int make_arcs(struct jam_cycle_graph *graph, const struct steps *steps)
{
    graph->arcs = calloc(steps->count + 1, sizeof *graph->arcs);
    graph->variants = malloc((steps->count + 1) * sizeof *graph->variants);
    graph->in = malloc((steps->count + 1) * sizeof *graph->in);
    if (!graph->arcs || !graph->variants || !graph->in)
        return -1;
    join_steps(graph, steps);
    index_arcs(graph);
    return 0;
}

static int make_graph(struct jam_cycle_graph *graph, const struct jam_relation *relation,
                      struct steps *steps)
{
    uint32_t sizes[SIZES + 1];
    collect_steps(steps, relation);
    sort_steps(steps, relation, key_size, sizes, SIZES);
    sort_steps(steps, relation, key_to, graph->first_in, graph->node_count);
    sort_steps(steps, relation, key_from, graph->first_out, graph->node_count);
    if (find_components(graph, steps) != 0)
        return -1;
    drop_outside_steps(graph, steps);
    return make_arcs(graph, steps);
}

int jam_cycle_graph_init(struct jam_cycle_graph *graph, const struct jam_relation *relation)
{
    size_t nodes = relation->node_count, count = count_steps(relation);
    *graph = (struct jam_cycle_graph){.node_count = nodes};
    graph->first_out = calloc(nodes + 2, sizeof *graph->first_out);
    graph->first_in = calloc(nodes + 2, sizeof *graph->first_in);
    graph->component = malloc((nodes + 1) * sizeof *graph->component);
    struct steps steps = {
        .list = malloc((count + 1) * sizeof *steps.list),
        .other = malloc((count + 1) * sizeof *steps.other),
    };
    int status = -1;
    if (graph->first_out && graph->first_in && graph->component && steps.list && steps.other)
        status = make_graph(graph, relation, &steps);
    free(steps.list);
    free(steps.other);
    return status;
}

void jam_cycle_graph_fini(struct jam_cycle_graph *graph)
{
    free(graph->arcs);
    free(graph->first_out);
    free(graph->first_in);
    free(graph->in);
    free(graph->variants);
    free(graph->component);
    *graph = (struct jam_cycle_graph){0};
}

static uint64_t arc_key(const void *arcs, size_t index)
{
    return ((const struct jam_arc *)arcs)[index].to;
}

const struct jam_arc *jam_cycle_graph_find(const struct jam_cycle_graph *graph, uint32_t from,
                                           uint32_t to)
{
    size_t end = graph->first_out[from + 1];
    size_t low = jam_search_first(graph->arcs, graph->first_out[from], end, to, arc_key);
    return low < end && graph->arcs[low].to == to ? &graph->arcs[low] : NULL;
}
