/*
 * The search for cycles in the reduced graph.
 *
 * First all pairs of opposite arcs, which are most of what programs do wrong; every instance is
 * counted. Then, in rounds of growing length, cycles through arcs that are part of no finding yet:
 * an arc whose defect is known, or whose code is, need not be shown in longer cycles. What no
 * cycle survives is explained by the strongest filter of its shortest cycle.
 *
 * The work is bounded: a dense graph has more cycles than anybody can count. Past the bound the
 * search stops, and says so; what it has found stays true.
 */
#ifndef JAM_CORE_CYCLE_SEARCH_H
#define JAM_CORE_CYCLE_SEARCH_H

#include "core/cycle_graph.h"
#include "core/cycle_group.h"

/* Comparisons of held locks, roughly; some seconds. */
#define JAM_SEARCH_STEPS 100000000u

/*
 * Longer cycles are not searched: each needs as many threads at once. Where such a one might be,
 * the search counts as cut short.
 */
#define JAM_CYCLE_SIDES_MAX 256

struct jam_search {
    struct jam_judge *judge;
    const struct jam_cycle_graph *graph;
    struct jam_groups *found;   /* can happen */
    struct jam_groups *dropped; /* cannot: see the verdict's filter */
    uint64_t steps_max;
    bool is_cut; /* out: the bound was reached */
};

/* 0, or -1 without memory. */
int jam_search_run(struct jam_search *search);

#endif
