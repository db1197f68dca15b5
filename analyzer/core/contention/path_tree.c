/* Nodes with reference counts, melted together as they become lonely. */
#include "core/contention/path_tree.h"

#include <stdlib.h>

#include "util/array.h"
#include "util/saturate.h"

#define FEW_SUMS 16 /* searched one by one up to here */

void jam_path_tree_fini(struct jam_path_tree *tree)
{
    for (size_t i = 0; i < tree->node_count; i++)
        free(tree->nodes[i].sums);
    free(tree->nodes);
    *tree = (struct jam_path_tree){0};
}

static uint32_t take_node(struct jam_path_tree *tree)
{
    if (!tree->free_list) {
        size_t first = tree->node_count ? tree->node_count : 1;
        if (jam_array_reserve(&tree->nodes, &tree->node_capacity, first, sizeof *tree->nodes) != 0)
            return 0;
        if (!tree->node_count)
            tree->nodes[0] = (struct jam_path_node){0};
        tree->nodes[first] = (struct jam_path_node){0};
        tree->node_count = first + 1;
        return (uint32_t)first;
    }
    uint32_t node = tree->free_list;
    tree->free_list = tree->nodes[node].parent;
    return node;
}

/* A node with one reference, without sums of its own; it takes over the caller's to `parent`. */
static uint32_t new_node(struct jam_path_tree *tree, uint32_t parent, uint64_t origin)
{
    uint32_t at = take_node(tree);
    if (!at) {
        tree->is_short = true;
        return 0;
    }
    struct jam_path_node *node = &tree->nodes[at];
    tree->live++;
    node->parent = parent;
    node->references = 1;
    node->origin = origin;
    node->sum_count = 0;
    node->is_dense = false;
    return at;
}

uint32_t jam_path_tree_root(struct jam_path_tree *tree, uint64_t origin)
{
    return new_node(tree, 0, origin);
}

static void give_node(struct jam_path_tree *tree, uint32_t at)
{
    struct jam_path_node *node = &tree->nodes[at];
    if (node->is_dense) { /* large: not worth keeping */
        free(node->sums);
        node->sums = NULL;
        node->sum_capacity = 0;
    }
    node->sum_count = 0;
    node->is_dense = false;
    node->references = 0;
    tree->live--;
    node->parent = tree->free_list;
    tree->free_list = at;
}

void jam_path_tree_drop(struct jam_path_tree *tree, uint32_t at)
{
    while (at && --tree->nodes[at].references == 0) {
        uint32_t parent = tree->nodes[at].parent;
        give_node(tree, at);
        at = parent;
    }
}

static int reserve_dense(struct jam_path_node *node, uint32_t slot)
{
    if (slot < node->sum_count)
        return 0;
    size_t capacity = node->sum_capacity;
    while (capacity <= slot)
        capacity = capacity * 2 + 64;
    if (capacity > node->sum_capacity) {
        struct jam_path_sum *sums = realloc(node->sums, capacity * sizeof *sums);
        if (!sums)
            return -1;
        node->sums = sums;
        node->sum_capacity = capacity;
    }
    for (size_t i = node->sum_count; i <= slot; i++)
        node->sums[i] = (struct jam_path_sum){(uint32_t)i, 0};
    node->sum_count = (size_t)slot + 1;
    return 0;
}

static int add_dense(struct jam_path_node *node, uint32_t slot, uint64_t ticks)
{
    if (reserve_dense(node, slot) != 0)
        return -1;
    jam_saturate_add(&node->sums[slot].ticks, ticks);
    return 0;
}

/* From a short list to an array by slot. */
static int make_dense(struct jam_path_node *node)
{
    struct jam_path_sum few[FEW_SUMS];
    size_t count = node->sum_count;
    for (size_t i = 0; i < count; i++)
        few[i] = node->sums[i];
    node->is_dense = true;
    node->sum_count = 0;
    for (size_t i = 0; i < count; i++)
        if (add_dense(node, few[i].slot, few[i].ticks) != 0)
            return -1;
    return 0;
}

static int add_sum(struct jam_path_node *node, uint32_t slot, uint64_t ticks)
{
    for (size_t i = 0; !node->is_dense && i < node->sum_count; i++) {
        if (node->sums[i].slot != slot)
            continue;
        jam_saturate_add(&node->sums[i].ticks, ticks);
        return 0;
    }
    if (!node->is_dense && node->sum_count == FEW_SUMS && make_dense(node) != 0)
        return -1;
    if (node->is_dense)
        return add_dense(node, slot, ticks);
    if (jam_array_reserve(&node->sums, &node->sum_capacity, node->sum_count, sizeof *node->sums) !=
        0)
        return -1;
    node->sums[node->sum_count++] = (struct jam_path_sum){slot, ticks};
    return 0;
}

void jam_path_tree_add(struct jam_path_tree *tree, uint32_t node, uint32_t slot, uint64_t ticks)
{
    if (node && ticks && add_sum(&tree->nodes[node], slot, ticks) != 0)
        tree->is_short = true;
}

static void swap_sums(struct jam_path_node *a, struct jam_path_node *b)
{
    struct jam_path_node copy = *a;
    a->sums = b->sums;
    a->sum_count = b->sum_count;
    a->sum_capacity = b->sum_capacity;
    a->is_dense = b->is_dense;
    b->sums = copy.sums;
    b->sum_count = copy.sum_count;
    b->sum_capacity = copy.sum_capacity;
    b->is_dense = copy.is_dense;
}

/* Moves the sums of `from` into `into`, going through the shorter list. */
static void melt_sums(struct jam_path_tree *tree, uint32_t into, uint32_t from)
{
    struct jam_path_node *a = &tree->nodes[into];
    struct jam_path_node *b = &tree->nodes[from];
    if (a->sum_count < b->sum_count)
        swap_sums(a, b);
    for (size_t i = 0; i < b->sum_count; i++)
        if (b->sums[i].ticks && add_sum(a, b->sums[i].slot, b->sums[i].ticks) != 0)
            tree->is_short = true;
}

/* While only this node refers to what lies before it, that is part of it. */
static void melt_past(struct jam_path_tree *tree, uint32_t node)
{
    uint32_t parent;
    while ((parent = tree->nodes[node].parent) && tree->nodes[parent].references == 1) {
        melt_sums(tree, node, parent);
        tree->nodes[node].parent = tree->nodes[parent].parent;
        give_node(tree, parent);
    }
}

/* Lonely nodes between shared ones are on nobody's way: look at all, but seldom. */
static void melt_all(struct jam_path_tree *tree)
{
    enum { LEAST = 64 };
    if (tree->live < tree->melt_at)
        return;
    for (uint32_t node = 1; node < tree->node_count; node++)
        if (tree->nodes[node].references)
            melt_past(tree, node);
    tree->melt_at = tree->live * 2 + LEAST;
}

uint32_t jam_path_tree_share(struct jam_path_tree *tree, uint32_t *tip)
{
    uint32_t picture = *tip;
    if (!picture)
        return 0;
    melt_past(tree, picture);
    melt_all(tree);
    if (!tree->nodes[picture].sum_count && tree->nodes[picture].parent) {
        picture = tree->nodes[picture].parent; /* nothing since the last picture */
        tree->nodes[picture].references++;
        return picture;
    }
    uint32_t next = new_node(tree, picture, tree->nodes[picture].origin);
    if (!next)
        return 0;
    tree->nodes[picture].references++;
    *tip = next;
    return picture;
}

uint32_t jam_path_tree_fork(struct jam_path_tree *tree, uint32_t picture)
{
    if (!picture)
        return 0;
    melt_past(tree, picture);
    uint32_t node = new_node(tree, picture, tree->nodes[picture].origin);
    if (node)
        tree->nodes[picture].references++;
    return node;
}

void jam_path_tree_collect(const struct jam_path_tree *tree, uint32_t node, uint64_t *sums,
                           size_t slot_count)
{
    for (; node; node = tree->nodes[node].parent)
        for (size_t i = 0; i < tree->nodes[node].sum_count; i++) {
            const struct jam_path_sum *sum = &tree->nodes[node].sums[i];
            if (sum->slot < slot_count)
                jam_saturate_add(&sums[sum->slot], sum->ticks);
        }
}

uint64_t jam_path_tree_origin(const struct jam_path_tree *tree, uint32_t node)
{
    return tree->nodes ? tree->nodes[node].origin : 0;
}
