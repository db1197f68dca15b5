/* Union-find over groups; a cycle that belongs to two groups makes them one. */
#include "core/order/cycle_group.h"

#include <stdlib.h>
#include <string.h>

#include "util/array.h"

void jam_groups_init(struct jam_groups *groups, const struct jam_relation *relation)
{
    *groups = (struct jam_groups){.relation = relation};
}

void jam_groups_fini(struct jam_groups *groups)
{
    for (size_t i = 0; i < groups->count; i++)
        free(groups->list[i].best.sides);
    free(groups->list);
    jam_map_fini(&groups->by_code);
    jam_map_fini(&groups->by_locks);
    *groups = (struct jam_groups){0};
}

static uint64_t mix(uint64_t hash, uint64_t value)
{
    hash = (hash ^ value) * 0x9e3779b97f4a7c15u;
    return hash ^ hash >> 29;
}

static uint32_t class_of(const struct jam_relation *relation, uint32_t number)
{
    const struct jam_node *node = &relation->nodes[number];
    if (!node->lock)
        return 0;
    return node->lock->created_stack ? node->lock->created_stack : node->lock->first_stack;
}

uint32_t jam_record_held_stack(const struct jam_relation *relation,
                               const struct jam_dependency *record, uint32_t number)
{
    const struct jam_node *node = &relation->nodes[number];
    for (unsigned i = 0; i < record->held_count && !node->thread; i++) {
        const struct jam_dependency_held *held = &record->held[i];
        if (held->lock == node->id && held->generation == node->generation &&
            !(held->flags & JAM_HELD_REENTRY))
            return held->stack;
    }
    return 0;
}

uint64_t jam_cycle_side_code(const struct jam_relation *relation, const struct jam_cycle_side *side)
{
    const struct jam_dependency *record = side->instance->record;
    uint32_t wanted = relation->variants[side->variant].wanted;
    uint32_t held_stack = jam_record_held_stack(relation, record, side->holds);
    uint64_t hash = mix(class_of(relation, side->holds) + 1, class_of(relation, wanted));
    return mix(mix(hash, held_stack), record->stack) | 1;
}

static int compare_numbers(const void *left, const void *right)
{
    const uint64_t *a = left, *b = right;
    return (*a > *b) - (*a < *b);
}

/* Of the set of numbers: their order and repetitions do not matter. */
static uint64_t hash_set(uint64_t *numbers, size_t count, uint64_t seed)
{
    uint64_t hash = seed;
    qsort(numbers, count, sizeof *numbers, compare_numbers);
    for (size_t i = 0; i < count; i++)
        if (!i || numbers[i] != numbers[i - 1])
            hash = mix(hash, numbers[i]);
    return hash;
}

struct keys {
    uint64_t code, locks;
};

/* Cycles that different filters drop are different. 0, or -1 without memory. */
static int make_keys(const struct jam_groups *groups, const struct jam_cycle *cycle,
                     struct keys *keys)
{
    uint64_t *numbers = malloc(cycle->count * sizeof *numbers);
    if (!numbers)
        return -1;
    for (size_t i = 0; i < cycle->count; i++)
        numbers[i] = jam_cycle_side_code(groups->relation, &cycle->sides[i]);
    keys->code = hash_set(numbers, cycle->count, 1);
    for (size_t i = 0; i < cycle->count; i++)
        numbers[i] = cycle->sides[i].holds;
    keys->locks = hash_set(numbers, cycle->count, 2);
    free(numbers);
    return 0;
}

static uint32_t root_of(struct jam_groups *groups, uint32_t group)
{
    while (groups->list[group].parent != group) {
        groups->list[group].parent = groups->list[groups->list[group].parent].parent;
        group = groups->list[group].parent;
    }
    return group;
}

bool jam_verdict_is_stronger(const struct jam_verdict *a, const struct jam_verdict *b)
{
    static const int ranks[JAM_FILTERS] = {
        [JAM_FILTER_NONE] = 7,          [JAM_FILTER_HAPPENS_BEFORE] = 6,
        [JAM_FILTER_UNPUBLISHED] = 5,   [JAM_FILTER_GATE_LOCK] = 4,
        [JAM_FILTER_SINGLE_THREAD] = 3, [JAM_FILTER_SHARED_READERS] = 2,
        [JAM_FILTER_TRY_LOCK] = 1,
    };
    if (ranks[a->filter] != ranks[b->filter])
        return ranks[a->filter] > ranks[b->filter];
    if (a->grade != b->grade)
        return a->grade > b->grade;
    return a->reason == JAM_REASON_NONE && b->reason != JAM_REASON_NONE;
}

uint64_t jam_cycle_complete_ticks(const struct jam_cycle *cycle)
{
    uint64_t latest = 0;
    for (size_t i = 0; i < cycle->count; i++)
        if (cycle->sides[i].instance->record->first_ticks > latest)
            latest = cycle->sides[i].instance->record->first_ticks;
    return latest;
}

static bool is_better(const struct jam_cycle *a, const struct jam_cycle *b)
{
    if (jam_verdict_is_stronger(&a->verdict, &b->verdict))
        return true;
    if (jam_verdict_is_stronger(&b->verdict, &a->verdict))
        return false;
    if (a->count != b->count)
        return a->count < b->count;
    return jam_cycle_complete_ticks(a) < jam_cycle_complete_ticks(b);
}

static int replace_best(struct jam_group *group, const struct jam_cycle *cycle)
{
    struct jam_cycle copy = *cycle;
    copy.sides = malloc(cycle->count * sizeof *copy.sides);
    if (!copy.sides)
        return -1;
    memcpy(copy.sides, cycle->sides, cycle->count * sizeof *copy.sides);
    free(group->best.sides);
    group->best = copy;
    return 0;
}

static uint32_t new_group(struct jam_groups *groups, const struct jam_cycle *cycle)
{
    if (jam_array_reserve(&groups->list, &groups->capacity, groups->count, sizeof *groups->list) !=
        0)
        return JAM_MAP_NONE;
    struct jam_group *group = &groups->list[groups->count];
    *group = (struct jam_group){.parent = (uint32_t)groups->count};
    if (replace_best(group, cycle) != 0)
        return JAM_MAP_NONE;
    return (uint32_t)groups->count++;
}

/* The smaller number stays the root; the other's best cycle may be the better one. */
static uint32_t unite(struct jam_groups *groups, uint32_t a, uint32_t b)
{
    a = root_of(groups, a);
    b = root_of(groups, b);
    if (a == b)
        return a;
    struct jam_group *root = &groups->list[a < b ? a : b], *other = &groups->list[a < b ? b : a];
    other->parent = root->parent;
    root->count += other->count;
    if (is_better(&other->best, &root->best)) {
        struct jam_cycle best = root->best;
        root->best = other->best;
        other->best = best;
    }
    return root->parent;
}

int jam_groups_add(struct jam_groups *groups, const struct jam_cycle *cycle)
{
    struct keys keys;
    if (make_keys(groups, cycle, &keys) != 0)
        return -1;
    uint32_t by_code = jam_map_find(&groups->by_code, keys.code, cycle->verdict.filter);
    uint32_t by_locks = jam_map_find(&groups->by_locks, keys.locks, cycle->verdict.filter);
    bool is_new = by_locks == JAM_MAP_NONE;
    uint32_t number = by_code != JAM_MAP_NONE ? by_code : by_locks;
    if (number == JAM_MAP_NONE)
        number = new_group(groups, cycle);
    if (number == JAM_MAP_NONE ||
        jam_map_insert(&groups->by_code, keys.code, cycle->verdict.filter, number) ==
            JAM_MAP_NONE ||
        jam_map_insert(&groups->by_locks, keys.locks, cycle->verdict.filter, number) ==
            JAM_MAP_NONE)
        return -1;
    number = is_new ? root_of(groups, number) : unite(groups, number, by_locks);
    struct jam_group *group = &groups->list[number];
    group->count += is_new;
    return is_better(cycle, &group->best) ? replace_best(group, cycle) : 0;
}

bool jam_groups_know(const struct jam_groups *groups, const struct jam_cycle *cycle)
{
    struct keys keys;
    if (make_keys(groups, cycle, &keys) != 0)
        return false;
    return jam_map_find(&groups->by_code, keys.code, cycle->verdict.filter) != JAM_MAP_NONE ||
           jam_map_find(&groups->by_locks, keys.locks, cycle->verdict.filter) != JAM_MAP_NONE;
}
