/* Held lists: what is rare. */
#include "held.h"
#include "clock.h"
#include "lane.h"

#include <stddef.h>
#include <string.h>

enum { LANES_SEARCHED_MAX = 1024 };

void jam_held_close_gap(struct jam_thread *self, uint32_t index, uint32_t above)
{
    if (self->held_local[index].lock->kind != JAM_LOCK_GIL) { /* it goes with every wait */
        self->gap_lock = self->held[index].lock;
        self->gap_ticks = jam_ticks();
    }
    memmove(&self->held[index], &self->held[index + 1], above * sizeof *self->held);
    memmove(&self->held_local[index], &self->held_local[index + 1],
            above * sizeof *self->held_local);
    for (uint32_t i = index; i < self->held_count; i++)
        self->held_local[i].set_hash = 0;
}

const struct jam_held *jam_held_newest(const struct jam_thread *self)
{
    for (uint32_t i = self->held_count; i-- > 0;)
        if (self->held_local[i].lock->kind != JAM_LOCK_GIL)
            return &self->held[i];
    return NULL;
}

void jam_held_count_gils(struct jam_thread *self)
{
    self->gils_held = 0;
    for (uint32_t i = 0; i < self->held_count; i++)
        self->gils_held += self->held_local[i].lock->kind == JAM_LOCK_GIL;
}

/* Released by somebody else, gone, or a semaphore that turned out to be no lock. */
static bool held_is_stale(const struct jam_held *held, const struct jam_lock_record *lock)
{
    return jam_held_is_void(held, lock) ||
           (lock->kind == JAM_LOCK_SEM && !(lock->flags & JAM_LOCK_LOCKLIKE));
}

void jam_held_drop_stale(struct jam_thread *self)
{
    self->handovers_seen = __atomic_load_n(&jam_lock_handovers, __ATOMIC_ACQUIRE);
    for (uint32_t i = self->held_count; i-- > 0;)
        if (held_is_stale(&self->held[i], self->held_local[i].lock))
            jam_held_remove(self, i);
}

static bool held_is_of(const struct jam_held *held, const struct jam_lock_record *lock)
{
    return held->address == lock->address && held->lock == lock->id &&
           held->generation == (lock->generation & ~JAM_GENERATION_ENDED) &&
           held->acquired_ticks >= lock->handed_over_ticks;
}

static bool lane_holds(const struct jam_lane *lane, const struct jam_lock_record *lock,
                       struct jam_holding *holding)
{
    uint32_t count = __atomic_load_n(&lane->held_count, __ATOMIC_ACQUIRE);
    const struct jam_held *held =
        jam_session_at(__atomic_load_n(&lane->held_offset, __ATOMIC_ACQUIRE));
    for (uint32_t i = 0; i < count; i++) {
        if (!held_is_of(&held[i], lock))
            continue;
        *holding =
            (struct jam_holding){lane->thread, held[i].stack, held[i].acquired_ticks, held[i].mode};
        return true;
    }
    return false;
}

bool jam_held_search(const struct jam_lock_record *lock, const struct jam_thread *except,
                     struct jam_holding *holding)
{
    uint32_t count = jam_lane_count();
    if (count > LANES_SEARCHED_MAX)
        count = LANES_SEARCHED_MAX;
    for (uint32_t number = 1; number <= count; number++) {
        const struct jam_lane *lane = jam_lane_at(number);
        if ((!except || lane != except->lane) && lane_holds(lane, lock, holding))
            return true;
    }
    return false;
}
