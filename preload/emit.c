/*
 * Turns operations into totals, dependencies, held lists and events. Runs in the target's threads,
 * inside the guard; every store goes to memory that this thread owns, except where it is about to
 * sleep, or has slept (wait.c).
 */
#include "emit.h"
#include "blame.h"
#include "check.h"
#include "clock.h"
#include "depend.h"
#include "held.h"
#include "lane.h"
#include "local.h"
#include "order.h"
#include "retry.h"
#include "python/python_lock.h"
#include "ring.h"
#include "session.h"
#include "stack.h"
#include "totals.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

/* Time between refreshes of the clock pair, in ticks: some 10 ms. */
enum { REFRESH_TICKS = 1 << 25 };

bool jam_emit_is_held(const struct jam_thread *self, const void *object)
{
    return jam_held_find(self, object) < self->held_count;
}

bool jam_emit_is_reacquired(const struct jam_thread *self, const void *object)
{
    uint32_t at = jam_held_find(self, object);
    return at < self->held_count && self->held[at].flags & JAM_HELD_REACQUIRED;
}

/* --- requests --- */

static inline struct jam_site_cache *site_cache_slot(struct jam_thread *self, uint64_t address,
                                                     uint32_t stack)
{
    uint64_t hash = (address ^ (uint64_t)stack << 20) * 0x9e3779b97f4a7c15u;
    _Static_assert(JAM_SITE_CACHE == 1 << 14, "14 bits of the hash");
    return &self->site_cache[hash >> 50 & self->site_cache_mask];
}

static inline uint64_t site_cache_user(const struct jam_thread *self, uint32_t stack)
{
    return (uint64_t)self->id << 32 | stack;
}

static inline bool site_cache_holds(const struct jam_thread *self,
                                    const struct jam_site_cache *slot,
                                    const struct jam_target *target, uint32_t stack)
{
    return slot->address == target->key.address && slot->user == site_cache_user(self, stack) &&
           slot->mode == target->mode && slot->kind == target->key.kind &&
           __atomic_load_n(&slot->lock->generation, __ATOMIC_RELAXED) == slot->generation;
}

/* The record of an object that is used at `stack`. What libc calls destroyed has none. */
static struct jam_lock_record *emit_get_lock(struct jam_thread *self, struct jam_lock_key key,
                                             uint32_t class_stack, uint32_t stack)
{
    if (JAM_UNLIKELY(!jam_lock_find(key)))
        jam_check_new(self, key, stack);
    return key.flags & JAM_KEY_IS_DEAD ? NULL : jam_lock_get(self, key, class_stack);
}

/* The part in use doubles: a thread of few sites touches few pages. */
static void site_cache_note_miss(struct jam_thread *self)
{
    if (++self->site_cache_misses <= self->site_cache_mask / 2 ||
        self->site_cache_mask == JAM_SITE_CACHE - 1)
        return;
    self->site_cache_mask = self->site_cache_mask * 2 + 1;
    self->site_cache_misses = 0;
}

/* Look the lock and its site up in the tables. What finds no space is not cached: tried again. */
static void request_resolve(struct jam_request *request, struct jam_site_cache *slot)
{
    struct jam_thread *self = request->self;
    struct jam_target target = request->target;
    uint32_t class_stack = target.class_stack ? target.class_stack : request->stack;
    request->lock = emit_get_lock(self, target.key, class_stack, request->stack);
    request->site = &self->lost_site;
    if (!request->lock) {
        request->lock = &self->lost_lock;
        return;
    }
    jam_local_check(self, &request->call); /* it may have begun in a frame of ours */
    request->site = jam_site_get(self, request->lock, request->stack, target.mode);
    if (request->site == &self->lost_site)
        return;
    if (target.key.kind == JAM_LOCK_SEM && jam_python_is_here && !request->site->acquisitions)
        request->site->role = jam_python_role(request->stack);
    *slot = (struct jam_site_cache){
        .address = target.key.address,
        .user = site_cache_user(self, request->stack),
        .mode = target.mode,
        .kind = target.key.kind,
        .generation = request->lock->generation,
        .lock = request->lock,
        .site = request->site,
    };
    site_cache_note_miss(self);
}

static void request_note_dependency(struct jam_request *request)
{
    if (!request->lock->id)
        return;
    uint16_t held = request->target.flags;
    uint16_t flags = (held & JAM_HELD_TIMED ? JAM_DEPENDENCY_TIMED : 0) |
                     (held & JAM_HELD_REACQUIRED ? JAM_DEPENDENCY_REACQUIRED : 0) |
                     (held & JAM_HELD_TRY ? JAM_DEPENDENCY_TRY : 0);
    struct jam_dependency_wanted wanted = {request->lock, request->stack, request->target.mode,
                                           flags, request->target.partner};
    request->dependency = jam_depend_note(request->self, wanted);
}

/* Its acquires are not seen: no order is concluded. */
static inline bool request_is_bare_futex(const struct jam_request *request)
{
    return request->target.key.kind == JAM_LOCK_CUSTOM &&
           !(request->target.key.flags & JAM_LOCK_ANNOTATED);
}

/* What a condition wait depends on is known when it has given its mutex back. */
static inline bool request_makes_dependency(const struct jam_request *request)
{
    return jam_depend_has_held(request->self, request->target.key.kind) &&
           request->target.key.kind != JAM_LOCK_COND && !request_is_bare_futex(request) &&
           !(request->target.flags & JAM_HELD_REENTRY);
}

void jam_request_depend_cond(struct jam_request *request, const struct jam_lock_record *mutex)
{
    struct jam_dependency_wanted wanted = {mutex, request->stack, JAM_EXCLUSIVE,
                                           JAM_DEPENDENCY_REACQUIRED, 0};
    if (!jam_held_any(request->self))
        return;
    request_note_dependency(request);
    if (mutex)
        jam_depend_note(request->self, wanted);
}

/* Nothing is concluded from holding the GIL while Python's own locks are asked for (depend.h). */
static inline bool request_is_under_locks(const struct jam_request *request)
{
    const struct jam_thread *self = request->self;
    return self->held_count > 0 && (jam_held_any(self) || request->target.key.kind != JAM_LOCK_SEM);
}

/* Asked for while others are held. */
static void request_begin_more(struct jam_request *request)
{
    jam_held_drop_handed_over(request->self);
    if (request_makes_dependency(request) && !(request->target.flags & JAM_HELD_TRY))
        request_note_dependency(request);
}

static inline __attribute__((always_inline)) void
request_begin_inside(struct jam_request *request, const struct jam_call *call, uint32_t stack)
{
    struct jam_thread *self = request->self;
    struct jam_target *target = &request->target;
    request->call = *call;
    request->stack = stack;
    request->dependency = NULL;
    struct jam_site_cache *slot = site_cache_slot(self, target->key.address, request->stack);
    if (JAM_LIKELY(slot->address && site_cache_holds(self, slot, target, request->stack))) {
        request->lock = slot->lock;
        request->site = slot->site;
    } else {
        request_resolve(request, slot);
    }
    request->generation = request->lock->generation;
    if (JAM_UNLIKELY(target->key.kind == JAM_LOCK_SEM)) {
        jam_lock_note_wait(self, request->lock);
        if (jam_python_acquire)
            jam_python_note_semaphore(request->lock);
        target->partner = request->lock->thread;
    }
    if (JAM_UNLIKELY(target->key.flags & JAM_LOCK_RECURSIVE) &&
        jam_emit_is_held(self, (const void *)target->key.address))
        target->flags |= JAM_HELD_REENTRY;
    if (JAM_UNLIKELY(request_is_under_locks(request)))
        request_begin_more(request);
}

bool jam_request_begin(struct jam_request *request, const struct jam_call *call)
{
    request->self = jam_enter();
    if (JAM_UNLIKELY(!request->self))
        return false;
    jam_local_check(request->self, call);
    request_begin_inside(request, call, jam_stack_capture(request->self, call));
    return true;
}

bool jam_request_begin_at(struct jam_request *request, const struct jam_call *call, uint32_t stack)
{
    request->self = jam_enter();
    if (!request->self)
        return false;
    jam_local_check(request->self, call);
    request_begin_inside(request, call, stack);
    return true;
}

/* The clock pair is refreshed by whoever passes when it is due. */
static void request_refresh(struct jam_thread *self, uint64_t now)
{
    self->refresh_due = now + REFRESH_TICKS;
    jam_session_refresh_clock();
}

/* Got while others are held. A try that failed would not have waited: it is noted only now. */
static void request_acquired_more(struct jam_request *request, uint64_t now)
{
    if (request->self->streak_count)
        jam_retry_note_success(request->self, request->lock);
    if (request->target.flags & JAM_HELD_TRY && request_makes_dependency(request))
        request_note_dependency(request);
    if (request->dependency)
        request->dependency->last_ticks = now;
}

void jam_request_acquired(struct jam_request *request)
{
    struct jam_thread *self = request->self;
    uint64_t now = jam_ticks();
    if (JAM_UNLIKELY(jam_held_any(self) | self->streak_count | (request->dependency != NULL)))
        request_acquired_more(request, now);
    uint32_t count = self->held_count;
    request->site->acquisitions++;
    if (JAM_UNLIKELY(count == self->held_capacity) && !jam_lane_grow_held(self)) {
        jam_session_lose(JAM_LOSS_HELD, 1);
        jam_leave(self);
        return;
    }
    self->held[count] = (struct jam_held){
        .address = request->target.key.address,
        .acquired_ticks = now,
        .lock = request->lock->id,
        .stack = request->stack,
        .generation = request->generation,
        .mode = request->target.mode,
        .flags = request->target.flags,
    };
    self->held_local[count] = (struct jam_held_local){request->lock, request->site, 0};
    self->held_count = count + 1;
    /* Pairs with the acquire load of who looks for the holder: the entry is complete. */
    __atomic_store_n(&self->lane->held_count, count + 1, __ATOMIC_RELEASE);
    if (JAM_UNLIKELY(jam_ring_takes_all))
        jam_ring_put(self, JAM_EVENT_ACQUIRE, request->target.mode, request->lock->id,
                     request->stack, now);
    if (JAM_UNLIKELY(now >= self->refresh_due))
        request_refresh(self, now);
    jam_leave(self);
}

void jam_request_acquired_semaphore(struct jam_request *request)
{
    if (JAM_UNLIKELY(request->lock->thread))
        jam_python_acquired(request->self, request->lock, request->stack);
    if (!(request->lock->flags & JAM_LOCK_LOCKLIKE)) {
        jam_request_passed(request);
        return;
    }
    if (JAM_UNLIKELY(request->site->role & JAM_SITE_WAITS))
        jam_order_note_wake(request->self, request->lock, request->lock->born_ticks);
    jam_request_acquired(request);
}

void jam_request_passed(struct jam_request *request)
{
    request->site->acquisitions++;
    if (JAM_UNLIKELY(request->dependency != NULL))
        request->dependency->last_ticks = jam_ticks();
    if (request->target.key.kind == JAM_LOCK_COND)
        jam_order_note_wake(request->self, request->lock, request->wait_begin);
    else if (request->target.key.kind == JAM_LOCK_SEM && !request->lock->thread)
        jam_order_note_wake(request->self, request->lock, request->lock->born_ticks);
    if (JAM_UNLIKELY(jam_ring_takes_all))
        jam_ring_put(request->self, JAM_EVENT_ACQUIRE, request->target.mode, request->lock->id,
                     request->stack, jam_ticks());
    jam_leave(request->self);
}

void jam_request_passed_barrier(struct jam_request *request, uint64_t round)
{
    jam_order_note_barrier(request->self, request->lock, round);
    jam_request_passed(request);
}

uint16_t jam_emit_try_flags(void)
{
    static const uint16_t flags[] = {
        [JAM_PYTHON_NONE] = JAM_HELD_TRY,    [JAM_PYTHON_TRY] = JAM_HELD_TRY,
        [JAM_PYTHON_TIMED] = JAM_HELD_TIMED, [JAM_PYTHON_BLOCKING] = 0,
        [JAM_PYTHON_OTHER] = JAM_HELD_TRY,
    };
    return flags[jam_python_acquire];
}

void jam_request_withdraw(struct jam_request *request)
{
    jam_leave(request->self);
}

void jam_request_failed(struct jam_request *request, int error)
{
    struct jam_thread *self = request->self;
    struct jam_wait_totals *waits = jam_site_waits(self, request->site);
    bool is_try = request->target.flags & JAM_HELD_TRY;
    bool is_in_vain = error == ETIMEDOUT || (is_try && (error == EBUSY || error == EAGAIN));
    jam_check_failure(request, error);
    if (is_in_vain && jam_held_any(self) && jam_blame_is_for_holders(request))
        jam_retry_note_failure(self, request->lock, request->stack);
    if (waits && is_try && (error == EBUSY || error == EAGAIN))
        waits->try_failures++;
    else if (waits && error == ETIMEDOUT)
        waits->timeouts++;
    else if (waits)
        waits->failures++;
    if (is_try && JAM_UNLIKELY(jam_ring_takes_all))
        jam_ring_put(self, JAM_EVENT_TRY_FAILED, 0, request->lock->id, request->stack, jam_ticks());
    jam_leave(self);
}

/* --- wakes and lives --- */

/* Nobody was waiting: a signal that is lost, or a post that is there for who comes next. */
static void wake_note_missed(const struct jam_thread *self, struct jam_lock_record *lock,
                             uint32_t stack)
{
    if (lock->kind != JAM_LOCK_COND && lock->kind != JAM_LOCK_SEM)
        return;
    lock->signal_stack = stack;
    lock->signal_thread = self->id;
    __atomic_fetch_add(&lock->signals_missed, 1, __ATOMIC_RELAXED);
    /* Pairs with the acquire load of who asks whether there was one: the rest is complete. */
    __atomic_store_n(&lock->signal_ticks, jam_ticks(), __ATOMIC_RELEASE);
}

static uint32_t wake_flags(const struct jam_thread *self, const struct jam_lock_record *lock,
                           bool is_broadcast)
{
    uint32_t flags = is_broadcast ? JAM_WAKE_BROADCAST : 0;
    for (uint32_t i = self->held_count; lock->partner && i-- > 0;)
        if (self->held[i].lock == lock->partner)
            return flags | JAM_WAKE_HOLDING;
    return flags;
}

void jam_emit_wake(struct jam_thread *self, const struct jam_call *call, struct jam_lock_key key,
                   bool is_broadcast)
{
    jam_local_check(self, call);
    uint32_t stack = jam_stack_capture(self, call);
    struct jam_lock_record *lock = emit_get_lock(self, key, stack, stack);
    if (!lock)
        return;
    jam_local_check(self, call);
    if (key.kind == JAM_LOCK_SEM) {
        jam_check_post(self, key, lock, stack);
        /* Python's joiner goes on, and may end the process before this thread has ended. */
        if (JAM_UNLIKELY(lock->thread == self->id) && !(self->record->flags & JAM_THREAD_MAIN))
            jam_check_exit(self);
        jam_lock_note_post(self, lock);
    }
    if (__atomic_load_n(&lock->waiters, __ATOMIC_RELAXED) == 0) {
        wake_note_missed(self, lock, stack);
        return;
    }
    uint64_t now = jam_ticks();
    lock->wake_stack = stack;
    lock->wake_thread = self->id;
    lock->wake_flags = wake_flags(self, lock, is_broadcast);
    __atomic_store_n(&lock->wake_ticks, now, __ATOMIC_RELEASE);
    __atomic_fetch_add(&lock->wakes, 1, __ATOMIC_RELAXED);
    if (jam_ring_takes_blocking)
        jam_ring_put(self, JAM_EVENT_WAKE, lock->wake_flags, lock->id, stack, now);
}

void jam_emit_created(struct jam_thread *self, const struct jam_call *call, struct jam_lock_key key)
{
    jam_local_check(self, call);
    if (jam_lock_find(key))
        jam_check_end(self, call, key, (struct jam_view){.is_locked = true});
    struct jam_lock_record *lock = jam_lock_create(self, key, jam_stack_capture(self, call));
    if (lock && key.kind == JAM_LOCK_SEM && jam_python_is_here)
        jam_python_created(self, lock);
    jam_local_check(self, call);
}

void jam_emit_destroyed(struct jam_thread *self, const struct jam_call *call,
                        struct jam_lock_key key)
{
    struct jam_lock_record *lock = jam_lock_find(key);
    if (lock)
        jam_lock_end(self, lock, jam_stack_capture(self, call));
}
