/*
 * Backtracking over the sides. Which obstacle stopped it furthest on is remembered: that is the
 * filter to be named when no choice succeeds.
 */
#include "core/order/cycle_instances.h"

#include <stdlib.h>

/* Obstacles, in the order in which a user would rather hear of them. */
static int rank_of(enum jam_filter filter)
{
    static const int ranks[JAM_FILTERS] = {
        [JAM_FILTER_SINGLE_THREAD] = 1,
        [JAM_FILTER_UNPUBLISHED] = 2,
        [JAM_FILTER_HAPPENS_BEFORE] = 3,
    };
    return ranks[filter];
}

struct choice {
    struct jam_judge *judge;
    struct jam_cycle_side *sides;
    size_t count;
    const struct jam_variant_instance **best; /* instances of the best grade so far */
    struct jam_verdict obstacle;
    struct jam_verdict verdict; /* grade 0 = none yet */
    unsigned tries;
};

static void note_obstacle(struct choice *choice, const struct jam_verdict *obstacle)
{
    if (rank_of(obstacle->filter) > rank_of(choice->obstacle.filter))
        choice->obstacle = *obstacle;
}

/* Whether one instance surely ends before the other begins. An unknown segment may be any. */
static bool is_before(struct choice *choice, const struct jam_variant_instance *earlier,
                      const struct jam_variant_instance *later, struct jam_verdict *obstacle)
{
    struct jam_before_evidence evidence;
    struct jam_moment from = {earlier->thread,
                              earlier->is_unplaced ? UINT32_MAX : earlier->segment};
    struct jam_moment to = {later->thread, later->is_unplaced ? 0 : later->segment};
    uint64_t before = choice->judge->before->steps;
    bool is = jam_before_is(choice->judge->before, from, to, &evidence);
    choice->judge->steps += choice->judge->before->steps - before;
    if (is)
        *obstacle = (struct jam_verdict){
            .filter = JAM_FILTER_HAPPENS_BEFORE,
            .evidence = {.lock = evidence.lock, .generation = evidence.generation},
            .evidence_thread = evidence.thread,
        };
    return is;
}

static bool can_meet(struct choice *choice, const struct jam_cycle_side *side,
                     const struct jam_cycle_side *other)
{
    const struct jam_variant_instance *a = side->instance, *b = other->instance;
    struct jam_verdict obstacle = {.filter = JAM_FILTER_SINGLE_THREAD,
                                   .evidence_thread = a->thread};
    choice->tries++;
    choice->judge->steps += 4;
    if (a->thread != b->thread && !is_before(choice, a, b, &obstacle) &&
        !is_before(choice, b, a, &obstacle))
        return true;
    note_obstacle(choice, &obstacle);
    return false;
}

static bool fits(struct choice *choice, size_t i)
{
    struct jam_cycle_side *side = &choice->sides[i];
    uint32_t node;
    choice->tries++;
    if (jam_judge_is_private(choice->judge, side, &node)) {
        struct jam_verdict obstacle = {.filter = JAM_FILTER_UNPUBLISHED,
                                       .evidence = jam_judge_use(choice->judge, node),
                                       .evidence_thread = side->instance->thread};
        note_obstacle(choice, &obstacle);
        return false;
    }
    for (size_t j = 0; j < i; j++)
        if (!can_meet(choice, side, &choice->sides[j]))
            return false;
    return true;
}

static struct jam_verdict weak(enum jam_grade_reason reason, struct jam_lock_use evidence)
{
    return (struct jam_verdict){.grade = JAM_GRADE_WEAK, .reason = reason, .evidence = evidence};
}

static struct jam_soft_stay stay_of(const struct jam_variant_instance *instance)
{
    struct jam_moment moment = {instance->thread, instance->segment};
    return (struct jam_soft_stay){moment, instance->record->first_ticks,
                                  instance->record->last_ticks};
}

/* Of an instance whose segment is not known, whether some segment would be ordered. */
static bool is_perhaps_before(struct choice *choice, const struct jam_variant_instance *earlier,
                              const struct jam_variant_instance *later, struct jam_verdict *verdict)
{
    struct jam_before_evidence evidence;
    struct jam_moment from = {earlier->thread, earlier->is_unplaced ? 0 : earlier->segment};
    struct jam_moment to = {later->thread, later->is_unplaced ? UINT32_MAX : later->segment};
    if (!(earlier->is_unplaced || later->is_unplaced) ||
        !jam_before_is(choice->judge->before, from, to, &evidence))
        return false;
    *verdict =
        weak(JAM_REASON_SOFT_ORDER,
             (struct jam_lock_use){.lock = evidence.lock, .generation = evidence.generation});
    return true;
}

/* Whether only wakes order two of the sides. */
static bool is_soft(struct choice *choice, struct jam_verdict *verdict)
{
    struct jam_soft *soft = choice->judge->soft;
    uint64_t before = soft->steps;
    bool is = false;
    for (size_t i = 0; i < choice->count && !is; i++)
        for (size_t j = 0; j < choice->count && !is; j++) {
            const struct jam_variant_instance *a = choice->sides[i].instance;
            const struct jam_variant_instance *b = choice->sides[j].instance;
            struct jam_soft_stay earlier = stay_of(a), later = stay_of(b);
            const struct jam_order *order = NULL;
            if (i != j && is_perhaps_before(choice, a, b, verdict))
                return true;
            is = i != j && jam_soft_is_before(soft, &earlier, &later, &order);
            if (is)
                *verdict = weak(
                    JAM_REASON_SOFT_ORDER,
                    (struct jam_lock_use){.lock = order->lock, .generation = order->generation});
        }
    choice->judge->steps += soft->steps - before;
    return is;
}

/* The side's wish is to read what the next side only reads. */
static bool needs_writer(const struct choice *choice, size_t i)
{
    const struct jam_relation *relation = choice->judge->relation;
    const struct jam_variant *wish = &relation->variants[choice->sides[i].variant];
    const struct jam_variant *next =
        &relation->variants[choice->sides[(i + 1) % choice->count].variant];
    const struct jam_set_item *hold = jam_variant_find_held(relation, next, wish->wanted);
    return wish->mode == JAM_SHARED && hold && hold->mode == JAM_SHARED;
}

/*
 * A thread that took its joiner's lock before the joiner did, and is joined below it. That may be
 * an accident; often it is a protocol: the thread marks itself as done under the lock as its last
 * act, and only such threads are joined. Nothing that is recorded tells which.
 */
static bool was_done_before_join(const struct choice *choice, struct jam_verdict *verdict)
{
    const struct jam_relation *relation = choice->judge->relation;
    for (size_t i = 0; i < choice->count && choice->count == 2; i++) {
        uint32_t wanted = relation->variants[choice->sides[i].variant].wanted;
        if (relation->nodes[wanted].thread && relation->nodes[wanted].came_back) {
            *verdict = weak(JAM_REASON_SOFT_ORDER, jam_judge_use(choice->judge, wanted));
            return true;
        }
    }
    return false;
}

/*
 * Closing an object often calls back into Python under the object's own lock, which is destroyed
 * right after (a connection of a database). Whether that was the last hold is not recorded; that the
 * thread which destroyed the lock, if it is known, was this one, is.
 */
static bool may_be_closing(const struct choice *choice, struct jam_verdict *verdict)
{
    const struct jam_node *nodes = choice->judge->relation->nodes;
    for (size_t i = 0; i < choice->count; i++) {
        const struct jam_cycle_side *side = &choice->sides[i];
        const struct jam_lock_record *held = nodes[side->holds].lock;
        uint32_t generation = nodes[side->holds].generation;
        uint32_t wanted = choice->judge->relation->variants[side->variant].wanted;
        if (!held || !nodes[wanted].lock || nodes[wanted].lock->kind != JAM_LOCK_GIL ||
            held->generation == generation)
            continue;
        bool is_known = held->generation == (generation | JAM_GENERATION_ENDED);
        if (is_known && held->destroyed_thread != side->instance->thread)
            continue;
        *verdict = weak(JAM_REASON_CLOSING, jam_judge_use(choice->judge, side->holds));
        return true;
    }
    return false;
}

static struct jam_verdict grade(struct choice *choice)
{
    struct jam_judge *judge = choice->judge;
    struct jam_verdict verdict = {.grade = JAM_GRADE_FEASIBLE};
    for (size_t i = 0; i < choice->count; i++) {
        const struct jam_variant *wish = &judge->relation->variants[choice->sides[i].variant];
        if (wish->flags & JAM_DEPENDENCY_TIMED)
            return weak(JAM_REASON_TIMED, jam_judge_use(judge, wish->wanted));
    }
    if (is_soft(choice, &verdict) || was_done_before_join(choice, &verdict) ||
        may_be_closing(choice, &verdict))
        return verdict;
    for (size_t i = 0; i < choice->count; i++) {
        if (!needs_writer(choice, i))
            continue;
        uint32_t node = judge->relation->variants[choice->sides[i].variant].wanted;
        verdict.reason = JAM_REASON_READERS;
        verdict.evidence = jam_judge_use(judge, node);
        if (!jam_judge_has_sure_writer(judge, node, choice->sides, choice->count))
            return weak(JAM_REASON_READERS, verdict.evidence);
    }
    return verdict;
}

/* A feasible choice without conditions is as good as it gets. */
static bool is_best(const struct jam_verdict *verdict)
{
    return verdict->grade == JAM_GRADE_FEASIBLE && verdict->reason == JAM_REASON_NONE;
}

static void take(struct choice *choice)
{
    struct jam_verdict verdict = grade(choice);
    if (verdict.grade < choice->verdict.grade ||
        (verdict.grade == choice->verdict.grade && !is_best(&verdict)))
        return;
    choice->verdict = verdict;
    for (size_t i = 0; i < choice->count; i++)
        choice->best[i] = choice->sides[i].instance;
}

static const struct jam_variant_instance *first_of(const struct choice *choice, size_t i)
{
    const struct jam_relation *relation = choice->judge->relation;
    return &relation->instances[relation->variants[choice->sides[i].variant].first_instance];
}

static const struct jam_variant_instance *next_of(const struct choice *choice,
                                                  const struct jam_variant_instance *instance)
{
    return instance->next == JAM_MAP_NONE ? NULL
                                          : &choice->judge->relation->instances[instance->next];
}

/* Steps to the next instance of side i, or back to one before that has another; false: at the end.
 */
static bool step_back(struct choice *choice, size_t *i)
{
    for (;; --*i) {
        const struct jam_variant_instance *next = next_of(choice, choice->sides[*i].instance);
        if (next) {
            choice->sides[*i].instance = next;
            return true;
        }
        if (!*i)
            return false;
    }
}

static void search(struct choice *choice)
{
    size_t i = 0;
    bool goes_on = true;
    choice->sides[0].instance = first_of(choice, 0);
    while (goes_on && choice->tries < JAM_INSTANCE_TRIES + choice->count * choice->count) {
        if (!fits(choice, i)) {
            goes_on = step_back(choice, &i);
        } else if (i + 1 < choice->count) {
            i++;
            choice->sides[i].instance = first_of(choice, i);
        } else {
            take(choice);
            goes_on = !is_best(&choice->verdict) && step_back(choice, &i);
        }
    }
}

struct jam_verdict jam_instances_choose(struct jam_judge *judge, struct jam_cycle_side *sides,
                                        size_t count)
{
    struct choice choice = {
        .judge = judge,
        .sides = sides,
        .count = count,
        .best = malloc(count * sizeof *choice.best),
    };
    struct jam_verdict none = {.filter = JAM_FILTER_SINGLE_THREAD,
                               .evidence_thread = sides[0].instance->thread};
    choice.obstacle = none;
    if (!choice.best)
        return none;
    search(&choice);
    for (size_t i = 0; i < count; i++)
        sides[i].instance = choice.verdict.grade ? choice.best[i] : first_of(&choice, i);
    free(choice.best);
    return choice.verdict.grade ? choice.verdict : choice.obstacle;
}
