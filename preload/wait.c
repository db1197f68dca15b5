/*
 * The part of a request that waits: wait word, count of waiters, blame, what the wait cost. The
 * thread is about to sleep, or has slept: it has time, and may write what others read.
 */
#include "emit.h"
#include "blame.h"
#include "check.h"
#include "clock.h"
#include "held.h"
#include "local.h"
#include "ring.h"
#include "session.h"
#include "totals.h"

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
    word->partner = request->target.partner;
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

/* Not if the lock died meanwhile: its successor in the record counts from zero. */
static void lock_remove_waiter(const struct jam_request *request)
{
    struct jam_lock_record *lock = request->lock;
    if (__atomic_load_n(&lock->generation, __ATOMIC_ACQUIRE) == request->generation)
        __atomic_sub_fetch(&lock->waiters, 1, __ATOMIC_SEQ_CST);
}

/*
 * Who holds a semaphore and waits for it again waits for another thread's post, as CPython's
 * conditions do: those have released the condition's lock in between, which is remembered.
 */
static void block_reconsider(struct jam_request *request)
{
    struct jam_thread *self = request->self;
    const void *object = (const void *)request->target.key.address;
    jam_held_drop_handed_over(self); /* it may have been posted since the request began */
    uint32_t at = jam_held_find(self, object);
    if (!(request->lock->flags & JAM_LOCK_LOCKLIKE) || at == self->held_count)
        return;
    bool gave_one_up = self->gap_ticks > self->held[at].acquired_ticks;
    request->lock->partner = gave_one_up ? self->gap_lock : 0;
    jam_lock_note_second_wait(self, request->lock);
    jam_held_drop_handed_over(self);
}

/* Some semaphores stand for the end of a thread: see python_join.c. */
static uint16_t block_operation(const struct jam_request *request, uint16_t operation)
{
    bool is_join = operation == JAM_OP_SEM_WAIT && request->target.partner;
    return is_join ? JAM_OP_JOIN : operation;
}

void jam_request_block(struct jam_request *request, uint16_t operation, uint32_t owner_tid)
{
    struct jam_thread *self = request->self;
    if (operation == JAM_OP_SEM_WAIT && self->held_count > 0)
        block_reconsider(request);
    operation = block_operation(request, operation);
    request->wait_begin = jam_ticks();
    if (request->dependency)
        request->dependency->last_ticks = request->wait_begin;
    lock_add_waiter(request->lock);
    jam_blame_begin(request, owner_tid);
    jam_check_wait(request, operation & ~JAM_EVENT_WAIT_AGAIN, owner_tid);
    wait_word_set(&self->lane->wait, request, operation & ~JAM_EVENT_WAIT_AGAIN);
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
    lock_remove_waiter(request);
    wait_word_clear(&self->lane->wait);
    wait_add_totals(request, jam_ticks_between(request->wait_begin, now), got_it);
    uint32_t blocker = jam_blame_settle(request, now);
    if (blocker && got_it && request->lock->id && jam_blame_is_for_holders(request))
        __atomic_fetch_add(&request->lock->owner_changes, 1, __ATOMIC_RELAXED);
    if (jam_ring_takes_blocking)
        jam_ring_put(self, JAM_EVENT_WAIT_END, !got_it, request->lock->id, blocker, now);
    jam_session_refresh_clock();
    /* What others have used meanwhile in a frame of ours belongs to that frame: see it before that
       is popped. */
    jam_local_check(self, &request->call);
}
