/* Pairs, then rounds of growing length, then explanations of what is left. */
#include "core/order/cycle_search.h"

#include <stdlib.h>

/* Variants of two opposite arcs that are compared; smallest held sets first. */
enum { PAIRS_MAX = 65536 };

/* What cannot happen is explained for so many arcs, and with a tenth of the search's bound. */
enum { EXPLANATIONS_MAX = 1000 };

static bool is_conclusive(const struct jam_verdict *verdict)
{
    return !verdict->filter && verdict->grade == JAM_GRADE_FEASIBLE &&
           verdict->reason == JAM_REASON_NONE;
}

/* The strongest cycle that two opposite arcs make. */
static int report_pair(struct jam_paths *paths, const struct jam_arc *arc,
                       const struct jam_arc *back)
{
    struct jam_search *search = paths->search;
    struct jam_cycle_side sides[2], best_sides[2];
    struct jam_cycle cycle = {sides, 2, {0}}, best = {best_sides, 2, {0}};
    uint64_t pairs = (uint64_t)arc->variant_count * back->variant_count;
    bool is_first = true;
    if (pairs > PAIRS_MAX)
        pairs = PAIRS_MAX;
    for (uint64_t i = 0; i < pairs && !jam_paths_is_over(paths); i++) {
        uint32_t a = (uint32_t)(i / back->variant_count), b = (uint32_t)(i % back->variant_count);
        sides[0] = (struct jam_cycle_side){search->graph->variants[arc->first_variant + a],
                                           arc->from, NULL};
        sides[1] = (struct jam_cycle_side){search->graph->variants[back->first_variant + b],
                                           back->from, NULL};
        cycle.verdict = jam_judge_cycle(search->judge, sides, 2);
        if (is_first || jam_verdict_is_stronger(&cycle.verdict, &best.verdict)) {
            best.verdict = cycle.verdict;
            best_sides[0] = sides[0];
            best_sides[1] = sides[1];
        }
        is_first = false;
        if (is_conclusive(&best.verdict))
            break;
    }
    search->is_cut |= pairs == PAIRS_MAX && !is_conclusive(&best.verdict);
    return is_first ? 0 : jam_paths_report(paths, &best);
}

static int search_pairs(struct jam_paths *paths)
{
    const struct jam_cycle_graph *graph = paths->search->graph;
    for (size_t i = 0; i < graph->arc_count && !jam_paths_is_over(paths); i++) {
        const struct jam_arc *arc = &graph->arcs[i], *back;
        if (arc->from > arc->to || !(back = jam_cycle_graph_find(graph, arc->to, arc->from)))
            continue;
        if (report_pair(paths, arc, back) != 0)
            return -1;
    }
    return 0;
}

static bool is_covered(struct jam_paths *paths, size_t number)
{
    const struct jam_relation *relation = paths->search->judge->relation;
    const struct jam_arc *arc = &paths->search->graph->arcs[number];
    uint32_t variant = paths->search->graph->variants[arc->first_variant];
    struct jam_cycle_side side = {variant, arc->from,
                                  &relation->instances[relation->variants[variant].first_instance]};
    if (paths->states[number] != JAM_ARC_COVERED &&
        jam_map_find(&paths->covered_code, jam_cycle_side_code(relation, &side), 0) != JAM_MAP_NONE)
        paths->states[number] = JAM_ARC_COVERED;
    return paths->states[number] == JAM_ARC_COVERED;
}

static size_t count_open(struct jam_paths *paths)
{
    size_t open = 0;
    for (size_t i = 0; i < paths->search->graph->arc_count; i++)
        open += !is_covered(paths, i);
    return open;
}

/* Each arc gets its share of what is left, so that none starves the others. */
static int search_round(struct jam_paths *paths, size_t above, size_t length)
{
    const struct jam_cycle_graph *graph = paths->search->graph;
    size_t open = count_open(paths);
    for (size_t i = 0; i < graph->arc_count && !jam_paths_is_over(paths); i++) {
        if (is_covered(paths, i))
            continue;
        struct jam_path_limits limits = {above, length, jam_paths_left(paths) / (open ? open : 1)};
        open -= open > 0;
        if (jam_paths_search(paths, &graph->arcs[i], &limits) != 0)
            return -1;
    }
    return 0;
}

static int search_longer(struct jam_paths *paths, size_t longest)
{
    size_t above = 2;
    for (size_t length = 3; above < longest && !jam_paths_is_over(paths); length *= 2) {
        if (length > longest)
            length = longest;
        if (!count_open(paths))
            return 0;
        if (search_round(paths, above, length) != 0)
            return -1;
        above = length;
    }
    return 0;
}

static int explain(struct jam_paths *paths)
{
    const struct jam_cycle_graph *graph = paths->search->graph;
    uint64_t last_step = paths->steps + paths->search->steps_max / 10;
    size_t count = 0;
    for (size_t i = 0; i < graph->arc_count && count < EXPLANATIONS_MAX; i++) {
        if (paths->states[i] != JAM_ARC_OPEN || paths->steps > last_step)
            continue;
        count++;
        if (jam_paths_explain(paths, &graph->arcs[i]) != 0)
            return -1;
    }
    return 0;
}

/* A cycle needs as many threads as locks. */
static size_t count_threads(const struct jam_relation *relation)
{
    struct jam_map seen = {0};
    for (size_t i = 0; i < relation->instance_count; i++)
        jam_map_insert(&seen, relation->instances[i].thread, 0, 0);
    size_t count = seen.count;
    jam_map_fini(&seen);
    return count;
}

int jam_search_run(struct jam_search *search)
{
    struct jam_paths paths;
    size_t threads = count_threads(search->judge->relation);
    size_t longest = threads < search->graph->node_count ? threads : search->graph->node_count;
    bool is_long = longest > JAM_CYCLE_SIDES_MAX;
    int status = jam_paths_init(&paths, search);
    if (!status)
        status = search_pairs(&paths);
    if (!status)
        status = search_longer(&paths, is_long ? JAM_CYCLE_SIDES_MAX : longest);
    search->is_cut |= jam_paths_is_over(&paths) || (is_long && !status && count_open(&paths));
    if (!status)
        status = explain(&paths);
    jam_paths_fini(&paths);
    return status;
}
