/* The plan: what the simulation must know of the recorded order. */
#include "core/contention/whatif.h"

#include <stdlib.h>

#include "util/array.h"

void jam_whatif_plan_init(struct jam_whatif_plan *plan, const struct jam_replay *replay)
{
    *plan = (struct jam_whatif_plan){.replay = replay};
}

void jam_whatif_plan_fini(struct jam_whatif_plan *plan)
{
    for (size_t i = 0; i < plan->thread_count; i++)
        free(plan->threads[i].wakes);
    free(plan->threads);
    free(plan->locks);
    free(plan->parties);
    *plan = (struct jam_whatif_plan){0};
}

bool jam_whatif_is_woken(uint8_t operation)
{
    return operation != JAM_OP_LOCK && operation != JAM_OP_JOIN && operation != JAM_OP_CUSTOM;
}

static int reserve(struct jam_whatif_plan *plan)
{
    while (plan->thread_count < plan->replay->thread_count) {
        if (jam_array_reserve(&plan->threads, &plan->thread_capacity, plan->thread_count,
                              sizeof *plan->threads) != 0)
            return -1;
        plan->threads[plan->thread_count++] = (struct jam_whatif_thread){0};
    }
    while (plan->lock_count < plan->replay->lock_count) {
        if (jam_array_reserve(&plan->locks, &plan->lock_capacity, plan->lock_count,
                              sizeof *plan->locks) != 0)
            return -1;
        plan->locks[plan->lock_count++] = (struct jam_whatif_lock){0};
    }
    return 0;
}

/* Number 0 is no wake-up. */
static int new_wake(struct jam_whatif_plan *plan, uint32_t *number)
{
    if (!plan->party_count &&
        jam_array_reserve(&plan->parties, &plan->party_capacity, 1, sizeof *plan->parties) != 0)
        return -1;
    if (!plan->party_count)
        plan->parties[plan->party_count++] = 0;
    if (jam_array_reserve(&plan->parties, &plan->party_capacity, plan->party_count,
                          sizeof *plan->parties) != 0)
        return -1;
    *number = (uint32_t)plan->party_count;
    plan->parties[plan->party_count++] = 0;
    return 0;
}

static int note_number(struct jam_whatif_thread *thread, uint32_t number)
{
    if (jam_array_reserve(&thread->wakes, &thread->wake_capacity, thread->wake_count,
                          sizeof *thread->wakes) != 0)
        return -1;
    thread->wakes[thread->wake_count++] = number;
    return 0;
}

static void note_handover(struct jam_whatif_spread *spread, uint64_t ticks)
{
    spread->count[ticks ? 63 - __builtin_clzll(ticks) : 0]++;
    spread->total++;
}

uint64_t jam_whatif_median(const struct jam_whatif_spread *spread)
{
    uint64_t seen = 0;
    for (unsigned i = 0; i < 64; i++) {
        seen += spread->count[i];
        if (spread->total && seen * 2 >= spread->total)
            return (UINT64_C(1) << i) + (UINT64_C(1) << i) / 2;
    }
    return 0;
}

static int feed_woke(struct jam_whatif_plan *plan, const struct jam_fact *fact)
{
    uint32_t number;
    if (new_wake(plan, &number) != 0)
        return -1;
    plan->locks[fact->lock].last_wake = number;
    plan->locks[fact->lock].last_wake_ticks = fact->ticks;
    return note_number(&plan->threads[fact->thread], number);
}

static int feed_waited(struct jam_whatif_plan *plan, const struct jam_fact *fact)
{
    const struct jam_whatif_lock *lock = &plan->locks[fact->lock];
    if (fact->operation == JAM_OP_LOCK && !fact->has_failed && lock->released_ticks >= fact->begin)
        note_handover(&plan->lock_handover, fact->ticks - lock->released_ticks);
    if (!jam_whatif_is_woken(fact->operation))
        return 0;
    bool is_known = !fact->has_failed && lock->last_wake && lock->last_wake_ticks >= fact->begin;
    if (is_known) {
        note_handover(&plan->wake_handover, fact->ticks - lock->last_wake_ticks);
        plan->parties[lock->last_wake] += fact->operation == JAM_OP_BARRIER;
    }
    return note_number(&plan->threads[fact->thread], is_known ? lock->last_wake : 0);
}

int jam_whatif_plan_feed(struct jam_whatif_plan *plan, const struct jam_fact *fact)
{
    if (fact->kind == JAM_FACT_NONE)
        return 0;
    if (reserve(plan) != 0)
        return -1;
    plan->threads[fact->thread].has_events = true;
    switch (fact->kind) {
    case JAM_FACT_WOKE:
        return feed_woke(plan, fact);
    case JAM_FACT_WAITED:
        return feed_waited(plan, fact);
    case JAM_FACT_RELEASED:
        plan->locks[fact->lock].released_ticks = fact->ticks;
        return 0;
    case JAM_FACT_CREATED:
        plan->threads[fact->other].create_ticks = fact->ticks;
        return 0;
    default:
        return 0;
    }
}
