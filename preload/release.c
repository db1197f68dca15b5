/*
 * The releasing half of emit.h. What is needed of the lock's memory is read before the real release:
 * afterwards others may have freed it.
 */
#include "blame.h"
#include "clock.h"
#include "emit.h"
#include "held.h"
#include "ring.h"
#include "totals.h"

/* Take the lock out of the held list, and note what its end needs. False: it was not there. */
static inline bool release_take(struct jam_release *release, const void *object)
{
    struct jam_thread *self = release->self;
    uint32_t index = jam_held_find(self, object);
    release->site = NULL;
    if (JAM_UNLIKELY(index == self->held_count))
        return false;
    const struct jam_held *held = &self->held[index];
    release->lock = self->held_local[index].lock;
    release->site = self->held_local[index].site;
    release->acquired_ticks = held->acquired_ticks;
    release->stack = held->stack;
    release->mode = held->mode;
    release->is_reentry = held->flags & JAM_HELD_REENTRY;
    release->has_waiters = __atomic_load_n(&release->lock->waiters, __ATOMIC_RELAXED) > 0;
    release->released_ticks = jam_ticks();
    jam_held_remove(self, index);
    return true;
}

/* Somebody waits for the lock: add the hold to its holders, and tell when a turn begins. */
static void release_note_holder(const struct jam_release *release)
{
    if (!release->is_reentry)
        jam_site_add_contended_hold(
            release->self, release->site,
            jam_ticks_between(release->acquired_ticks, release->released_ticks));
    if (!jam_blame_note_hold(release) || !jam_ring_takes_blocking)
        return;
    jam_ring_put(release->self, JAM_EVENT_HOLD, release->mode, release->lock->id, release->stack,
                 release->released_ticks);
    jam_ring_put(release->self, JAM_EVENT_HOLD_SINCE, 0, (uint32_t)release->acquired_ticks,
                 (uint32_t)(release->acquired_ticks >> 32), release->released_ticks);
}

static inline void release_account(const struct jam_release *release)
{
    struct jam_thread *self = release->self;
    if (JAM_LIKELY(!release->is_reentry))
        jam_site_add_hold(self, release->site,
                          jam_ticks_between(release->acquired_ticks, release->released_ticks));
    if (JAM_UNLIKELY(release->has_waiters))
        release_note_holder(release);
    if (JAM_UNLIKELY(release->site->role & JAM_SITE_ENDS)) {
        release->lock->event_thread = self->id;
        release->lock->event_ticks = release->released_ticks;
    }
    if (JAM_UNLIKELY(jam_ring_takes_all))
        jam_ring_put(self, JAM_EVENT_RELEASE, release->mode, release->lock->id, release->stack,
                     release->released_ticks);
}

void jam_release_begin(struct jam_release *release, const void *object)
{
    release->self = jam_enter();
    if (JAM_LIKELY(release->self != NULL))
        release_take(release, object);
}

void jam_release_begin_post(struct jam_release *release, const struct jam_call *call,
                            const struct jam_lock_key *key)
{
    release->self = jam_enter();
    if (!release->self)
        return;
    jam_held_drop_handed_over(release->self);
    if (!release_take(release, (const void *)key->address))
        jam_emit_wake(release->self, call, *key, false);
}

void jam_release_end(const struct jam_release *release)
{
    if (JAM_UNLIKELY(!release->self))
        return;
    if (JAM_LIKELY(release->site != NULL))
        release_account(release);
    jam_leave(release->self);
}

bool jam_emit_release(struct jam_thread *self, const void *object, bool *is_reentry)
{
    struct jam_release release = {.self = self};
    *is_reentry = false;
    if (!release_take(&release, object))
        return false;
    release_account(&release);
    *is_reentry = release.is_reentry;
    return true;
}
