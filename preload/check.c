/* Finds misuse where the way of an operation is unusual anyway. */
#include "check.h"
#include "held.h"
#include "lane.h"
#include "misuse.h"
#include "session.h"
#include "stack.h"

#include <errno.h>

/* --- who else --- */

/* The holder of a lock, this thread included, as the second side of a fact. */
static bool fact_set_holder(struct jam_misuse_fact *fact)
{
    struct jam_holding holding;
    if (!jam_held_search(fact->lock, NULL, &holding))
        return false;
    fact->other_stack = holding.stack;
    fact->other_thread = holding.thread;
    return true;
}

/*
 * A thread that really waits for the object, as the second side: without a limit, and with no wake
 * since it came, or it may be on its way out.
 */
static bool fact_set_waiter(struct jam_misuse_fact *fact, uint32_t not_partner)
{
    const struct jam_lock_record *lock = fact->lock;
    uint64_t woken = __atomic_load_n(&lock->wake_ticks, __ATOMIC_ACQUIRE);
    uint32_t count = __atomic_load_n(&lock->waiters, __ATOMIC_RELAXED) ? jam_lane_count() : 0;
    for (uint32_t number = 1; number <= count; number++) {
        const struct jam_lane *lane = jam_lane_at(number);
        const struct jam_wait_word word = lane->wait;
        bool waits = word.operation != JAM_OP_NONE && !(word.sequence & 1) &&
                     word.lock == lock->id && word.generation == lock->generation;
        bool is_blocked =
            !word.is_timed && word.since_ticks > woken && word.since_ticks > lock->signal_ticks;
        if (!waits || !is_blocked || (not_partner && word.partner == not_partner))
            continue;
        fact->other_stack = word.stack;
        fact->other_thread = lane->thread;
        fact->other_lock = not_partner ? word.partner : 0;
        return true;
    }
    return false;
}

static bool lock_is_event(const struct jam_lock_record *lock)
{
    if (lock->kind == JAM_LOCK_CUSTOM)
        return !(lock->flags & JAM_LOCK_ANNOTATED);
    return lock->kind == JAM_LOCK_SEM && !(lock->flags & JAM_LOCK_LOCKLIKE);
}

/* --- releases --- */

/* The newest entry that left the list stands behind its end until another one takes its place. */
static bool was_released_last(const struct jam_thread *self, uint64_t address)
{
    return self->held_count < self->held_capacity &&
           self->held[self->held_count].address == address;
}

/* Nothing was lost: who is not seen to hold it does not. */
static bool sees_everything(void)
{
    static const uint8_t blinding[] = {JAM_LOSS_NO_SPACE, JAM_LOSS_NESTED, JAM_LOSS_NO_LANE,
                                       JAM_LOSS_GROWTH_BUSY, JAM_LOSS_HELD};
    uint64_t lost = 0;
    for (unsigned i = 0; i < sizeof blinding; i++)
        lost |= __atomic_load_n(&jam_header->lost[blinding[i]], __ATOMIC_RELAXED);
    return lost == 0;
}

static void release_judge(struct jam_thread *self, struct jam_misuse_fact *fact,
                          struct jam_view view)
{
    if (view.owner_tid == self->lane->tid)
        return; /* it is ours: we did not see how it got it */
    if (!view.is_locked) {
        fact->kind = JAM_MISUSE_UNLOCK_UNLOCKED;
        fact->other_thread = was_released_last(self, fact->address) ? self->id : 0;
    } else {
        fact->kind = JAM_MISUSE_UNLOCK_NOT_OWNER;
        /* Of a holder that is not here (before a fork, in another process) nothing is said. */
        if (!fact->lock || !fact_set_holder(fact) || (!view.owner_tid && !sees_everything()))
            return;
    }
    jam_misuse_note(self, fact);
}

void jam_check_release(struct jam_thread *self, const struct jam_call *call,
                       struct jam_lock_key key, struct jam_view view)
{
    struct jam_misuse_fact fact = {
        .result = view.result,
        .lock = jam_lock_find(key),
        .address = key.address,
        .stack = jam_stack_capture(self, call),
    };
    if (key.flags & JAM_KEY_IS_DEAD) {
        jam_check_new(self, key, fact.stack);
        return;
    }
    release_judge(self, &fact, view);
    if (view.result <= 0)
        jam_lock_hand_over(key.address);
}

void jam_check_post(struct jam_thread *self, struct jam_lock_key key,
                    const struct jam_lock_record *lock, uint32_t stack)
{
    uint32_t full = lock->value ? lock->value : 1;
    if (!(lock->flags & JAM_LOCK_LOCKLIKE) || key.value < full ||
        !was_released_last(self, key.address))
        return;
    jam_misuse_note(self, &(struct jam_misuse_fact){.kind = JAM_MISUSE_SEM_OVERPOST,
                                                    .lock = lock,
                                                    .stack = stack,
                                                    .other_thread = self->id});
}

/* --- ends --- */

void jam_check_end(struct jam_thread *self, const struct jam_call *call, struct jam_lock_key key,
                   struct jam_view view)
{
    struct jam_misuse_fact fact = {.result = view.result, .lock = jam_lock_find(key)};
    if (key.flags & JAM_KEY_IS_DEAD) {
        jam_check_new(self, key, jam_stack_capture(self, call));
        return;
    }
    if (!fact.lock || !view.is_locked || fact.lock->flags & JAM_LOCK_LOCKLIKE)
        return; /* who drops a semaphore that is taken need not have meant a lock */
    fact.stack = jam_stack_capture(self, call);
    bool is_event =
        key.kind == JAM_LOCK_COND || key.kind == JAM_LOCK_BARRIER || lock_is_event(fact.lock);
    fact.kind = is_event ? JAM_MISUSE_DESTROY_WAITED : JAM_MISUSE_DESTROY_LOCKED;
    if (is_event ? fact_set_waiter(&fact, 0) : fact_set_holder(&fact))
        jam_misuse_note(self, &fact);
}

/* --- waits --- */

static int32_t relock_result(const struct jam_request *request, const struct jam_held *held)
{
    uint16_t kind = request->target.key.kind;
    bool is_told = (kind == JAM_LOCK_MUTEX && request->target.key.flags & JAM_LOCK_ERRORCHECK) ||
                   (kind == JAM_LOCK_RWLOCK && held->mode == JAM_EXCLUSIVE);
    return is_told ? EDEADLK : -1;
}

/* Two shared holds of one thread are no misuse, nor is a recursive mutex. */
static void wait_judge_relock(const struct jam_request *request, uint32_t owner_tid)
{
    struct jam_thread *self = request->self;
    uint32_t index = jam_held_find(self, (const void *)request->target.key.address);
    if (index == self->held_count)
        return;
    const struct jam_held *held = &self->held[index];
    uint16_t kind = request->target.key.kind;
    bool is_relock = kind == JAM_LOCK_MUTEX
                         ? owner_tid == self->lane->tid
                         : kind == JAM_LOCK_SPIN || kind == JAM_LOCK_ONCE ||
                               (kind == JAM_LOCK_RWLOCK && !(held->mode && request->target.mode));
    if (is_relock)
        jam_misuse_note(self, &(struct jam_misuse_fact){
                                  .kind = JAM_MISUSE_RELOCK,
                                  .result = relock_result(request, held),
                                  .lock = request->lock->id ? request->lock : NULL,
                                  .address = request->target.key.address,
                                  .stack = request->stack,
                                  .other_stack = held->stack,
                                  .other_thread = self->id,
                              });
}

static void wait_note_holding(const struct jam_request *request)
{
    const struct jam_held *newest = jam_held_newest(request->self);
    jam_misuse_note(request->self, &(struct jam_misuse_fact){
                                       .kind = JAM_MISUSE_WAIT_HOLDING,
                                       .result = -1,
                                       .lock = request->lock->id ? request->lock : NULL,
                                       .address = request->target.key.address,
                                       .stack = request->stack,
                                       .other_stack = newest->stack,
                                       .other_thread = request->self->id,
                                       .other_lock = newest->lock,
                                   });
}

void jam_check_wait(const struct jam_request *request, uint16_t operation, uint32_t owner_tid)
{
    if (!jam_held_any(request->self))
        return;
    if (operation == JAM_OP_LOCK || operation == JAM_OP_ONCE)
        wait_judge_relock(request, owner_tid);
    else if ((operation != JAM_OP_SEM_WAIT && operation != JAM_OP_CUSTOM) ||
             lock_is_event(request->lock))
        wait_note_holding(request);
}

void jam_check_cond(const struct jam_request *request, const struct jam_lock_record *mutex,
                    struct jam_view view, bool had_mutex)
{
    struct jam_thread *self = request->self;
    struct jam_misuse_fact fact = {
        .result = -1,
        .lock = request->lock,
        .stack = request->stack,
    };
    if (!request->lock->id)
        return;
    fact.kind = JAM_MISUSE_COND_TWO_MUTEXES;
    if (mutex && fact_set_waiter(&fact, mutex->id))
        jam_misuse_note(self, &fact);
    if (had_mutex || view.owner_tid == self->lane->tid)
        return;
    struct jam_holding holding = {0};
    bool is_held = mutex && view.is_locked && jam_held_search(mutex, NULL, &holding);
    if (view.is_locked && !is_held)
        return;
    fact.kind = JAM_MISUSE_COND_WAIT_UNLOCKED;
    fact.other_lock = mutex ? mutex->id : 0;
    fact.other_stack = is_held ? holding.stack : 0;
    fact.other_thread = is_held ? holding.thread : 0;
    jam_misuse_note(self, &fact);
}

/* --- answers --- */

static bool error_is_misuse(int error, uint16_t kind)
{
    bool is_of_thread = kind == JAM_LOCK_THREAD && (error == ESRCH || error == EDEADLK);
    return error == EINVAL || is_of_thread;
}

void jam_check_failure(const struct jam_request *request, int error)
{
    struct jam_lock_key key = request->target.key;
    if (!error_is_misuse(error, key.kind) || key.flags & JAM_KEY_IS_DEAD)
        return;
    jam_misuse_note(request->self, &(struct jam_misuse_fact){
                                       .kind = JAM_MISUSE_INVALID_ARGUMENT,
                                       .result = error,
                                       .lock = request->lock->id ? request->lock : NULL,
                                       .address = key.address,
                                       .stack = request->stack,
                                   });
}

void jam_check_answer(const struct jam_call *call, struct jam_lock_key key, int error)
{
    bool is_overpost = key.kind == JAM_LOCK_SEM && error == EOVERFLOW;
    if (!is_overpost && !error_is_misuse(error, key.kind))
        return;
    struct jam_thread *self = jam_enter();
    if (!self)
        return;
    struct jam_misuse_fact fact = {
        .kind = is_overpost ? JAM_MISUSE_SEM_OVERPOST : JAM_MISUSE_INVALID_ARGUMENT,
        .result = error,
        .lock = jam_lock_find(key),
        .address = key.address,
        .stack = jam_stack_capture(self, call),
    };
    jam_misuse_note(self, &fact);
    jam_leave(self);
}

/* --- what an address was before --- */

/* Objects that nobody can make without an init function that we see. */
static bool kind_needs_init(uint16_t kind)
{
    return kind == JAM_LOCK_SEM || kind == JAM_LOCK_BARRIER;
}

static void new_note(struct jam_thread *self, uint16_t kind, const struct jam_lock_record *old,
                     struct jam_misuse_fact fact)
{
    bool is_over = kind == JAM_MISUSE_USE_AFTER_DESTROY;
    fact.kind = kind;
    fact.lock = old;
    fact.other_kind = is_over ? 0 : old->kind;
    fact.other_stack = is_over ? old->destroyed_stack : old->created_stack;
    fact.other_thread = is_over ? old->destroyed_thread : old->first_thread;
    jam_misuse_note(self, &fact);
}

void jam_check_new(struct jam_thread *self, struct jam_lock_key key, uint32_t stack)
{
    const struct jam_lock_record *old = jam_lock_find_latest(key.address);
    struct jam_misuse_fact fact = {.result = -1, .address = key.address, .stack = stack};
    if (!old)
        return;
    bool is_same = old->kind == key.kind;
    bool is_private = old->flags & JAM_LOCK_INITIALIZED && !(old->flags & JAM_LOCK_PSHARED);
    if (key.flags & JAM_KEY_IS_DEAD)
        fact.result = EINVAL;
    if (is_same && !jam_lock_is_alive(old) &&
        (key.flags & JAM_KEY_IS_DEAD || (is_private && kind_needs_init(key.kind))))
        new_note(self, JAM_MISUSE_USE_AFTER_DESTROY, old, fact);
    else if (!is_same && jam_lock_is_alive(old) && is_private && old->kind != JAM_LOCK_THREAD &&
             key.kind != JAM_LOCK_THREAD)
        new_note(self, JAM_MISUSE_TYPE_CONFUSION, old, fact);
}

/* --- what stays held --- */

void jam_check_exit(struct jam_thread *self)
{
    if (self->exit_checked == self->id)
        return;
    self->exit_checked = self->id;
    jam_held_drop_stale(self);
    for (uint32_t i = 0; i < self->held_count; i++) {
        const struct jam_lock_record *lock = self->held_local[i].lock;
        const struct jam_held *held = &self->held[i];
        /* A robust mutex is made to be left. */
        if (lock->generation != held->generation || lock->flags & JAM_LOCK_ROBUST ||
            held->flags & JAM_HELD_REENTRY || lock->kind == JAM_LOCK_GIL)
            continue;
        jam_misuse_note(self, &(struct jam_misuse_fact){.kind = JAM_MISUSE_EXIT_HOLDING,
                                                        .result = -1,
                                                        .lock = lock,
                                                        .other_stack = held->stack,
                                                        .other_thread = self->id});
    }
}

/* Entries of other threads: their locks are found by address, and may be gone meanwhile. */
static void fork_note_lane(struct jam_thread *self, const struct jam_lane *lane, uint32_t stack)
{
    uint32_t count = __atomic_load_n(&lane->held_count, __ATOMIC_ACQUIRE);
    const struct jam_held *list =
        jam_session_at(__atomic_load_n(&lane->held_offset, __ATOMIC_ACQUIRE));
    for (uint32_t i = 0; i < count; i++) {
        const struct jam_held held = list[i];
        const struct jam_lock_record *lock = jam_lock_find_latest(held.address);
        if (!lock || lock->id != held.lock || jam_held_is_void(&held, lock) ||
            lock_is_event(lock) || lock->kind == JAM_LOCK_GIL)
            continue;
        jam_misuse_note(self, &(struct jam_misuse_fact){.kind = JAM_MISUSE_FORK_HOLDING,
                                                        .result = -1,
                                                        .lock = lock,
                                                        .stack = stack,
                                                        .other_stack = held.stack,
                                                        .other_thread = lane->thread});
    }
}

void jam_check_fork(struct jam_thread *self, uint32_t stack)
{
    uint32_t count = jam_lane_count();
    for (uint32_t number = 1; number <= count; number++)
        if (jam_lane_at(number) != self->lane)
            fork_note_lane(self, jam_lane_at(number), stack);
}
