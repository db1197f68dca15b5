/* One pass over the variants, and pairs of those that upgrade the same lock. */
#include "core/order/cycle_self.h"

#include <stdlib.h>

#include "core/order/cycle_instances.h"

/* Pairs of variants of one lock that are compared. */
enum { PAIRS_MAX = 4096 };

static bool is_upgrade(const struct jam_judge *judge, const struct jam_variant *variant)
{
    const struct jam_set_item *hold =
        jam_variant_find_held(judge->relation, variant, variant->wanted);
    return hold && hold->mode == JAM_SHARED && variant->mode == JAM_EXCLUSIVE &&
           !(variant->flags & JAM_DEPENDENCY_TRY);
}

static bool is_reread(const struct jam_judge *judge, const struct jam_variant *variant)
{
    const struct jam_set_item *hold =
        jam_variant_find_held(judge->relation, variant, variant->wanted);
    return hold && hold->mode == JAM_SHARED && variant->mode == JAM_SHARED &&
           !(variant->flags & JAM_DEPENDENCY_TRY) && jam_judge_has_writer(judge, variant->wanted);
}

static struct jam_cycle_side side_of(const struct jam_judge *judge, uint32_t number)
{
    const struct jam_variant *variant = &judge->relation->variants[number];
    return (struct jam_cycle_side){number, variant->wanted,
                                   &judge->relation->instances[variant->first_instance]};
}

/* What a thread that is alone in its cycle deserves. */
static struct jam_verdict judge_alone(struct jam_judge *judge, const struct jam_cycle_side *side,
                                      bool needs_writer)
{
    const struct jam_variant *variant = &judge->relation->variants[side->variant];
    struct jam_verdict verdict = {.grade = JAM_GRADE_FEASIBLE};
    if (needs_writer) {
        verdict.reason = JAM_REASON_READERS;
        verdict.evidence = jam_judge_use(judge, variant->wanted);
        if (!jam_judge_has_sure_writer(judge, variant->wanted, side, 1))
            verdict.grade = JAM_GRADE_WEAK;
    }
    if (variant->flags & JAM_DEPENDENCY_TIMED) {
        verdict.grade = JAM_GRADE_WEAK;
        verdict.reason = JAM_REASON_TIMED;
        verdict.evidence = jam_judge_use(judge, variant->wanted);
    }
    return verdict;
}

static int add_alone(struct jam_judge *judge, uint32_t number, struct jam_groups *groups,
                     bool needs_writer)
{
    struct jam_cycle_side side = side_of(judge, number);
    struct jam_cycle cycle = {&side, 1, judge_alone(judge, &side, needs_writer)};
    return jam_groups_add(groups, &cycle);
}

static bool is_posix(const struct jam_judge *judge, uint32_t node)
{
    const struct jam_lock_record *lock = judge->relation->nodes[node].lock;
    return lock && lock->kind == JAM_LOCK_RWLOCK && !(lock->flags & JAM_LOCK_ANNOTATED);
}

static int add_pair(struct jam_judge *judge, uint32_t number, uint32_t other,
                    struct jam_groups *groups)
{
    struct jam_cycle_side sides[] = {side_of(judge, number), side_of(judge, other)};
    struct jam_cycle cycle = {sides, 2, jam_judge_cycle(judge, sides, 2)};
    return jam_groups_add(groups, &cycle);
}

struct upgrades {
    const struct jam_judge *judge;
    uint32_t *list; /* variants */
    size_t count;
};

static int compare_wanted(const void *left, const void *right, void *context)
{
    const struct jam_judge *judge = context;
    const uint32_t *a = left, *b = right;
    uint32_t x = judge->relation->variants[*a].wanted, y = judge->relation->variants[*b].wanted;
    return (x > y) - (x < y);
}

/* Upgrades of other locks than POSIX's: by two threads of the same lock. */
static int add_pairs(struct jam_judge *judge, struct upgrades *upgrades, struct jam_groups *groups)
{
    const struct jam_variant *variants = judge->relation->variants;
    size_t pairs = 0;
    if (upgrades->count)
        qsort_r(upgrades->list, upgrades->count, sizeof *upgrades->list, compare_wanted, judge);
    for (size_t i = 0; i < upgrades->count; i++)
        for (size_t j = i; j < upgrades->count && pairs < PAIRS_MAX; j++) {
            if (variants[upgrades->list[i]].wanted != variants[upgrades->list[j]].wanted)
                break;
            pairs++;
            if (add_pair(judge, upgrades->list[i], upgrades->list[j], groups) != 0)
                return -1;
        }
    return 0;
}

static int add_variant(struct jam_judge *judge, uint32_t number, struct upgrades *others,
                       struct jam_cycle_results *results)
{
    const struct jam_variant *variant = &judge->relation->variants[number];
    if (is_reread(judge, variant))
        return add_alone(judge, number, &results->rereads, true);
    if (!is_upgrade(judge, variant))
        return 0;
    if (is_posix(judge, variant->wanted))
        return add_alone(judge, number, &results->upgrades, false);
    others->list[others->count++] = number;
    return 0;
}

int jam_cycle_self_find(struct jam_judge *judge, struct jam_cycle_results *results)
{
    size_t count = judge->relation->variant_count;
    struct upgrades others = {judge, malloc((count + 1) * sizeof *others.list), 0};
    int status = others.list ? 0 : -1;
    for (size_t i = 0; i < count && !status; i++)
        status = add_variant(judge, (uint32_t)i, &others, results);
    if (!status)
        status = add_pairs(judge, &others, &results->upgrades);
    free(others.list);
    return status;
}
