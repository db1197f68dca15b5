/*
 * Paths through the reduced graph that close to cycles: the longer part of cycle_search.h.
 */
#ifndef JAM_CORE_CYCLE_PATHS_H
#define JAM_CORE_CYCLE_PATHS_H

#include "core/order/cycle_graph.h"
#include "core/order/cycle_group.h"

/* Comparisons of held locks, roughly; some seconds. */
#define JAM_SEARCH_STEPS 100000000u

/*
 * Longer cycles are not searched: each needs as many threads at once. Where such a one might be,
 * the search counts as cut short.
 */
#define JAM_CYCLE_SIDES_MAX 256

/* What is searched, and where the results go. */
struct jam_search {
    struct jam_judge *judge;
    const struct jam_cycle_graph *graph;
    struct jam_groups *found;   /* can happen */
    struct jam_groups *dropped; /* cannot: see the verdict's filter */
    uint64_t steps_max;
    bool is_cut; /* out: the bound was reached */
};

enum jam_arc_state {
    JAM_ARC_OPEN,
    JAM_ARC_EXPLAINED, /* part of a cycle that is weak or cannot happen */
    JAM_ARC_COVERED,   /* part of a finding */
};

struct jam_path_level;

struct jam_paths {
    struct jam_search *search;
    uint64_t first_step; /* the judge's count at the start */
    uint64_t steps;      /* our own */
    enum jam_arc_state *states;
    struct jam_map covered_code;
    uint32_t *distance; /* arcs from a node to the start of the path at hand */
    uint32_t *queue;
    size_t queued; /* nodes with a distance */
    bool *is_on_path;
    struct jam_path_level *levels;
    struct jam_cycle_side *sides;
};

int jam_paths_init(struct jam_paths *paths, struct jam_search *search);
void jam_paths_fini(struct jam_paths *paths);

/* What is left of the search's bound, and whether nothing is. */
uint64_t jam_paths_left(const struct jam_paths *paths);
static inline bool jam_paths_is_over(const struct jam_paths *paths)
{
    return jam_paths_left(paths) == 0;
}

/* Adds a cycle to what was found or dropped, and marks its arcs. 0, or -1 without memory. */
int jam_paths_report(struct jam_paths *paths, const struct jam_cycle *cycle);

struct jam_path_limits {
    size_t above, length; /* only cycles with more than `above` and up to `length` sides */
    uint64_t steps;
};

/* Reports cycles through an arc, until a feasible one is found. 0, or -1 without memory. */
int jam_paths_search(struct jam_paths *paths, const struct jam_arc *arc,
                     const struct jam_path_limits *limits);

/* Reports the shortest cycle through an arc with what speaks against it. The same. */
int jam_paths_explain(struct jam_paths *paths, const struct jam_arc *arc);

#endif
