/*
 * Histories that fork: what each thread's past is made of, without keeping the past.
 *
 * A critical path is found by walking back from the end of the run: through the thread that ended
 * last to its last wake-up, from there through the thread that woke it, and so on. Keeping all
 * wake-ups until the end would take memory for every one of them. This tree gives the same answer
 * on the way forward: every thread has a history, a sum of time by slot (a slot is what time is
 * booked on); when B wakes A, A's history becomes a copy of B's. Histories share what they have
 * in common:
 *
 *          root ── [slot 3: 5 ms] ─┬─ [slot 1: 2 ms]   history of A
 *                                  └─ [slot 3: 1 ms]   history of B
 *
 * A node that nobody refers to is given back, one with a single successor is melted into it, at
 * the latest when their number has doubled. So there are as many nodes as threads and remembered
 * wake-ups, times a constant, each with at most as many sums as there are slots, however long the
 * run is.
 *
 * Nodes are indices from 1; 0 is the empty history. Functions return 0, or -1 (a node: 0 with
 * `is_short` set) when memory is short.
 */
#ifndef JAM_CORE_PATH_TREE_H
#define JAM_CORE_PATH_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct jam_path_sum {
    uint32_t slot;
    uint64_t ticks;
};

struct jam_path_node {
    uint32_t parent;           /* 0 = none; of a free node: the next free one */
    uint32_t references;       /* histories, snapshots and successors that refer to it */
    uint64_t origin;           /* when the history's root began */
    struct jam_path_sum *sums; /* unordered while few, then sums[i].slot == i */
    size_t sum_count, sum_capacity;
    bool is_dense;
};

struct jam_path_tree {
    struct jam_path_node *nodes; /* [0] is not used */
    size_t node_count, node_capacity;
    uint32_t free_list;
    size_t live;    /* nodes in use */
    size_t melt_at; /* when there are more, all lonely ones are melted */
    bool is_short;  /* of memory: sums are wrong */
};

void jam_path_tree_fini(struct jam_path_tree *tree);

/* A history without a past, that begins at `origin`. The caller has the one reference. */
uint32_t jam_path_tree_root(struct jam_path_tree *tree, uint64_t origin);

/* Books time on a slot of a history that the caller alone refers to. */
void jam_path_tree_add(struct jam_path_tree *tree, uint32_t node, uint32_t slot, uint64_t ticks);

/*
 * Takes a picture of the history *tip: returns a node that stands for it as it is now (one more
 * reference), and moves *tip to a successor, on which the history goes on.
 */
uint32_t jam_path_tree_share(struct jam_path_tree *tree, uint32_t *tip);

/*
 * A history that goes on from a picture, which keeps its reference. Whoever takes it in place of a
 * history of his own drops that first: what became lonely by it is melted here.
 */
uint32_t jam_path_tree_fork(struct jam_path_tree *tree, uint32_t picture);

/* One reference less. 0 is ignored. */
void jam_path_tree_drop(struct jam_path_tree *tree, uint32_t node);

/* Adds up the whole history into sums[0 .. slot_count - 1]. */
void jam_path_tree_collect(const struct jam_path_tree *tree, uint32_t node, uint64_t *sums,
                           size_t slot_count);

uint64_t jam_path_tree_origin(const struct jam_path_tree *tree, uint32_t node);

#endif
