/* Hands each fact to every analysis. */
#include "core/run.h"

#include <stdlib.h>

#include "util/array.h"
#include "util/saturate.h"

void jam_run_init(struct jam_run *run, uint64_t start_ticks, bool has_all, bool is_complete)
{
    *run = (struct jam_run){.replay = {.has_all = has_all, .is_complete = is_complete}};
    jam_critical_init(&run->critical, &run->replay, start_ticks);
}

void jam_run_fini(struct jam_run *run)
{
    jam_critical_fini(&run->critical);
    jam_replay_fini(&run->replay);
    free(run->pairs);
    jam_map_fini(&run->pair_map);
    jam_map_fini(&run->place_map);
    jam_map_fini(&run->user_map);
    free(run->locks);
    free(run->places);
    free(run->threads);
    *run = (struct jam_run){0};
}

static struct jam_run_pair *get_pair(struct jam_run *run, uint32_t thread, uint32_t lock)
{
    uint32_t next = (uint32_t)run->pair_count;
    if (jam_array_reserve(&run->pairs, &run->pair_capacity, next, sizeof *run->pairs) != 0)
        return NULL;
    uint32_t at = jam_map_insert(&run->pair_map, thread, lock, next);
    if (at == JAM_MAP_NONE)
        return NULL;
    if (at != next)
        return &run->pairs[at];
    run->pairs[run->pair_count++] = (struct jam_run_pair){
        .thread = thread, .lock = lock, .next = run->threads[thread].first_pair};
    run->threads[thread].first_pair = next;
    return &run->pairs[at];
}

static int note_wait(struct jam_run *run, const struct jam_fact *fact)
{
    uint64_t ticks = fact->ticks > fact->begin ? fact->ticks - fact->begin : 0;
    struct jam_run_pair *pair = get_pair(run, fact->thread, fact->lock);
    if (!pair)
        return -1;
    pair->waits++;
    jam_saturate_add(&pair->wait_ticks, ticks);
    if (fact->other == JAM_REPLAY_NONE)
        return 0;
    pair = get_pair(run, fact->other, fact->lock);
    if (!pair)
        return -1;
    jam_saturate_add(&pair->blocked_ticks, ticks);
    return 0;
}

/* --- who uses which call site --- */

uint32_t jam_run_group(const struct jam_run *run, uint32_t place)
{
    while (run->places[place].group != place)
        place = run->places[place].group;
    return place;
}

static struct jam_run_place *get_place(struct jam_run *run, const struct jam_fact *fact)
{
    uint32_t next = (uint32_t)run->place_count;
    if (jam_array_reserve(&run->places, &run->place_capacity, next, sizeof *run->places) != 0)
        return NULL;
    uint32_t at = jam_map_insert(&run->place_map, fact->lock, fact->stack, next);
    if (at == JAM_MAP_NONE)
        return NULL;
    if (at == next)
        run->places[run->place_count++] =
            (struct jam_run_place){.lock = fact->lock, .stack = fact->stack, .group = next};
    return &run->places[at];
}

/* All call sites at which one thread uses the lock are one group. */
static int note_place(struct jam_run *run, const struct jam_fact *fact, uint64_t wait_ticks)
{
    struct jam_run_place *place = get_place(run, fact);
    if (!place)
        return -1;
    uint32_t number = (uint32_t)(place - run->places);
    uint32_t first = jam_map_insert(&run->user_map, fact->lock, fact->thread, number);
    if (first == JAM_MAP_NONE)
        return -1;
    uint32_t a = jam_run_group(run, first);
    uint32_t b = jam_run_group(run, number);
    run->places[a > b ? a : b].group = a > b ? b : a;
    jam_saturate_add(&place->wait_ticks, wait_ticks);
    return 0;
}

/* --- wake-ups --- */

static int reserve_tables(struct jam_run *run)
{
    while (run->lock_count < run->replay.lock_count) {
        if (jam_array_reserve(&run->locks, &run->lock_capacity, run->lock_count,
                              sizeof *run->locks) != 0)
            return -1;
        run->locks[run->lock_count++] = (struct jam_run_lock){0};
    }
    while (run->thread_count < run->replay.thread_count) {
        if (jam_array_reserve(&run->threads, &run->thread_capacity, run->thread_count,
                              sizeof *run->threads) != 0)
            return -1;
        run->threads[run->thread_count++] =
            (struct jam_run_thread){JAM_REPLAY_NONE, JAM_REPLAY_NONE};
    }
    return 0;
}

static void note_wake(struct jam_run *run, const struct jam_fact *fact)
{
    struct jam_run_lock *lock = &run->locks[fact->lock];
    lock->wakes++;
    lock->wakes_holding += fact->is_holding;
    lock->broadcasts += fact->is_broadcast;
    lock->broadcast_ticks = fact->is_broadcast ? fact->ticks : 0;
}

static void note_woken(struct jam_run *run, const struct jam_fact *fact)
{
    struct jam_run_lock *lock = &run->locks[fact->lock];
    if (fact->has_failed || !lock->broadcast_ticks || lock->broadcast_ticks < fact->begin)
        return;
    lock->broadcast_woken++;
    run->threads[fact->thread].woken = fact->lock;
}

static void note_waits(struct jam_run *run, const struct jam_fact *fact)
{
    if (fact->is_again && run->threads[fact->thread].woken == fact->lock)
        run->locks[fact->lock].broadcast_lost++;
    run->threads[fact->thread].woken = JAM_REPLAY_NONE;
}

static int note_fact(struct jam_run *run, const struct jam_fact *fact)
{
    if (fact->lock == JAM_REPLAY_NONE)
        return 0;
    switch (fact->kind) {
    case JAM_FACT_WAITS:
        note_waits(run, fact);
        return 0;
    case JAM_FACT_WAITED:
        note_woken(run, fact);
        return note_wait(run, fact) != 0 ? -1 : note_place(run, fact, fact->ticks - fact->begin);
    case JAM_FACT_RELEASED:
        return fact->hold_waited || fact->is_turn ? note_place(run, fact, 0) : 0;
    case JAM_FACT_WOKE:
        note_wake(run, fact);
        return 0;
    default:
        return 0;
    }
}

int jam_run_feed(struct jam_run *run, const struct jam_event_view *event)
{
    struct jam_fact fact;
    if (!run->events++)
        run->first_ticks = event->ticks;
    if (jam_replay_step(&run->replay, event, &fact) != 0)
        return -1;
    if (fact.kind == JAM_FACT_NONE)
        return 0;
    if (reserve_tables(run) != 0 || note_fact(run, &fact) != 0)
        return -1;
    return jam_critical_feed(&run->critical, &fact);
}

int jam_run_finish(struct jam_run *run, uint64_t end_ticks)
{
    if (!run->events)
        return 0;
    return jam_critical_finish(&run->critical,
                               end_ticks > run->replay.now ? end_ticks : run->replay.now);
}
