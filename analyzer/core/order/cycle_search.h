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

#include "core/order/cycle_paths.h"

/* 0, or -1 without memory. */
int jam_search_run(struct jam_search *search);

#endif
