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
    if (at == next)
        run->pairs[run->pair_count++] = (struct jam_run_pair){.thread = thread, .lock = lock};
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

int jam_run_feed(struct jam_run *run, const struct jam_event_view *event)
{
    struct jam_fact fact;
    if (!run->events++)
        run->first_ticks = event->ticks;
    if (jam_replay_step(&run->replay, event, &fact) != 0)
        return -1;
    if (fact.kind == JAM_FACT_NONE)
        return 0;
    if (fact.kind == JAM_FACT_WAITED && note_wait(run, &fact) != 0)
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
