/* Ends the locks in memory that is given back. Runs in the target's free: it must never call it. */
#include "reclaim.h"
#include "growth.h"
#include "guard.h"
#include "held.h"
#include "lock.h"
#include "misuse.h"
#include "name.h"
#include "session.h"
#include "stack.h"

/* Nobody else can hold what nobody else has used: saves a look at the lists of all threads. */
static bool reclaim_may_be_held(const struct jam_thread *self, const struct jam_lock_record *lock)
{
    bool is_own = lock->first_thread == self->id && !lock->shared_ticks;
    return !is_own || jam_held_find(self, (const void *)lock->address) < self->held_count;
}

static void reclaim_one(struct jam_lock_record *lock, uint32_t stack)
{
    struct jam_thread *self = jam_self;
    if (reclaim_may_be_held(self, lock))
        jam_misuse_note_freed(self, lock, stack);
    jam_lock_end(self, lock, stack);
}

/* A lock that was named and never used. */
static void reclaim_name(uint64_t address)
{
    if (!jam_growth_lock())
        return;
    jam_name_keep(address, 0);
    jam_places_remove(address);
    jam_growth_unlock();
}

static void reclaim_range(uint64_t start, uint64_t end, uint32_t stack)
{
    for (uint64_t at = start; (at = jam_places_next(at, end)); at += JAM_PLACES_STEP) {
        struct jam_lock_record *lock = jam_lock_at(at);
        if (lock)
            reclaim_one(lock, stack);
        else
            reclaim_name(at);
    }
}

void jam_reclaim_inside(uint64_t start, uint64_t end)
{
    reclaim_range(start, end, 0);
}

void jam_reclaim(const struct jam_call *call, const void *start, size_t bytes)
{
    uint64_t end = (uint64_t)start + bytes;
    uint64_t first = jam_places_next((uint64_t)start, end);
    struct jam_thread *self = first && jam_session_is_ready() ? jam_enter() : NULL;
    if (!self)
        return;
    reclaim_range(first, end, jam_stack_capture(self, call));
    jam_leave(self);
}
