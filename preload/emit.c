/*
 * Turns operations into totals, dependencies, wait words, held lists, blame and events. Runs in
 * the target's threads, inside the guard; every store goes to memory that this thread owns, except
 * in jam_request_block and after, where the thread is about to sleep anyway.
 */
#include "emit.h"
#include "blame.h"
#include "clock.h"
#include "depend.h"
#include "ring.h"
#include "session.h"
#include "stack.h"
#include "totals.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

/* Time between refreshes of the clock pair, in ticks: some 10 ms. */
enum { REFRESH_TICKS = 1 << 25 };

/* --- requests --- */

static inline struct jam_site_cache *site_cache_slot(struct jam_thread *self, uint64_t address,
                                                     uint32_t stack)
{
    uint64_t hash = (address ^ (uint64_t)stack << 20) * 0x9e3779b97f4a7c15u;
    _Static_assert(JAM_SITE_CACHE == 512, "9 bits of the hash");
    return &self->site_cache[hash >> 55];
}

static inline bool site_cache_holds(const struct jam_site_cache *slot, struct jam_target target,
                                    uint32_t stack)
{
    return slot->address == target.key.address && slot->stack == stack &&
           slot->mode == target.mode && slot->kind == target.key.kind &&
           __atomic_load_n(&slot->lock->generation, __ATOMIC_RELAXED) == slot->generation;
}

/* Look the lock and its site up in the tables. What finds no space is not cached: tried again. */
static void request_resolve(struct jam_request *request, struct jam_site_cache *slot)
{
    struct jam_thread *self = request->self;
    struct jam_target target = request->target;
    uint32_t class_stack = target.class_stack ? target.class_stack : request->stack;
    request->lock = jam_lock_get(self, target.key, class_stack);
    request->site = &self->lost_site;
    if (!request->lock) {
        request->lock = &self->lost_lock;
        return;
    }
    request->site = jam_site_get(self, request->lock, request->stack, target.mode);
    if (request->site == &self->lost_site)
        return;
    *slot = (struct jam_site_cache){
        .address = target.key.address,
        .stack = request->stack,
        .mode = target.mode,
        .kind = target.key.kind,
        .generation = request->lock->generation,
        .lock = request->lock,
        .site = request->site,
    };
}

static void request_note_dependency(const struct jam_request *request)
{
    uint16_t held = request->target.flags;
    uint16_t flags = (held & JAM_HELD_TIMED ? JAM_DEPENDENCY_TIMED : 0) |
                     (held & JAM_HELD_REACQUIRED ? JAM_DEPENDENCY_REACQUIRED : 0) |
                     (held & JAM_HELD_TRY ? JAM_DEPENDENCY_TRY : 0);
    struct jam_dependency_wanted wanted = {request->lock, request->stack, request->target.mode,
                                           flags};
    jam_depend_note(request->self, wanted);
}

/* Only locks that are held take part in the dependency relation. */
static bool request_makes_dependency(const struct jam_request *request)
{
    uint16_t kind = request->target.key.kind;
    return request->self->held_count > 0 && (kind == JAM_LOCK_MUTEX || kind == JAM_LOCK_RWLOCK) &&
           !(request->target.flags & JAM_HELD_REENTRY);
}

static void request_begin_inside(struct jam_request *request, struct jam_call call)
{
    struct jam_thread *self = request->self;
    struct jam_target target = request->target;
    request->stack = jam_stack_capture(self, call);
    struct jam_site_cache *slot = site_cache_slot(self, target.key.address, request->stack);
    if (JAM_LIKELY(site_cache_holds(slot, target, request->stack) && slot->address)) {
        request->lock = slot->lock;
        request->site = slot->site;
    } else {
        request_resolve(request, slot);
    }
    request->generation = request->lock->generation;
    if (JAM_UNLIKELY(target.key.flags & JAM_LOCK_RECURSIVE) &&
        jam_emit_is_held(self, (const void *)target.key.address))
        request->target.flags |= JAM_HELD_REENTRY;
    if (JAM_UNLIKELY(request_makes_dependency(request)) && !(target.flags & JAM_HELD_TRY))
        request_note_dependency(request);
}

bool jam_request_begin(struct jam_request *request, struct jam_call call, struct jam_target target)
{
    request->self = jam_enter();
    if (JAM_UNLIKELY(!request->self))
        return false;
    request->target = target;
    request_begin_inside(request, call);
    return true;
}

/* The clock pair is refreshed by whoever passes when it is due. */
static void request_refresh(struct jam_thread *self, uint64_t now)
{
    self->refresh_due = now + REFRESH_TICKS;
    jam_session_refresh_clock();
}

void jam_request_acquired(struct jam_request *request)
{
    struct jam_thread *self = request->self;
    uint64_t now = jam_ticks();
    uint32_t count = self->held_count;
    request->site->acquisitions++;
    if (JAM_UNLIKELY(count == self->held_capacity) && !jam_thread_grow_held(self)) {
        jam_session_lose(JAM_LOSS_HELD, 1);
        jam_leave(self);
        return;
    }
    if (JAM_UNLIKELY(request->target.flags & JAM_HELD_TRY) && request_makes_dependency(request))
        request_note_dependency(request);
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

void jam_request_passed(struct jam_request *request)
{
    request->site->acquisitions++;
    if (JAM_UNLIKELY(jam_ring_takes_all))
        jam_ring_put(request->self, JAM_EVENT_ACQUIRE, request->target.mode, request->lock->id,
                     request->stack, jam_ticks());
    jam_leave(request->self);
}

void jam_request_failed(struct jam_request *request, int error)
{
    struct jam_thread *self = request->self;
    struct jam_wait_totals *waits = jam_site_waits(self, request->site);
    bool is_try = request->target.flags & JAM_HELD_TRY;
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

/* --- waiting --- */

static void wait_word_set(struct jam_wait_word *word, const struct jam_request *request,
                          uint16_t operation)
{
    uint32_t sequence = word->sequence | 1;
    __atomic_store_n(&word->sequence, sequence, __ATOMIC_RELEASE); /* odd: do not read */
    __atomic_thread_fence(__ATOMIC_RELEASE);
    word->operation = operation;
    word->mode = request->target.mode;
    word->lock = request->lock->id;
    word->generation = request->generation;
    word->stack = request->stack;
    word->partner = request->partner;
    word->since_ticks = request->wait_begin;
    word->is_timed = request->target.flags & JAM_HELD_TIMED ? 1 : 0;
    word->address = request->target.key.address;
    __atomic_store_n(&word->sequence, sequence + 1, __ATOMIC_RELEASE);
}

static void wait_word_clear(struct jam_wait_word *word)
{
    uint32_t sequence = word->sequence | 1;
    __atomic_store_n(&word->sequence, sequence, __ATOMIC_RELEASE);
    word->operation = JAM_OP_NONE;
    __atomic_store_n(&word->sequence, sequence + 1, __ATOMIC_RELEASE);
}

static void lock_add_waiter(struct jam_lock_record *lock)
{
    uint32_t waiters = __atomic_add_fetch(&lock->waiters, 1, __ATOMIC_SEQ_CST);
    uint32_t max = __atomic_load_n(&lock->max_waiters, __ATOMIC_RELAXED);
    while (waiters > max && !__atomic_compare_exchange_n(&lock->max_waiters, &max, waiters, true,
                                                         __ATOMIC_RELAXED, __ATOMIC_RELAXED))
        ;
}

void jam_request_block(struct jam_request *request, uint16_t operation, uint32_t owner_tid)
{
    struct jam_thread *self = request->self;
    request->wait_begin = jam_ticks();
    lock_add_waiter(request->lock);
    if (request->lock->id)
        jam_lock_turns(request->lock);
    jam_blame_find_holder(request, operation, owner_tid);
    wait_word_set(&self->lane->wait, request, operation);
    if (jam_ring_takes_blocking)
        jam_ring_put(self, JAM_EVENT_WAIT_BEGIN, operation, request->lock->id, request->stack,
                     request->wait_begin);
    jam_leave(self);
}

static void wait_add_totals(struct jam_request *request, uint64_t ticks, bool got_it)
{
    struct jam_thread *self = request->self;
    struct jam_wait_totals *waits = jam_site_waits(self, request->site);
    self->record->wait_ticks += ticks;
    self->record->waits++;
    if (!waits)
        return;
    waits->contended += got_it;
    waits->wait_ticks += ticks;
    if (ticks > waits->wait_max_ticks)
        waits->wait_max_ticks = ticks;
    waits->wait.count[jam_histogram_bucket(ticks)]++;
}

void jam_request_unblock(struct jam_request *request, bool got_it)
{
    struct jam_thread *self = request->self;
    self->is_open = 0;
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    uint64_t now = jam_ticks();
    __atomic_sub_fetch(&request->lock->waiters, 1, __ATOMIC_SEQ_CST);
    wait_word_clear(&self->lane->wait);
    wait_add_totals(request, jam_ticks_between(request->wait_begin, now), got_it);
    uint32_t blocker = jam_blame_settle(request, now);
    if (jam_ring_takes_blocking)
        jam_ring_put(self, JAM_EVENT_WAIT_END, !got_it, request->lock->id, blocker, now);
    jam_session_refresh_clock();
}

/* --- releasing --- */

/* Index of the newest entry for the object, or held_count. Nearly always the last one. */
static inline uint32_t held_find(const struct jam_thread *self, const void *object)
{
    for (uint32_t i = self->held_count; i-- > 0;)
        if (self->held[i].address == (uint64_t)object)
            return i;
    return self->held_count;
}

bool jam_emit_is_held(const struct jam_thread *self, const void *object)
{
    return held_find(self, object) < self->held_count;
}

static void held_remove(struct jam_thread *self, uint32_t index)
{
    uint32_t above = --self->held_count - index;
    if (JAM_UNLIKELY(above > 0)) {
        memmove(&self->held[index], &self->held[index + 1], above * sizeof *self->held);
        memmove(&self->held_local[index], &self->held_local[index + 1],
                above * sizeof *self->held_local);
        for (uint32_t i = index; i < self->held_count; i++)
            self->held_local[i].set_hash = 0;
    }
    __atomic_store_n(&self->lane->held_count, self->held_count, __ATOMIC_RELEASE);
}

/* Somebody waits for the lock that is about to be released: leave word how long it was held. */
static void release_note_turn(struct jam_thread *self, const struct jam_held *held,
                              struct jam_lock_record *lock, uint64_t now)
{
    uint32_t ref = __atomic_load_n(&lock->turns_ref, __ATOMIC_ACQUIRE);
    if (ref) {
        struct jam_turns *turns = jam_session_at_ref(ref);
        uint64_t count = __atomic_load_n(&turns->count, __ATOMIC_RELAXED);
        struct jam_turn *turn = &turns->turn[count % JAM_TURNS];
        *turn = (struct jam_turn){held->acquired_ticks, now, held->stack, self->id};
        /* An exclusive holder is alone here; readers may lose a turn to each other. */
        __atomic_store_n(&turns->count, count + 1, __ATOMIC_RELEASE);
    }
    if (jam_ring_takes_blocking) {
        jam_ring_put(self, JAM_EVENT_HOLD, held->mode, held->lock, held->stack, now);
        jam_ring_put(self, JAM_EVENT_HOLD_SINCE, 0, (uint32_t)held->acquired_ticks,
                     (uint32_t)(held->acquired_ticks >> 32), now);
    }
}

bool jam_emit_release(struct jam_thread *self, const void *object)
{
    uint32_t index = held_find(self, object);
    if (JAM_UNLIKELY(index == self->held_count))
        return false;
    const struct jam_held *held = &self->held[index];
    const struct jam_held_local *local = &self->held_local[index];
    uint64_t now = jam_ticks();
    if (JAM_LIKELY(!(held->flags & JAM_HELD_REENTRY)))
        jam_site_add_hold(self, local->site, jam_ticks_between(held->acquired_ticks, now));
    if (JAM_UNLIKELY(__atomic_load_n(&local->lock->waiters, __ATOMIC_RELAXED)))
        release_note_turn(self, held, local->lock, now);
    if (JAM_UNLIKELY(jam_ring_takes_all))
        jam_ring_put(self, JAM_EVENT_RELEASE, held->mode, held->lock, held->stack, now);
    held_remove(self, index);
    return true;
}

/* --- wakes and lives --- */

void jam_emit_wake(struct jam_thread *self, struct jam_call call, struct jam_lock_key key,
                   bool is_broadcast)
{
    uint32_t stack = jam_stack_capture(self, call);
    struct jam_lock_record *lock = jam_lock_get(self, key, stack);
    if (!lock)
        return;
    bool has_waiters = __atomic_load_n(&lock->waiters, __ATOMIC_RELAXED) > 0;
    if (!has_waiters && key.kind != JAM_LOCK_COND)
        return;
    uint64_t now = jam_ticks();
    lock->wake_stack = stack;
    lock->wake_thread = self->id;
    __atomic_store_n(&lock->wake_ticks, now, __ATOMIC_RELEASE);
    if (!has_waiters)
        return;
    __atomic_fetch_add(&lock->wakes, 1, __ATOMIC_RELAXED);
    if (jam_ring_takes_blocking)
        jam_ring_put(self, JAM_EVENT_WAKE, is_broadcast, lock->id, stack, now);
}

void jam_emit_created(struct jam_thread *self, struct jam_call call, struct jam_lock_key key)
{
    jam_lock_create(self, key, jam_stack_capture(self, call));
}

void jam_emit_destroyed(struct jam_thread *self, struct jam_lock_key key)
{
    struct jam_lock_record *lock = jam_lock_find(key);
    if (lock)
        jam_lock_end(self, lock);
}
