/* Ties between threads, and the threads that can still go on. */
#include "core/hang/hang.h"

#include <stdlib.h>

#include "trace_ring.h"
#include "util/array.h"
#include "util/search.h"

/* One entry of a held list, ordered by lock, so that holders are found without a search. */
struct holding {
    uint32_t lock, generation;
    uint32_t thread, held; /* indices */
};

/* What the ties are made from. */
struct index {
    struct holding *list;
    size_t count;
};

void jam_hang_fini(struct jam_hang *hang)
{
    free(hang->threads);
    free(hang->helds);
    free(hang->locks);
    free(hang->ties);
    jam_map_fini(&hang->thread_map);
    jam_map_fini(&hang->lock_map);
    *hang = (struct jam_hang){0};
}

int jam_hang_add_thread(struct jam_hang *hang, const struct jam_hang_thread *thread)
{
    if (jam_array_reserve(&hang->threads, &hang->thread_capacity, hang->thread_count,
                          sizeof *hang->threads) != 0)
        return -1;
    uint32_t index = (uint32_t)hang->thread_count;
    if (jam_map_insert(&hang->thread_map, thread->id, 0, index) == JAM_MAP_NONE)
        return -1;
    struct jam_hang_thread *copy = &hang->threads[hang->thread_count++];
    *copy = *thread;
    copy->first_held = hang->held_count;
    copy->held_count = 0;
    return 0;
}

int jam_hang_add_held(struct jam_hang *hang, const struct jam_held *held)
{
    if (!hang->thread_count || jam_array_reserve(&hang->helds, &hang->held_capacity,
                                                 hang->held_count, sizeof *hang->helds) != 0)
        return -1;
    hang->helds[hang->held_count++] = *held;
    hang->threads[hang->thread_count - 1].held_count++;
    return 0;
}

int jam_hang_add_lock(struct jam_hang *hang, const struct jam_lock_record *lock)
{
    if (jam_array_reserve(&hang->locks, &hang->lock_capacity, hang->lock_count,
                          sizeof *hang->locks) != 0 ||
        jam_map_insert(&hang->lock_map, lock->id, 0, (uint32_t)hang->lock_count) == JAM_MAP_NONE)
        return -1;
    hang->locks[hang->lock_count++] = *lock;
    return 0;
}

const struct jam_lock_record *jam_hang_lock(const struct jam_hang *hang, uint32_t id)
{
    uint32_t at = id ? jam_map_find(&hang->lock_map, id, 0) : JAM_MAP_NONE;
    return at == JAM_MAP_NONE ? NULL : &hang->locks[at];
}

bool jam_hang_waits_for_event(const struct jam_hang *hang, const struct jam_hang_thread *thread)
{
    const struct jam_lock_record *lock;
    switch (thread->wait.operation) {
    case JAM_OP_COND_WAIT:
    case JAM_OP_BARRIER:
    case JAM_OP_SEM_WAIT:
        return true;
    case JAM_OP_CUSTOM: /* a futex has no holder that we know; announced locks have */
        lock = jam_hang_lock(hang, thread->wait.lock);
        return lock && !(lock->flags & JAM_LOCK_ANNOTATED);
    default:
        return false;
    }
}

uint16_t jam_hang_python_kind(const struct jam_hang *hang, const struct jam_hang_thread *thread)
{
    const struct jam_lock_record *lock = jam_hang_lock(hang, thread->wait.lock);
    bool is_python = lock && thread->wait.operation == JAM_OP_SEM_WAIT &&
                     (lock->kind == JAM_LOCK_PYTHON_LOCK || lock->kind == JAM_LOCK_PYTHON_RLOCK);
    return is_python ? lock->kind : 0;
}

/* --- who holds a lock --- */

static int compare_holdings(const void *left, const void *right)
{
    const struct holding *a = left;
    const struct holding *b = right;
    if (a->lock != b->lock)
        return a->lock < b->lock ? -1 : 1;
    if (a->thread != b->thread)
        return a->thread < b->thread ? -1 : 1;
    return (a->held > b->held) - (a->held < b->held);
}

/*
 * Somebody else released it in the holder's stead, and the holder's list does not know yet; or it
 * belongs to the process that forked this one, which releases it unseen.
 */
static bool is_void(const struct jam_hang *hang, const struct jam_held *held)
{
    const struct jam_lock_record *lock = jam_hang_lock(hang, held->lock);
    bool is_elsewhere = held->flags & JAM_HELD_INHERITED && lock && lock->flags & JAM_LOCK_PSHARED;
    return is_elsewhere || (lock && lock->handed_over_ticks > held->acquired_ticks);
}

static int index_init(struct index *index, const struct jam_hang *hang)
{
    *index = (struct index){.list = calloc(hang->held_count + 1, sizeof *index->list)};
    if (!index->list)
        return -1;
    for (size_t i = 0; i < hang->thread_count; i++) {
        const struct jam_hang_thread *thread = &hang->threads[i];
        for (size_t at = thread->first_held; at < thread->first_held + thread->held_count; at++) {
            const struct jam_held *held = &hang->helds[at];
            if (held->lock && !(held->flags & JAM_HELD_REENTRY) && !is_void(hang, held))
                index->list[index->count++] =
                    (struct holding){held->lock, held->generation, (uint32_t)i, (uint32_t)at};
        }
    }
    qsort(index->list, index->count, sizeof *index->list, compare_holdings);
    return 0;
}

static uint64_t holding_key(const void *holdings, size_t index)
{
    return ((const struct holding *)holdings)[index].lock;
}

/* The first entry of the lock, or the place where it would be. */
static size_t index_find(const struct index *index, uint32_t lock)
{
    return jam_search_first(index->list, 0, index->count, lock, holding_key);
}

/* --- ties --- */

static int add_tie(struct jam_hang *hang, const struct jam_hang_tie *tie)
{
    if (hang->tie_count >= JAM_HANG_TIES_MAX)
        return 0;
    if (jam_array_reserve(&hang->ties, &hang->tie_capacity, hang->tie_count, sizeof *hang->ties) !=
        0)
        return -1;
    hang->ties[hang->tie_count++] = *tie;
    hang->threads[tie->from].tie_count++;
    return 0;
}

/* Readers share; everything else excludes. */
static bool is_in_the_way(const struct jam_wait_word *wait, const struct jam_held *held)
{
    return wait->mode != JAM_SHARED || held->mode != JAM_SHARED;
}

/* A robust mutex of a dead thread goes to the next one, with EOWNERDEAD. */
static bool is_given_back(const struct jam_hang *hang, const struct holding *holding)
{
    const struct jam_lock_record *lock = jam_hang_lock(hang, holding->lock);
    return lock && lock->flags & JAM_LOCK_ROBUST &&
           hang->threads[holding->thread].state == JAM_HANG_ENDED;
}

static int tie_to_holders(struct jam_hang *hang, const struct index *index, uint32_t from)
{
    const struct jam_wait_word *wait = &hang->threads[from].wait;
    for (size_t i = index_find(index, wait->lock);
         i < index->count && index->list[i].lock == wait->lock; i++) {
        const struct holding *holding = &index->list[i];
        if (holding->generation != wait->generation || is_given_back(hang, holding) ||
            !is_in_the_way(wait, &hang->helds[holding->held]))
            continue;
        struct jam_hang_tie tie = {from, holding->thread, JAM_TIE_HOLDS, holding->held};
        if (add_tie(hang, &tie) != 0)
            return -1;
    }
    return 0;
}

/* The mutex has no generation in the wait word: it is the live one. */
static int tie_to_mutex(struct jam_hang *hang, const struct index *index, uint32_t from)
{
    uint32_t mutex = hang->threads[from].wait.partner;
    for (size_t i = index_find(index, mutex); i < index->count && index->list[i].lock == mutex;
         i++) {
        const struct holding *holding = &index->list[i];
        struct jam_hang_tie tie = {from, holding->thread, JAM_TIE_REACQUIRE, holding->held};
        if (holding->thread == from || is_given_back(hang, holding))
            continue;
        if (add_tie(hang, &tie) != 0)
            return -1;
    }
    return 0;
}

/* Readers do not pass a writer that waits, if the lock was made so. */
static int tie_to_queue(struct jam_hang *hang, uint32_t from)
{
    const struct jam_wait_word wait = hang->threads[from].wait;
    const struct jam_lock_record *lock = jam_hang_lock(hang, wait.lock);
    if (!lock || !(lock->flags & JAM_LOCK_PREFER_WRITER) || wait.mode != JAM_SHARED)
        return 0;
    for (size_t i = 0; i < hang->thread_count; i++) {
        const struct jam_hang_thread *other = &hang->threads[i];
        struct jam_hang_tie tie = {from, (uint32_t)i, JAM_TIE_QUEUED, 0};
        bool is_queued = other->state == JAM_HANG_WAITS && other->wait.lock == wait.lock &&
                         other->wait.generation == wait.generation &&
                         other->wait.mode == JAM_EXCLUSIVE;
        if (is_queued && add_tie(hang, &tie) != 0)
            return -1;
    }
    return 0;
}

static int tie_to_thread(struct jam_hang *hang, uint32_t from)
{
    uint32_t to = jam_map_find(&hang->thread_map, hang->threads[from].wait.partner, 0);
    struct jam_hang_tie tie = {from, to, JAM_TIE_LIVES, 0};
    return to == JAM_MAP_NONE || hang->threads[to].state == JAM_HANG_ENDED ? 0
                                                                           : add_tie(hang, &tie);
}

static int tie(struct jam_hang *hang, const struct index *index, uint32_t from)
{
    struct jam_hang_thread *thread = &hang->threads[from];
    thread->first_tie = hang->tie_count;
    thread->tie_count = 0;
    if (thread->state != JAM_HANG_WAITS)
        return 0;
    if (thread->wait.operation == JAM_OP_JOIN)
        return tie_to_thread(hang, from);
    if (thread->wait.operation == JAM_OP_COND_WAIT)
        return tie_to_mutex(hang, index, from);
    int status = tie_to_holders(hang, index, from);
    return status ? status : tie_to_queue(hang, from);
}

static int make_ties(struct jam_hang *hang)
{
    struct index index;
    int status = index_init(&index, hang);
    hang->tie_count = 0;
    for (size_t i = 0; !status && i < hang->thread_count; i++)
        status = tie(hang, &index, (uint32_t)i);
    free(index.list);
    return status;
}

/* --- who can go on --- */

static bool is_able(const struct jam_hang_thread *thread)
{
    return thread->state != JAM_HANG_ENDED && !thread->is_stuck;
}

static bool are_ties_able(const struct jam_hang *hang, const struct jam_hang_thread *thread)
{
    for (size_t i = 0; i < thread->tie_count; i++)
        if (!is_able(&hang->threads[hang->ties[thread->first_tie + i].to]))
            return false;
    return true;
}

/*
 * The event has come since this thread began to wait, for all or because there never was another
 * waiter: the process was ended before the thread ran again. A semaphore that somebody seems to have
 * may have gone to him.
 */
static bool is_woken(const struct jam_hang *hang, const struct jam_hang_thread *thread)
{
    const struct jam_lock_record *lock = jam_hang_lock(hang, thread->wait.lock);
    if (!lock || !jam_hang_waits_for_event(hang, thread) ||
        (thread->wait.operation == JAM_OP_SEM_WAIT && thread->tie_count))
        return false;
    return lock->generation == thread->wait.generation &&
           lock->wake_ticks > thread->wait.since_ticks && lock->wake_ticks >= hang->recent_ticks &&
           (lock->wake_flags & JAM_WAKE_BROADCAST || lock->max_waiters == 1);
}

/*
 * A Lock of Python may be released by any thread, but is, if it never was so far, by the one that took
 * it: while that lives, it is waited for.
 */
static bool waits_for_taker(const struct jam_hang *hang, const struct jam_hang_thread *thread)
{
    for (size_t i = 0; i < thread->tie_count; i++)
        if (hang->threads[hang->ties[thread->first_tie + i].to].state == JAM_HANG_ENDED)
            return false;
    return thread->tie_count && jam_hang_python_kind(hang, thread);
}

/* Whether a waiting thread can go on, given who is known to be able to. */
static bool can_go_on(const struct jam_hang *hang, const struct jam_hang_thread *thread)
{
    bool is_timed = thread->wait.is_timed || is_woken(hang, thread);
    if (thread->wait.operation == JAM_OP_COND_WAIT)
        return (is_timed || hang->able_count > 0) && are_ties_able(hang, thread);
    if (is_timed)
        return true;
    bool is_event = jam_hang_waits_for_event(hang, thread) && !waits_for_taker(hang, thread);
    return is_event ? hang->able_count > 0 : are_ties_able(hang, thread);
}

int jam_hang_judge(struct jam_hang *hang)
{
    if (make_ties(hang) != 0)
        return -1;
    hang->able_count = hang->stuck_count = 0;
    for (size_t i = 0; i < hang->thread_count; i++) {
        hang->threads[i].is_stuck = hang->threads[i].state == JAM_HANG_WAITS;
        hang->able_count += hang->threads[i].state == JAM_HANG_RUNS;
        hang->stuck_count += hang->threads[i].is_stuck;
    }
    for (bool is_changed = true; is_changed;) {
        is_changed = false;
        for (size_t i = 0; i < hang->thread_count; i++) {
            struct jam_hang_thread *thread = &hang->threads[i];
            if (!thread->is_stuck || !can_go_on(hang, thread))
                continue;
            thread->is_stuck = false;
            hang->stuck_count--;
            hang->able_count++;
            is_changed = true;
        }
    }
    return 0;
}
