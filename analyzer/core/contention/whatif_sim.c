/* The heap of lanes that can go on, and the lists of those that wait. */
#include "core/contention/whatif_sim.h"

/* --- the heap --- */

static bool is_before(const struct jam_sim *sim, uint32_t a, uint32_t b)
{
    const struct jam_sim_lane *left = &sim->lanes[a];
    const struct jam_sim_lane *right = &sim->lanes[b];
    return left->due != right->due ? left->due < right->due : a < b;
}

void jam_sim_heap_push(struct jam_sim *sim, uint32_t lane)
{
    size_t at = sim->heap_count++;
    for (; at > 0 && is_before(sim, lane, sim->heap[(at - 1) / 2]); at = (at - 1) / 2)
        sim->heap[at] = sim->heap[(at - 1) / 2];
    sim->heap[at] = lane;
}

uint32_t jam_sim_heap_pop(struct jam_sim *sim)
{
    uint32_t first = sim->heap[0];
    uint32_t last = sim->heap[--sim->heap_count];
    size_t at = 0;
    for (;;) {
        size_t child = 2 * at + 1;
        if (child + 1 < sim->heap_count && is_before(sim, sim->heap[child + 1], sim->heap[child]))
            child++;
        if (child >= sim->heap_count || !is_before(sim, sim->heap[child], last))
            break;
        sim->heap[at] = sim->heap[child];
        at = child;
    }
    sim->heap[at] = last;
    return first;
}

/* --- lists of waiting lanes --- */

void jam_sim_park(struct jam_sim *sim, struct jam_sim_queue *queue, uint32_t lane)
{
    sim->lanes[lane].is_parked = true;
    sim->lanes[lane].next = JAM_SIM_NONE;
    if (queue->first == JAM_SIM_NONE)
        queue->first = lane;
    else
        sim->lanes[queue->last].next = lane;
    queue->last = lane;
}

void jam_sim_unlink(struct jam_sim *sim, struct jam_sim_queue *queue, uint32_t before,
                    uint32_t lane)
{
    uint32_t next = sim->lanes[lane].next;
    if (before == JAM_SIM_NONE)
        queue->first = next;
    else
        sim->lanes[before].next = next;
    if (queue->last == lane)
        queue->last = before;
    sim->lanes[lane].is_parked = false;
}

void jam_sim_resume(struct jam_sim *sim, uint32_t at, uint64_t when)
{
    struct jam_sim_lane *lane = &sim->lanes[at];
    if (lane->due < when)
        lane->due = when;
    jam_sim_heap_push(sim, at);
}

void jam_sim_resume_all(struct jam_sim *sim, struct jam_sim_queue *queue, uint64_t when)
{
    while (queue->first != JAM_SIM_NONE) {
        uint32_t lane = queue->first;
        jam_sim_unlink(sim, queue, JAM_SIM_NONE, lane);
        jam_sim_resume(sim, lane, when);
    }
}

static void free_from(struct jam_sim *sim, struct jam_sim_queue *queue, uint32_t lane)
{
    uint32_t before = JAM_SIM_NONE;
    for (uint32_t i = queue->first; i != JAM_SIM_NONE; before = i, i = sim->lanes[i].next)
        if (i == lane) {
            jam_sim_unlink(sim, queue, before, lane);
            return;
        }
}

void jam_sim_free_lane(struct jam_sim *sim, uint32_t lane)
{
    for (size_t i = 0; i < sim->plan->lock_count && sim->lanes[lane].is_parked; i++)
        free_from(sim, &sim->locks[i].queue, lane);
    for (size_t i = 0; i < sim->plan->thread_count && sim->lanes[lane].is_parked; i++)
        free_from(sim, &sim->threads[i].waiting, lane);
    for (size_t i = 0; i < sim->plan->party_count && sim->lanes[lane].is_parked; i++)
        free_from(sim, &sim->wakes[i].waiting, lane);
}
