/* Finds holders and divides waits. Runs in the waiter, which has time to spare. */
#include "blame.h"
#include "clock.h"
#include "session.h"
#include "thread.h"
#include "totals.h"

#include <stddef.h>

enum { LANES_SEARCHED_MAX = 1024 }; /* for reader-writer locks, whose readers libc does not name */

/* --- the holder at the beginning --- */

/* Another thread's held list changes under us: what is read is checked by its address. */
static bool lane_holds(const struct jam_lane *lane, struct jam_request *request)
{
    uint32_t count = __atomic_load_n(&lane->held_count, __ATOMIC_ACQUIRE);
    const struct jam_held *held =
        jam_session_at(__atomic_load_n(&lane->held_offset, __ATOMIC_ACQUIRE));
    for (uint32_t i = 0; i < count; i++)
        if (held[i].address == request->target.key.address) {
            request->blocker_stack = held[i].stack;
            request->blocker_thread = lane->thread;
            return true;
        }
    return false;
}

void jam_blame_find_holder(struct jam_request *request, uint16_t operation, uint32_t owner_tid)
{
    request->blocker_stack = request->blocker_thread = 0;
    if (operation != JAM_OP_LOCK)
        return;
    if (owner_tid) {
        const struct jam_lane *lane = jam_thread_lane_of(owner_tid);
        if (lane && !lane_holds(lane, request))
            request->blocker_thread = lane->thread;
        return;
    }
    uint32_t count = jam_thread_lane_count();
    if (count > LANES_SEARCHED_MAX)
        count = LANES_SEARCHED_MAX;
    for (uint32_t number = 1; number <= count; number++)
        if (jam_thread_lane(number) != request->self->lane &&
            lane_holds(jam_thread_lane(number), request))
            return;
}

/* --- the division at the end --- */

struct blame_division {
    struct jam_request *request;
    uint64_t cursor; /* time up to which the wait is divided */
};

static void division_give(struct blame_division *division, uint32_t stack, uint32_t thread,
                          uint64_t until)
{
    struct jam_request *request = division->request;
    uint64_t ticks = jam_ticks_between(division->cursor, until);
    struct jam_blame_key key = {request->lock->id, request->stack, stack, thread};
    struct jam_thread_record *record = thread ? jam_thread_find(thread) : NULL;
    if (!key.lock)
        return;
    jam_blame_add(request->self, key, ticks);
    if (record && thread != request->self->id)
        __atomic_fetch_add(&record->blocked_others_ticks, ticks, __ATOMIC_RELAXED);
    request->blocker_stack = stack;
    request->blocker_thread = thread;
    division->cursor = until;
}

static void division_give_turns(struct blame_division *division, uint64_t end)
{
    const struct jam_turns *turns = jam_session_at_ref(division->request->lock->turns_ref);
    uint64_t count = __atomic_load_n(&turns->count, __ATOMIC_ACQUIRE);
    uint64_t first = count > JAM_TURNS ? count - JAM_TURNS : 0;
    for (uint64_t i = first; i < count; i++) {
        struct jam_turn turn = turns->turn[i % JAM_TURNS];
        if (turn.released_ticks > division->cursor && turn.acquired_ticks < end &&
            turn.thread != division->request->self->id)
            division_give(division, turn.stack, turn.thread,
                          turn.released_ticks < end ? turn.released_ticks : end);
    }
}

bool jam_blame_is_for_holders(const struct jam_request *request)
{
    uint16_t kind = request->target.key.kind;
    return kind == JAM_LOCK_MUTEX || kind == JAM_LOCK_RWLOCK || kind == JAM_LOCK_SPIN;
}

/* The last wake, if it came during the wait. */
static void division_give_wake(struct blame_division *division, uint64_t end)
{
    const struct jam_lock_record *lock = division->request->lock;
    uint64_t woken = __atomic_load_n(&lock->wake_ticks, __ATOMIC_ACQUIRE);
    if (woken >= division->cursor && woken <= end)
        division_give(division, lock->wake_stack, lock->wake_thread, end);
}

uint32_t jam_blame_settle(struct jam_request *request, uint64_t now)
{
    struct blame_division division = {.request = request, .cursor = request->wait_begin};
    if (!jam_blame_is_for_holders(request))
        division_give_wake(&division, now);
    else if (request->lock->turns_ref)
        division_give_turns(&division, now);
    /* The rest: the wake-up after the last turn, or a holder that left no turn. */
    if (division.cursor < now)
        division_give(&division, request->blocker_stack, request->blocker_thread, now);
    return request->blocker_thread;
}
