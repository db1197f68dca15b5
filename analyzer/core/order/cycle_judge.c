/* From the cheap filters to the dear ones; the last is a search for instances, by backtracking. */
#include "core/order/cycle_judge.h"

#include "core/order/cycle_instances.h"

static bool refuse(struct jam_verdict *verdict, enum jam_filter filter,
                   struct jam_lock_use evidence)
{
    *verdict = (struct jam_verdict){.filter = filter, .evidence = evidence};
    return false;
}

bool jam_judge_may_meet(struct jam_judge *judge, uint32_t variant, uint32_t other,
                        struct jam_verdict *verdict)
{
    const struct jam_relation *relation = judge->relation;
    const struct jam_variant *a = &relation->variants[variant], *b = &relation->variants[other];
    size_t a_count, b_count;
    const struct jam_set_item *left = jam_variant_items(relation, a, &a_count);
    const struct jam_set_item *right = jam_variant_items(relation, b, &b_count);
    const struct jam_set_item *left_end = left + a_count, *right_end = right + b_count;
    if (a->epoch != b->epoch)
        return refuse(verdict, JAM_FILTER_HAPPENS_BEFORE, (struct jam_lock_use){0});
    judge->steps += a_count + b_count;
    while (left < left_end && right < right_end) {
        if (left->node == right->node && !(left->mode == JAM_SHARED && right->mode == JAM_SHARED))
            return refuse(verdict, JAM_FILTER_GATE_LOCK, jam_judge_use(judge, left->node));
        bool is_left = left->node <= right->node;
        bool is_right = right->node <= left->node;
        left += is_left;
        right += is_right;
    }
    return true;
}

bool jam_judge_blocks(struct jam_judge *judge, uint32_t holding, uint32_t wanting,
                      struct jam_verdict *verdict)
{
    const struct jam_relation *relation = judge->relation;
    const struct jam_variant *wish = &relation->variants[wanting];
    const struct jam_set_item *hold =
        jam_variant_find_held(relation, &relation->variants[holding], wish->wanted);
    struct jam_lock_use evidence = jam_judge_use(judge, wish->wanted);
    if (wish->flags & JAM_DEPENDENCY_TRY)
        return refuse(verdict, JAM_FILTER_TRY_LOCK, evidence);
    bool is_shared = wish->mode == JAM_SHARED && (!hold || hold->mode == JAM_SHARED);
    if (is_shared && !jam_judge_has_writer(judge, wish->wanted))
        return refuse(verdict, JAM_FILTER_SHARED_READERS, evidence);
    return true;
}

static bool can_wait(struct jam_judge *judge, const struct jam_cycle_side *sides, size_t count,
                     struct jam_verdict *verdict)
{
    for (size_t i = 0; i < count; i++)
        if (!jam_judge_blocks(judge, sides[(i + 1) % count].variant, sides[i].variant, verdict))
            return false;
    return true;
}

static bool can_meet(struct jam_judge *judge, const struct jam_cycle_side *sides, size_t count,
                     struct jam_verdict *verdict)
{
    for (size_t i = 1; i < count; i++)
        for (size_t j = 0; j < i; j++)
            if (!jam_judge_may_meet(judge, sides[i].variant, sides[j].variant, verdict))
                return false;
    return true;
}

struct jam_verdict jam_judge_cycle(struct jam_judge *judge, struct jam_cycle_side *sides,
                                   size_t count)
{
    struct jam_verdict verdict;
    for (size_t i = 0; i < count; i++)
        sides[i].instance =
            &judge->relation->instances[judge->relation->variants[sides[i].variant].first_instance];
    if (can_wait(judge, sides, count, &verdict) && can_meet(judge, sides, count, &verdict))
        return jam_instances_choose(judge, sides, count);
    return verdict;
}
