/* Fills findings; who holds a thread object holds it since it was created. */
#include "core/order/cycle_finding.h"

#include <stdlib.h>

#include "core/order/lock_order.h"

void jam_cycle_results_init(struct jam_cycle_results *results, const struct jam_judge *judge)
{
    results->judge = judge;
    jam_groups_init(&results->found, judge->relation);
    jam_groups_init(&results->dropped, judge->relation);
    jam_groups_init(&results->upgrades, judge->relation);
    jam_groups_init(&results->rereads, judge->relation);
}

void jam_cycle_results_fini(struct jam_cycle_results *results)
{
    jam_groups_fini(&results->found);
    jam_groups_fini(&results->dropped);
    jam_groups_fini(&results->upgrades);
    jam_groups_fini(&results->rereads);
}

static uint32_t create_stack(const struct jam_judge *judge, uint32_t thread)
{
    for (size_t i = 0; i < judge->thread_count; i++)
        if (judge->threads[i]->id == thread)
            return judge->threads[i]->create_stack;
    return 0;
}

static struct jam_lock_use hold_of(const struct jam_judge *judge, const struct jam_cycle_side *side)
{
    const struct jam_relation *relation = judge->relation;
    const struct jam_dependency *record = side->instance->record;
    const struct jam_node *node = &relation->nodes[side->holds];
    const struct jam_set_item *item =
        jam_variant_find_held(relation, &relation->variants[side->variant], side->holds);
    struct jam_lock_use use = jam_judge_use(judge, side->holds);
    use.mode = item ? item->mode : JAM_EXCLUSIVE;
    use.flags = item ? item->flags : 0;
    use.stack = node->thread ? create_stack(judge, node->thread)
                             : jam_record_held_stack(relation, record, side->holds);
    return use;
}

static struct jam_lock_use wish_of(const struct jam_judge *judge, const struct jam_cycle_side *side)
{
    const struct jam_dependency *record = side->instance->record;
    struct jam_lock_use use = jam_judge_use(judge, judge->relation->variants[side->variant].wanted);
    use.stack = record->stack;
    use.mode = record->mode;
    use.flags = (record->flags & JAM_DEPENDENCY_TRY ? JAM_HELD_TRY : 0) |
                (record->flags & JAM_DEPENDENCY_TIMED ? JAM_HELD_TIMED : 0) |
                (record->flags & JAM_DEPENDENCY_REACQUIRED ? JAM_HELD_REACQUIRED : 0);
    return use;
}

static int tell_held(struct jam_finding *finding, const struct jam_dependency *record)
{
    for (unsigned i = 0; i < record->held_count; i++) {
        const struct jam_dependency_held *held = &record->held[i];
        struct jam_lock_use use = {held->lock, held->generation, held->stack, held->mode,
                                   held->flags};
        if (!(held->flags & JAM_HELD_REENTRY) && jam_finding_add_held(finding, &use) != 0)
            return -1;
    }
    return 0;
}

static int tell_side(const struct jam_judge *judge, struct jam_finding *finding,
                     const struct jam_cycle_side *side)
{
    struct jam_finding_edge edge = {
        .thread = side->instance->thread,
        .holds = hold_of(judge, side),
        .wants = wish_of(judge, side),
    };
    if (jam_finding_add_edge(finding, &edge) != 0)
        return -1;
    return tell_held(finding, side->instance->record);
}

static int tell(const struct jam_judge *judge, const struct jam_group *group,
                enum jam_finding_kind kind, struct jam_findings *findings)
{
    const struct jam_verdict *verdict = &group->best.verdict;
    enum jam_grade grade = verdict->grade ? verdict->grade : JAM_GRADE_WEAK;
    struct jam_finding *finding = jam_findings_add(findings, kind, grade);
    if (!finding)
        return -1;
    finding->reason = verdict->reason;
    finding->filter = verdict->filter;
    finding->evidence = verdict->evidence;
    finding->evidence_thread = verdict->evidence_thread;
    finding->when_ticks = jam_cycle_complete_ticks(&group->best);
    finding->count = group->count;
    for (size_t i = 0; i < group->best.count; i++)
        if (tell_side(judge, finding, &group->best.sides[i]) != 0)
            return -1;
    return 0;
}

static int compare_groups(const void *left, const void *right)
{
    const struct jam_group *const *a = left, *const *b = right;
    if (jam_verdict_is_stronger(&(*a)->best.verdict, &(*b)->best.verdict))
        return -1;
    if (jam_verdict_is_stronger(&(*b)->best.verdict, &(*a)->best.verdict))
        return 1;
    uint64_t when = jam_cycle_complete_ticks(&(*a)->best);
    uint64_t other = jam_cycle_complete_ticks(&(*b)->best);
    return (when > other) - (when < other);
}

/* A cycle that cannot happen is no news where the same code or locks make one that can. */
static bool is_told(const struct jam_groups *known, const struct jam_group *group)
{
    struct jam_cycle cycle = group->best;
    cycle.verdict.filter = JAM_FILTER_NONE;
    return group->best.verdict.filter && jam_groups_know(known, &cycle);
}

static int tell_groups(struct jam_cycle_results *results, struct jam_groups *groups,
                       enum jam_finding_kind kind, struct jam_findings *findings)
{
    const struct jam_group **roots = malloc((groups->count + 1) * sizeof *roots);
    size_t count = 0;
    int status = 0;
    if (!roots)
        return -1;
    for (size_t i = 0; i < groups->count; i++)
        if (groups->list[i].parent == i &&
            !is_told(groups == &results->dropped ? &results->found : groups, &groups->list[i]))
            roots[count++] = &groups->list[i];
    qsort(roots, count, sizeof *roots, compare_groups);
    for (size_t i = 0; i < count && !status; i++) {
        bool is_too_many = i >= JAM_LOCK_ORDER_DROPPED_MAX && roots[i]->best.verdict.filter;
        findings->dropped_more += is_too_many;
        status = is_too_many ? 0 : tell(results->judge, roots[i], kind, findings);
    }
    free(roots);
    return status;
}

int jam_cycle_results_tell(struct jam_cycle_results *results, struct jam_findings *findings)
{
    const struct {
        struct jam_groups *groups;
        enum jam_finding_kind kind;
    } all[] = {
        {&results->found, JAM_FINDING_LOCK_ORDER_INVERSION},
        {&results->upgrades, JAM_FINDING_RWLOCK_UPGRADE},
        {&results->rereads, JAM_FINDING_SELF_DEADLOCK},
        {&results->dropped, JAM_FINDING_LOCK_ORDER_INVERSION},
    };
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        if (tell_groups(results, all[i].groups, all[i].kind, findings) != 0)
            return -1;
    return 0;
}
