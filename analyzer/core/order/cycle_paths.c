/* Depth first, without recursion; only towards nodes from which the start is near enough. */
#include "core/order/cycle_paths.h"

#include <stdlib.h>

/* Weak cycles through one arc that are worth a report in one round. */
enum { WEAK_MAX = 16 };

/* Cycles that cannot happen are explained up to this length; nobody reads longer ones. */
enum { EXPLAINED_SIDES_MAX = 64 };

/* The choice of one side: arcs from the path's end, and of the arc at hand its variants. */
struct jam_path_level {
    uint32_t arc, arc_end;
    uint32_t variant; /* position in the arc */
};

int jam_paths_init(struct jam_paths *paths, struct jam_search *search)
{
    size_t nodes = search->graph->node_count + 1, arcs = search->graph->arc_count + 1;
    *paths = (struct jam_paths){
        .search = search,
        .first_step = search->judge->steps,
        .states = calloc(arcs, sizeof *paths->states),
        .distance = malloc(nodes * sizeof *paths->distance),
        .queue = malloc(nodes * sizeof *paths->queue),
        .is_on_path = calloc(nodes, sizeof *paths->is_on_path),
        .levels = malloc(nodes * sizeof *paths->levels),
        .sides = malloc(nodes * sizeof *paths->sides),
    };
    for (size_t i = 0; paths->distance && i < nodes; i++)
        paths->distance[i] = UINT32_MAX;
    bool is_whole = paths->states && paths->distance && paths->queue && paths->is_on_path &&
                    paths->levels && paths->sides;
    return is_whole ? 0 : -1;
}

void jam_paths_fini(struct jam_paths *paths)
{
    free(paths->states);
    free(paths->distance);
    free(paths->queue);
    free(paths->is_on_path);
    free(paths->levels);
    free(paths->sides);
    jam_map_fini(&paths->covered_code);
}

static int add_code(struct jam_paths *paths, const struct jam_cycle_side *side)
{
    uint64_t code = jam_cycle_side_code(paths->search->judge->relation, side);
    return jam_map_insert(&paths->covered_code, code, 0, 0) == JAM_MAP_NONE ? -1 : 0;
}

static int mark_arcs(struct jam_paths *paths, const struct jam_cycle *cycle)
{
    const struct jam_relation *relation = paths->search->judge->relation;
    bool is_sure = !cycle->verdict.filter && cycle->verdict.grade == JAM_GRADE_FEASIBLE;
    for (size_t i = 0; i < cycle->count; i++) {
        const struct jam_cycle_side *side = &cycle->sides[i];
        const struct jam_arc *arc = jam_cycle_graph_find(paths->search->graph, side->holds,
                                                         relation->variants[side->variant].wanted);
        enum jam_arc_state *state = &paths->states[arc - paths->search->graph->arcs];
        if (is_sure && add_code(paths, side) != 0)
            return -1;
        if (is_sure)
            *state = JAM_ARC_COVERED;
        else if (*state == JAM_ARC_OPEN)
            *state = JAM_ARC_EXPLAINED;
    }
    return 0;
}

int jam_paths_report(struct jam_paths *paths, const struct jam_cycle *cycle)
{
    struct jam_groups *groups =
        cycle->verdict.filter ? paths->search->dropped : paths->search->found;
    return mark_arcs(paths, cycle) == 0 ? jam_groups_add(groups, cycle) : -1;
}

static uint64_t steps_done(const struct jam_paths *paths)
{
    return paths->steps + paths->search->judge->steps - paths->first_step;
}

uint64_t jam_paths_left(const struct jam_paths *paths)
{
    uint64_t done = steps_done(paths);
    return done < paths->search->steps_max ? paths->search->steps_max - done : 0;
}

/* Breadth first backwards from the start, up to `most` arcs away. */
static void measure(struct jam_paths *paths, uint32_t start, size_t most)
{
    const struct jam_cycle_graph *graph = paths->search->graph;
    paths->distance[start] = 0;
    paths->queue[0] = start;
    paths->queued = 1;
    for (size_t head = 0; head < paths->queued; head++) {
        uint32_t node = paths->queue[head];
        if (paths->distance[node] >= most)
            break;
        for (uint32_t i = graph->first_in[node]; i < graph->first_in[node + 1]; i++) {
            uint32_t from = graph->arcs[graph->in[i]].from;
            paths->steps++;
            if (paths->distance[from] != UINT32_MAX)
                continue;
            paths->distance[from] = paths->distance[node] + 1;
            paths->queue[paths->queued++] = from;
        }
    }
}

static void forget_distances(struct jam_paths *paths)
{
    for (size_t i = 0; i < paths->queued; i++)
        paths->distance[paths->queue[i]] = UINT32_MAX;
    paths->queued = 0;
}

/* Whether a side can stand at the end of a path that has `depth` sides already. */
static bool fits(struct jam_paths *paths, const struct jam_cycle_side *side, size_t depth)
{
    struct jam_judge *judge = paths->search->judge;
    struct jam_verdict verdict;
    if (depth && !jam_judge_blocks(judge, side->variant, paths->sides[depth - 1].variant, &verdict))
        return false;
    for (size_t i = 0; i < depth; i++)
        if (!jam_judge_may_meet(judge, side->variant, paths->sides[i].variant, &verdict))
            return false;
    return true;
}

/* Sets the level to choose among all arcs that leave a node. */
static void open_level(struct jam_paths *paths, size_t depth, uint32_t node)
{
    const struct jam_cycle_graph *graph = paths->search->graph;
    paths->levels[depth] =
        (struct jam_path_level){graph->first_out[node], graph->first_out[node + 1], 0};
    paths->is_on_path[node] = true;
}

/* Whether the arc may lead from a path of `depth` sides to a cycle that is short enough. */
static bool is_useful(const struct jam_paths *paths, const struct jam_arc *arc, size_t depth,
                      const struct jam_path_limits *limits)
{
    uint32_t rest = paths->distance[arc->to];
    if (rest == 0)
        return depth + 1 > limits->above;
    return rest != UINT32_MAX && !paths->is_on_path[arc->to] && depth + 1 + rest <= limits->length;
}

/* The next side at this depth that fits; false when there is none. */
static bool next_side(struct jam_paths *paths, size_t depth, const struct jam_path_limits *limits)
{
    const struct jam_cycle_graph *graph = paths->search->graph;
    struct jam_path_level *level = &paths->levels[depth];
    for (; level->arc < level->arc_end; level->arc++, level->variant = 0) {
        const struct jam_arc *arc = &graph->arcs[level->arc];
        paths->steps++;
        if (!is_useful(paths, arc, depth, limits))
            continue;
        while (level->variant < arc->variant_count) {
            uint32_t variant = graph->variants[arc->first_variant + level->variant++];
            struct jam_cycle_side side = {variant, arc->from, NULL};
            paths->steps++;
            if (!fits(paths, &side, depth))
                continue;
            paths->sides[depth] = side;
            return true;
        }
    }
    return false;
}

/* What to do with a closed path: 1 = enough was found, 0 = go on, -1 = no memory. */
static int close_path(struct jam_paths *paths, size_t count, unsigned *weak)
{
    struct jam_cycle cycle = {paths->sides, count, {0}};
    cycle.verdict = jam_judge_cycle(paths->search->judge, paths->sides, count);
    if (cycle.verdict.filter)
        return 0;
    if (jam_paths_report(paths, &cycle) != 0)
        return -1;
    return cycle.verdict.grade == JAM_GRADE_FEASIBLE || ++*weak >= WEAK_MAX;
}

static int walk(struct jam_paths *paths, uint32_t start, const struct jam_path_limits *limits)
{
    const struct jam_relation *relation = paths->search->judge->relation;
    uint64_t last_step = steps_done(paths) + limits->steps;
    unsigned weak = 0;
    size_t depth = 0;
    for (;;) {
        if (steps_done(paths) > last_step) {
            paths->search->is_cut = true;
            return 0;
        }
        if (next_side(paths, depth, limits)) {
            uint32_t end = relation->variants[paths->sides[depth].variant].wanted;
            int done = end == start ? close_path(paths, depth + 1, &weak) : 0;
            if (done)
                return done < 0 ? -1 : 0;
            if (end != start)
                open_level(paths, ++depth, end);
        } else if (depth == 0) {
            return 0;
        } else {
            uint32_t node = relation->variants[paths->sides[--depth].variant].wanted;
            paths->is_on_path[node] = false;
        }
    }
}

int jam_paths_search(struct jam_paths *paths, const struct jam_arc *arc,
                     const struct jam_path_limits *limits)
{
    const struct jam_cycle_graph *graph = paths->search->graph;
    measure(paths, arc->from, limits->length - 1);
    open_level(paths, 0, arc->from);
    paths->levels[0].arc = (uint32_t)(arc - graph->arcs);
    paths->levels[0].arc_end = paths->levels[0].arc + 1;
    int status = paths->distance[arc->to] != UINT32_MAX ? walk(paths, arc->from, limits) : 0;
    for (size_t i = 0; i < paths->queued; i++)
        paths->is_on_path[paths->queue[i]] = false;
    forget_distances(paths);
    return status;
}

/* The arc that leads one step nearer to the start. */
static const struct jam_arc *nearer(const struct jam_paths *paths, uint32_t node)
{
    const struct jam_cycle_graph *graph = paths->search->graph;
    for (uint32_t i = graph->first_out[node]; i < graph->first_out[node + 1]; i++)
        if (paths->distance[graph->arcs[i].to] < paths->distance[node])
            return &graph->arcs[i];
    return NULL;
}

/*
 * Whether the cycle tells something new: no arc of it is part of a finding, and it is not the very
 * lock that it goes through which keeps the sides apart (such a cycle has a shorter one inside).
 */
static bool is_news(const struct jam_paths *paths, const struct jam_cycle *cycle)
{
    const struct jam_relation *relation = paths->search->judge->relation;
    const struct jam_cycle_graph *graph = paths->search->graph;
    for (size_t i = 0; i < cycle->count; i++) {
        const struct jam_cycle_side *side = &cycle->sides[i];
        const struct jam_arc *arc =
            jam_cycle_graph_find(graph, side->holds, relation->variants[side->variant].wanted);
        struct jam_lock_use lock = jam_judge_use(paths->search->judge, side->holds);
        bool is_gate = cycle->verdict.filter == JAM_FILTER_GATE_LOCK &&
                       lock.lock == cycle->verdict.evidence.lock &&
                       lock.generation == cycle->verdict.evidence.generation;
        if (is_gate || paths->states[arc - graph->arcs] == JAM_ARC_COVERED)
            return false;
    }
    return true;
}

int jam_paths_explain(struct jam_paths *paths, const struct jam_arc *arc)
{
    const struct jam_cycle_graph *graph = paths->search->graph;
    struct jam_cycle cycle = {paths->sides, 0, {0}};
    uint32_t start = arc->from;
    measure(paths, start, EXPLAINED_SIDES_MAX - 1);
    if (paths->distance[arc->to] == UINT32_MAX) {
        forget_distances(paths);
        return 0;
    }
    while (arc) {
        paths->sides[cycle.count++] =
            (struct jam_cycle_side){graph->variants[arc->first_variant], arc->from, NULL};
        arc = arc->to == start ? NULL : nearer(paths, arc->to);
    }
    forget_distances(paths);
    cycle.verdict = jam_judge_cycle(paths->search->judge, cycle.sides, cycle.count);
    return is_news(paths, &cycle) ? jam_paths_report(paths, &cycle) : 0;
}
