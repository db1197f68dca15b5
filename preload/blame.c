/* Finds holders and divides waits. Runs in the waiter, which has time to spare. */
#include "blame.h"
#include "clock.h"
#include "lane.h"
#include "session.h"
#include "thread.h"
#include "totals.h"

#include <stddef.h>
#include <string.h>

enum { LANES_SEARCHED_MAX = 1024 }; /* for reader-writer locks, whose readers libc does not name */

bool jam_blame_is_for_holders(const struct jam_request *request)
{
    uint16_t kind = request->target.key.kind;
    return kind == JAM_LOCK_MUTEX || kind == JAM_LOCK_RWLOCK || kind == JAM_LOCK_SPIN ||
           kind == JAM_LOCK_GIL || request->lock->flags & (JAM_LOCK_LOCKLIKE | JAM_LOCK_ANNOTATED);
}

/* --- the holder at the beginning --- */

/* Another thread's held list changes under us: what is read is checked by its address. */
static bool lane_holds(const struct jam_lane *lane, struct jam_request *request)
{
    uint32_t count = __atomic_load_n(&lane->held_count, __ATOMIC_ACQUIRE);
    const struct jam_held *held =
        jam_session_at(__atomic_load_n(&lane->held_offset, __ATOMIC_ACQUIRE));
    for (uint32_t i = 0; i < count; i++)
        if (held[i].address == request->target.key.address) {
            request->blame.stack = held[i].stack;
            request->blame.thread = lane->thread;
            request->blame.acquired_ticks = held[i].acquired_ticks;
            return true;
        }
    return false;
}

static void blame_find_owner(struct jam_request *request, uint32_t owner_tid)
{
    const struct jam_lane *lane = jam_lane_of(owner_tid);
    if (lane && !lane_holds(lane, request))
        request->blame.thread = lane->thread;
}

static void blame_search_lanes(struct jam_request *request)
{
    uint32_t count = jam_lane_count();
    if (count > LANES_SEARCHED_MAX)
        count = LANES_SEARCHED_MAX;
    for (uint32_t number = 1; number <= count; number++)
        if (jam_lane_at(number) != request->self->lane && lane_holds(jam_lane_at(number), request))
            return;
}

void jam_blame_begin(struct jam_request *request, uint32_t owner_tid)
{
    struct jam_blame_start *start = &request->blame;
    start->stack = start->thread = 0;
    start->acquired_ticks = 0;
    if (!jam_blame_is_for_holders(request) || !request->lock->id)
        return;
    const struct jam_holders *holders = jam_lock_holders(request->lock);
    if (holders)
        memcpy(start->holder, holders->holder, sizeof start->holder);
    if (owner_tid)
        blame_find_owner(request, owner_tid);
    else
        blame_search_lanes(request);
}

/* --- while somebody waits --- */

/* The slot of a holder: its own, a free one, or that of whoever was idle longest. */
static struct jam_holder_totals *holder_slot(struct jam_holders *holders, uint32_t stack,
                                             uint32_t thread)
{
    uint64_t hash = jam_mix((uint64_t)stack << 32 | thread);
    struct jam_holder_totals *idle = NULL;
    for (unsigned i = 0; i < JAM_HOLDER_PROBES; i++) {
        struct jam_holder_totals *holder = &holders->holder[(hash + i) % JAM_HOLDERS];
        if ((holder->stack == stack && holder->thread == thread) || !holder->stack)
            return holder;
        if (!idle || holder->last_ticks < idle->last_ticks)
            idle = holder;
    }
    return idle;
}

/*
 * The lock is free already, so two threads may be here at once. Two new holders that choose the
 * same slot mix their times for once; the sums of the waits stay right.
 */
bool jam_blame_note_hold(const struct jam_release *release)
{
    uint32_t ref = __atomic_load_n(&release->lock->holders_ref, __ATOMIC_ACQUIRE);
    if (!ref)
        return false;
    struct jam_holders *holders = jam_session_at_ref(ref);
    uint32_t stack = release->stack, thread = release->self->id;
    struct jam_holder_totals *holder = holder_slot(holders, stack, thread);
    if (holder->stack != stack || holder->thread != thread)
        *holder = (struct jam_holder_totals){.stack = stack, .thread = thread};
    __atomic_fetch_add(&holder->held_ticks,
                       jam_ticks_between(release->acquired_ticks, release->released_ticks),
                       __ATOMIC_RELAXED);
    holder->last_ticks = release->released_ticks;
    if (holders->last_stack == stack && holders->last_thread == thread)
        return false;
    holders->last_stack = stack;
    holders->last_thread = thread;
    return true;
}

/* --- the division at the end --- */

struct blame_division {
    struct jam_request *request;
    uint64_t wait_ticks;
    uint64_t held_ticks; /* by all holders meanwhile */
    uint64_t given_ticks;
    uint64_t largest_ticks;
    uint32_t largest_thread;
    struct jam_holder_totals share[JAM_HOLDERS]; /* held_ticks: meanwhile; 0 = no share */
};

static void division_give(struct blame_division *division, uint32_t stack, uint32_t thread,
                          uint64_t ticks)
{
    struct jam_request *request = division->request;
    struct jam_blame_key key = {request->lock->id, request->stack, stack, thread};
    struct jam_thread_record *record = thread ? jam_thread_find(thread) : NULL;
    jam_blame_add(request->self, key, ticks);
    if (record && thread != request->self->id)
        __atomic_fetch_add(&record->blocked_others_ticks, ticks, __ATOMIC_RELAXED);
    division->given_ticks += ticks;
    if (ticks >= division->largest_ticks) {
        division->largest_ticks = ticks;
        division->largest_thread = thread;
    }
}

/*
 * How long one holder held the lock since the wait began. An entry that was given up and came back
 * counts from zero again. No share is longer than the wait: others write while we read.
 */
static uint64_t holder_growth(const struct blame_division *division,
                              const struct jam_holder_totals *before,
                              const struct jam_holder_totals *now)
{
    const struct jam_request *request = division->request;
    const struct jam_blame_start *start = &request->blame;
    if (!now->stack || now->last_ticks < request->wait_begin || now->thread == request->self->id)
        return 0;
    bool is_same = before->stack == now->stack && before->thread == now->thread &&
                   before->held_ticks <= now->held_ticks;
    uint64_t ticks = now->held_ticks - (is_same ? before->held_ticks : 0);
    if (now->stack == start->stack && now->thread == start->thread) {
        uint64_t earlier = jam_ticks_between(start->acquired_ticks, request->wait_begin);
        ticks = ticks > earlier ? ticks - earlier : 1; /* it held the lock: no share is too small */
    }
    return ticks < division->wait_ticks ? ticks : division->wait_ticks;
}

static void division_measure(struct blame_division *division, const struct jam_holders *holders)
{
    for (unsigned i = 0; i < JAM_HOLDERS; i++) {
        struct jam_holder_totals now = holders->holder[i];
        now.held_ticks = holder_growth(division, &division->request->blame.holder[i], &now);
        division->share[i] = now;
        division->held_ticks += now.held_ticks;
    }
}

/*
 * wait * part / whole without overflow: both are brought below 2^32 first. `whole` is a sum of
 * parts that are not 0.
 */
static uint64_t division_scale(uint64_t wait, uint64_t part, uint64_t whole)
{
    while (whole >> 32) {
        whole >>= 1;
        part >>= 1;
    }
    return wait / whole * part + wait % whole * part / whole;
}

/* Each takes its part of what is left, so that the shares add up to the wait. */
static void division_give_shares(struct blame_division *division)
{
    uint64_t held_left = division->held_ticks;
    for (unsigned i = 0; i < JAM_HOLDERS; i++) {
        const struct jam_holder_totals *share = &division->share[i];
        if (!share->held_ticks)
            continue;
        uint64_t wait_left = division->wait_ticks - division->given_ticks;
        division_give(division, share->stack, share->thread,
                      division_scale(wait_left, share->held_ticks, held_left));
        held_left -= share->held_ticks;
    }
}

/* The last wake, if it came during the wait. */
static void division_give_wake(struct blame_division *division)
{
    const struct jam_lock_record *lock = division->request->lock;
    uint64_t begin = division->request->wait_begin;
    uint64_t woken = __atomic_load_n(&lock->wake_ticks, __ATOMIC_ACQUIRE);
    if (woken >= begin && woken <= begin + division->wait_ticks)
        division_give(division, lock->wake_stack, lock->wake_thread, division->wait_ticks);
}

uint32_t jam_blame_settle(struct jam_request *request, uint64_t now)
{
    struct blame_division division = {
        .request = request,
        .wait_ticks = jam_ticks_between(request->wait_begin, now),
    };
    if (!request->lock->id)
        return 0;
    if (!jam_blame_is_for_holders(request))
        division_give_wake(&division);
    else if (request->lock->holders_ref)
        division_measure(&division, jam_session_at_ref(request->lock->holders_ref));
    if (division.held_ticks)
        division_give_shares(&division);
    else if (!division.given_ticks)
        division_give(&division, request->blame.stack, request->blame.thread, division.wait_ticks);
    return division.largest_thread;
}
