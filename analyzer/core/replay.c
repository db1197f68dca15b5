/* The state machine of threads and locks. */
#include "core/replay.h"

#include <stdlib.h>

#include "util/array.h"

void jam_replay_fini(struct jam_replay *replay)
{
    for (size_t i = 0; i < replay->thread_count; i++)
        free(replay->threads[i].held);
    free(replay->threads);
    free(replay->locks);
    jam_map_fini(&replay->thread_map);
    jam_map_fini(&replay->lock_map);
    *replay = (struct jam_replay){0};
}

uint32_t jam_replay_find_thread(const struct jam_replay *replay, uint32_t id)
{
    return jam_map_find(&replay->thread_map, id, 0);
}

uint32_t jam_replay_find_lock(const struct jam_replay *replay, uint32_t id)
{
    return jam_map_find(&replay->lock_map, id, 0);
}

static uint32_t new_thread(struct jam_replay *replay, uint32_t id)
{
    uint32_t next = (uint32_t)replay->thread_count;
    if (jam_array_reserve(&replay->threads, &replay->thread_capacity, next,
                          sizeof *replay->threads) != 0 ||
        jam_map_insert(&replay->thread_map, id, 0, next) == JAM_MAP_NONE)
        return JAM_REPLAY_NONE;
    replay->threads[replay->thread_count++] = (struct jam_replay_thread){.id = id};
    return next;
}

static uint32_t new_lock(struct jam_replay *replay, uint32_t id)
{
    uint32_t next = (uint32_t)replay->lock_count;
    if (jam_array_reserve(&replay->locks, &replay->lock_capacity, next, sizeof *replay->locks) !=
            0 ||
        jam_map_insert(&replay->lock_map, id, 0, next) == JAM_MAP_NONE)
        return JAM_REPLAY_NONE;
    replay->locks[replay->lock_count++] =
        (struct jam_replay_lock){.id = id, .owner = JAM_REPLAY_NONE};
    return next;
}

/* JAM_REPLAY_NONE without memory. */
static uint32_t get_thread(struct jam_replay *replay, uint32_t id)
{
    if (replay->last_thread < replay->thread_count && replay->threads[replay->last_thread].id == id)
        return replay->last_thread;
    uint32_t at = jam_replay_find_thread(replay, id);
    return at == JAM_MAP_NONE ? new_thread(replay, id) : at;
}

static uint32_t get_lock(struct jam_replay *replay, uint32_t id)
{
    uint32_t at = jam_replay_find_lock(replay, id);
    return at == JAM_MAP_NONE ? new_lock(replay, id) : at;
}

int jam_replay_add_thread(struct jam_replay *replay, const struct jam_thread_record *record)
{
    uint32_t at = record->id ? get_thread(replay, record->id) : 0;
    if (!record->id || at == JAM_REPLAY_NONE)
        return record->id ? -1 : 0;
    struct jam_replay_thread *thread = &replay->threads[at];
    thread->parent = record->parent;
    thread->flags = record->flags;
    thread->start_ticks = record->start_ticks;
    thread->end_ticks = record->end_ticks;
    return 0;
}

int jam_replay_add_lock(struct jam_replay *replay, const struct jam_lock_record *record)
{
    uint32_t at = record->id ? get_lock(replay, record->id) : 0;
    if (!record->id || at == JAM_REPLAY_NONE)
        return record->id ? -1 : 0;
    replay->locks[at].kind = record->kind;
    replay->locks[at].partner = record->partner;
    return 0;
}

/* --- what one event does --- */

struct step {
    struct jam_replay *replay;
    const struct jam_event_view *event;
    struct jam_fact *fact;
    struct jam_replay_thread *thread;
    struct jam_replay_lock *lock; /* of events whose `a` is one */
};

static void note_broken(const struct step *step, enum jam_broken broken)
{
    step->replay->broken[broken]++;
}

uint64_t jam_replay_waited(const struct jam_replay_lock *lock, uint64_t now)
{
    bool is_waited = lock->waiters > 0 && now > lock->waited_since;
    return lock->waited_ticks + (is_waited ? now - lock->waited_since : 0);
}

static void add_waiter(struct jam_replay_lock *lock, uint64_t now)
{
    if (!lock->waiters++)
        lock->waited_since = now;
}

static void remove_waiter(struct jam_replay_lock *lock, uint64_t now)
{
    if (!lock->waiters)
        return;
    lock->waited_ticks = jam_replay_waited(lock, now);
    lock->waited_since = now;
    lock->waiters--;
}

/* A wait whose end we never saw: its thread does something else now. */
static void drop_wait(const struct step *step)
{
    remove_waiter(&step->replay->locks[step->thread->wait_lock], step->event->ticks);
    step->thread->is_waiting = false;
}

static int step_wait_begin(const struct step *step)
{
    struct jam_replay_thread *thread = step->thread;
    if (thread->is_waiting) {
        note_broken(step, JAM_BROKEN_WAIT_IN_WAIT);
        drop_wait(step);
    }
    thread->is_waiting = true;
    thread->wait_operation = step->event->flags & ~JAM_EVENT_WAIT_AGAIN;
    thread->wait_lock = step->fact->lock;
    thread->wait_stack = step->event->b;
    thread->wait_begin = step->event->ticks;
    add_waiter(step->lock, step->event->ticks);
    step->fact->kind = JAM_FACT_WAITS;
    step->fact->operation = thread->wait_operation;
    step->fact->is_again = step->event->flags & JAM_EVENT_WAIT_AGAIN;
    step->fact->stack = step->event->b;
    step->fact->begin = step->event->ticks;
    return 0;
}

static int step_wait_end(const struct step *step)
{
    struct jam_replay_thread *thread = step->thread;
    if (!thread->is_waiting) {
        if (step->replay->is_complete || thread->last_ticks)
            note_broken(step, JAM_BROKEN_END_NO_WAIT);
        return 0;
    }
    bool is_same = thread->wait_lock == step->fact->lock;
    drop_wait(step);
    if (!is_same) {
        note_broken(step, JAM_BROKEN_OTHER_LOCK);
        return 0;
    }
    step->fact->kind = JAM_FACT_WAITED;
    step->fact->operation = thread->wait_operation;
    step->fact->stack = thread->wait_stack;
    step->fact->begin = thread->wait_begin;
    step->fact->has_failed = step->event->flags & 1;
    step->fact->other = jam_replay_find_thread(step->replay, step->event->b);
    return 0;
}

/* The newest hold of a lock, NULL if the thread does not hold it. */
static struct jam_replay_held *find_held(const struct jam_replay_thread *thread, uint32_t lock)
{
    for (size_t i = thread->held_count; i-- > 0;)
        if (thread->held[i].lock == lock)
            return &thread->held[i];
    return NULL;
}

static bool is_held_kind(const struct jam_replay_lock *lock)
{
    return lock->kind != JAM_LOCK_COND && lock->kind != JAM_LOCK_SEM &&
           lock->kind != JAM_LOCK_BARRIER && lock->kind != JAM_LOCK_THREAD &&
           lock->kind != JAM_LOCK_ONCE;
}

static void note_owner(const struct step *step)
{
    struct jam_replay_lock *lock = step->lock;
    if (lock->owner != JAM_REPLAY_NONE && lock->owner != step->fact->thread) {
        note_broken(step, JAM_BROKEN_TWO_OWNERS);
        lock->holders = 0;
    }
    lock->owner = step->fact->mode == JAM_EXCLUSIVE ? step->fact->thread : JAM_REPLAY_NONE;
    lock->holders++;
    if (step->fact->mode == JAM_SHARED && lock->holders > lock->max_readers)
        lock->max_readers = lock->holders;
}

static int step_acquire(const struct step *step)
{
    struct jam_replay_thread *thread = step->thread;
    uint64_t now = step->event->ticks;
    step->fact->kind = JAM_FACT_ACQUIRED;
    step->fact->stack = step->event->b;
    step->fact->mode = step->event->flags & 1;
    struct jam_replay_held *held = find_held(thread, step->fact->lock);
    if (held)
        held->depth++;
    if (held || !is_held_kind(step->lock))
        return 0;
    if (jam_array_reserve(&thread->held, &thread->held_capacity, thread->held_count,
                          sizeof *thread->held) != 0)
        return -1;
    note_owner(step);
    thread->held[thread->held_count++] = (struct jam_replay_held){
        .lock = step->fact->lock,
        .stack = step->event->b,
        .depth = 1,
        .mode = step->fact->mode,
        .since = now,
        .counted = now,
        .waited = jam_replay_waited(step->lock, now),
    };
    return 0;
}

static void drop_held(struct jam_replay_thread *thread, const struct jam_replay_held *held)
{
    size_t at = (size_t)(held - thread->held);
    for (thread->held_count--; at < thread->held_count; at++)
        thread->held[at] = thread->held[at + 1];
}

static int step_release(const struct step *step)
{
    struct jam_replay_lock *lock = step->lock;
    struct jam_replay_held *held = find_held(step->thread, step->fact->lock);
    if (!held) {
        if (step->replay->is_complete)
            note_broken(step, JAM_BROKEN_NOT_HELD);
        else
            step->replay->unseen++;
        return 0;
    }
    if (--held->depth)
        return 0;
    step->fact->kind = JAM_FACT_RELEASED;
    step->fact->stack = held->stack;
    step->fact->mode = held->mode;
    step->fact->begin = held->since;
    step->fact->hold_waited = jam_replay_waited(lock, step->event->ticks) - held->waited;
    lock->owner = JAM_REPLAY_NONE;
    lock->holders -= lock->holders > 0;
    return 0;
}

/* The hold is part of the fact: who uses it may look at `counted` before it goes. */
static int step_hold(const struct step *step)
{
    if (step->replay->has_all) /* its RELEASE follows */
        return 0;
    step->fact->kind = JAM_FACT_RELEASED;
    step->fact->is_turn = true;
    step->fact->stack = step->event->b;
    step->fact->mode = step->event->flags & 1;
    step->fact->begin = step->event->since_ticks ? step->event->since_ticks : step->event->ticks;
    return 0;
}

static int step_wake(const struct step *step)
{
    step->fact->kind = JAM_FACT_WOKE;
    step->fact->stack = step->event->b;
    step->fact->is_broadcast = step->event->flags & JAM_WAKE_BROADCAST;
    step->fact->is_holding = step->event->flags & JAM_WAKE_HOLDING;
    return 0;
}

static int step_tried(const struct step *step)
{
    step->fact->kind = JAM_FACT_TRIED;
    step->fact->stack = step->event->b;
    return 0;
}

/* A record that begins or ends a life has no owner. */
static int step_life(const struct step *step)
{
    step->lock->owner = JAM_REPLAY_NONE;
    step->lock->holders = 0;
    return 0;
}

static int step_relative(const struct step *step, enum jam_fact_kind kind)
{
    uint32_t actor = step->fact->thread;
    uint32_t other = get_thread(step->replay, step->event->a);
    if (other == JAM_REPLAY_NONE)
        return -1;
    step->fact->kind = kind;
    step->fact->stack = step->event->b;
    step->fact->other = other;
    step->fact->begin = step->replay->threads[actor].wait_begin;
    return 0;
}

static int step_create(const struct step *step)
{
    int status = step_relative(step, JAM_FACT_CREATED);
    if (!status && step->fact->other != step->fact->thread)
        step->replay->threads[step->fact->other].parent =
            step->replay->threads[step->fact->thread].id;
    return status;
}

static int step_join(const struct step *step)
{
    return step_relative(step, JAM_FACT_JOINED);
}

static int step_nothing(const struct step *step)
{
    (void)step;
    return 0;
}

/* By kind of event; has_lock: its `a` is the id of a lock. */
static const struct rule {
    int (*step)(const struct step *);
    bool has_lock;
} rules[JAM_EVENT_KINDS] = {
    [JAM_EVENT_ACQUIRE] = {step_acquire, true},
    [JAM_EVENT_RELEASE] = {step_release, true},
    [JAM_EVENT_WAIT_BEGIN] = {step_wait_begin, true},
    [JAM_EVENT_WAIT_END] = {step_wait_end, true},
    [JAM_EVENT_WAKE] = {step_wake, true},
    [JAM_EVENT_HOLD] = {step_hold, true},
    [JAM_EVENT_HOLD_SINCE] = {step_nothing, false},
    [JAM_EVENT_THREAD_START] = {step_nothing, false},
    [JAM_EVENT_THREAD_END] = {step_nothing, false},
    [JAM_EVENT_CREATE] = {step_create, false},
    [JAM_EVENT_JOIN] = {step_join, false},
    [JAM_EVENT_LOCK_BORN] = {step_life, true},
    [JAM_EVENT_LOCK_DEAD] = {step_life, true},
    [JAM_EVENT_FORK] = {step_nothing, false},
    [JAM_EVENT_TRY_FAILED] = {step_tried, true},
};

/* What was released in the step before: kept until then, so that analyses could look at it. */
static void forget_released(struct jam_replay *replay)
{
    if (replay->last_thread >= replay->thread_count)
        return;
    struct jam_replay_thread *thread = &replay->threads[replay->last_thread];
    for (size_t i = thread->held_count; i-- > 0;)
        if (!thread->held[i].depth)
            drop_held(thread, &thread->held[i]);
}

static int step_thread(struct step *step)
{
    struct jam_replay *replay = step->replay;
    uint32_t at = get_thread(replay, step->event->thread);
    if (at == JAM_REPLAY_NONE)
        return -1;
    replay->last_thread = at;
    step->fact->thread = at;
    step->thread = &replay->threads[at];
    if (step->event->ticks < replay->now)
        replay->broken[JAM_BROKEN_BACKWARDS]++;
    else
        replay->now = step->event->ticks;
    return 0;
}

static int step_lock(struct step *step)
{
    step->fact->lock = get_lock(step->replay, step->event->a);
    if (step->fact->lock == JAM_REPLAY_NONE)
        return -1;
    step->lock = &step->replay->locks[step->fact->lock];
    return 0;
}

int jam_replay_step(struct jam_replay *replay, const struct jam_event_view *event,
                    struct jam_fact *fact)
{
    struct step step = {.replay = replay, .event = event, .fact = fact};
    const struct rule *rule = event->kind < JAM_EVENT_KINDS ? &rules[event->kind] : NULL;
    *fact = (struct jam_fact){.ticks = event->ticks,
                              .thread = JAM_REPLAY_NONE,
                              .lock = JAM_REPLAY_NONE,
                              .other = JAM_REPLAY_NONE};
    if (!event->thread || !rule || !rule->step) {
        replay->broken[JAM_BROKEN_UNKNOWN]++;
        return 0;
    }
    forget_released(replay);
    if (step_thread(&step) != 0)
        return -1;
    /* Operations that found no room in the trace bear no lock. */
    if (rule->has_lock && !event->a)
        return 0;
    if ((rule->has_lock && step_lock(&step) != 0) || rule->step(&step) != 0)
        return -1;
    replay->threads[fact->thread].last_ticks = event->ticks;
    return 0;
}

uint64_t jam_replay_broken_sum(const struct jam_replay *replay)
{
    uint64_t sum = 0;
    for (unsigned i = 0; i < JAM_BROKENS; i++)
        sum += replay->broken[i];
    return sum;
}

const char *jam_replay_broken_text(enum jam_broken broken)
{
    static const char *const texts[JAM_BROKENS] = {
        [JAM_BROKEN_BACKWARDS] = "earlier than the event before",
        [JAM_BROKEN_WAIT_IN_WAIT] = "a wait inside another one",
        [JAM_BROKEN_END_NO_WAIT] = "the end of a wait that never began",
        [JAM_BROKEN_OTHER_LOCK] = "a wait that ends at another object",
        [JAM_BROKEN_TWO_OWNERS] = "acquired while another thread owns it",
        [JAM_BROKEN_NOT_HELD] = "released by a thread that does not hold it",
        [JAM_BROKEN_UNKNOWN] = "an unknown event",
    };
    return texts[broken];
}
