/* Histories of threads, forked at each wake-up. */
#include "core/contention/critical_path.h"

#include <stdlib.h>

#include "util/array.h"

void jam_critical_init(struct jam_critical *critical, const struct jam_replay *replay,
                       uint64_t first_ticks)
{
    *critical = (struct jam_critical){.replay = replay, .first_ticks = first_ticks};
}

void jam_critical_fini(struct jam_critical *critical)
{
    jam_path_tree_fini(&critical->tree);
    jam_map_fini(&critical->site_map);
    free(critical->threads);
    free(critical->locks);
    free(critical->sites);
    *critical = (struct jam_critical){0};
}

/* --- what belongs to a thread, a lock, a call site --- */

static int reserve_threads(struct jam_critical *critical)
{
    while (critical->thread_count < critical->replay->thread_count) {
        if (jam_array_reserve(&critical->threads, &critical->thread_capacity,
                              critical->thread_count, sizeof *critical->threads) != 0)
            return -1;
        critical->threads[critical->thread_count++] = (struct jam_critical_thread){0};
    }
    return 0;
}

static int reserve_locks(struct jam_critical *critical)
{
    while (critical->lock_count < critical->replay->lock_count) {
        if (jam_array_reserve(&critical->locks, &critical->lock_capacity, critical->lock_count,
                              sizeof *critical->locks) != 0)
            return -1;
        critical->locks[critical->lock_count++] = (struct jam_critical_lock){
            .thread = JAM_REPLAY_NONE,
            .turn_thread = JAM_REPLAY_NONE,
        };
    }
    return 0;
}

static uint32_t get_slot(struct jam_critical *critical, uint32_t lock, uint32_t stack)
{
    uint32_t next = (uint32_t)critical->site_count;
    if (jam_array_reserve(&critical->sites, &critical->site_capacity, next,
                          sizeof *critical->sites) != 0)
        return JAM_MAP_NONE;
    uint32_t slot = jam_map_insert(&critical->site_map, (uint64_t)lock << 32 | stack, 0, next);
    if (slot == next) {
        critical->sites[slot] = (struct jam_critical_site){lock, stack, 0};
        critical->site_count++;
    }
    return slot;
}

static uint64_t later(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

/* A stretch of time on a thread's path. */
struct stretch {
    uint32_t thread, lock, stack;
    uint64_t from, to;
};

static void book(struct jam_critical *critical, const struct stretch *stretch)
{
    const struct jam_critical_thread *thread = &critical->threads[stretch->thread];
    uint64_t from = later(stretch->from, thread->since);
    if (stretch->to <= from)
        return;
    uint32_t slot = get_slot(critical, stretch->lock, stretch->stack);
    if (slot == JAM_MAP_NONE)
        critical->tree.is_short = true;
    else
        jam_path_tree_add(&critical->tree, thread->tip, slot, stretch->to - from);
}

static void book_hold(struct jam_critical *critical, uint32_t thread, struct jam_replay_held *held,
                      uint64_t now)
{
    const struct stretch stretch = {thread, held->lock, held->stack, held->counted, now};
    book(critical, &stretch);
    held->counted = held->depth ? later(held->counted, now) : UINT64_MAX; /* it is over */
}

/* Everything that the thread holds, up to now. */
static void settle(struct jam_critical *critical, uint32_t thread, uint64_t now)
{
    const struct jam_replay_thread *state = &critical->replay->threads[thread];
    for (size_t i = 0; i < state->held_count; i++)
        book_hold(critical, thread, &state->held[i], now);
}

/*
 * A thread that did nothing yet begins where its parent's history stands. Without a known parent
 * it begins with the run; if it is seen for the first time after events were lost, then.
 */
static void begin_thread(struct jam_critical *critical, uint32_t at, uint64_t now)
{
    const struct jam_replay_thread *state = &critical->replay->threads[at];
    struct jam_critical_thread *thread = &critical->threads[at];
    if (thread->tip)
        return;
    bool is_first = state->flags & JAM_THREAD_MAIN || critical->replay->is_complete;
    uint64_t origin = is_first ? critical->first_ticks : now;
    thread->since = later(origin, state->start_ticks < now ? state->start_ticks : now);
    thread->tip = jam_path_tree_root(&critical->tree, origin);
}

/* --- facts --- */

/* The history of `from` as it is at `now`. */
static uint32_t picture_of(struct jam_critical *critical, uint32_t from, uint64_t now)
{
    begin_thread(critical, from, now);
    settle(critical, from, now);
    return jam_path_tree_share(&critical->tree, &critical->threads[from].tip);
}

/* From now on the thread's history is the picture's, and its own part begins at `since`. */
static void jump(struct jam_critical *critical, uint32_t at, uint32_t picture, uint64_t since)
{
    struct jam_critical_thread *thread = &critical->threads[at];
    jam_path_tree_drop(&critical->tree, thread->tip);
    thread->tip = jam_path_tree_fork(&critical->tree, picture);
    thread->since = since;
    critical->hops++;
}

static void jump_to_thread(struct jam_critical *critical, uint32_t at, uint32_t from, uint64_t now)
{
    uint32_t picture = picture_of(critical, from, now);
    jump(critical, at, picture, now);
    jam_path_tree_drop(&critical->tree, picture);
}

static bool is_plain_lock(const struct jam_replay_lock *lock)
{
    return lock->kind != JAM_LOCK_COND && lock->kind != JAM_LOCK_SEM &&
           lock->kind != JAM_LOCK_BARRIER && lock->kind != JAM_LOCK_THREAD;
}

static void note_release(struct jam_critical *critical, const struct jam_fact *fact)
{
    struct jam_critical_lock *lock = &critical->locks[fact->lock];
    jam_path_tree_drop(&critical->tree, lock->picture);
    lock->picture = 0;
    lock->thread = fact->thread;
    lock->ticks = fact->ticks;
    /* A turn goes on unrecorded: its holder's history is looked up when the wait ends. */
    if (critical->replay->locks[fact->lock].waiters > 0 && !fact->is_turn)
        lock->picture = picture_of(critical, fact->thread, fact->ticks);
}

/* With blocking events, the first release of a turn is all that we learn of a hold. */
static void note_turn(struct jam_critical *critical, const struct jam_fact *fact)
{
    struct jam_critical_lock *lock = &critical->locks[fact->lock];
    const struct stretch stretch = {fact->thread, fact->lock, fact->stack, fact->begin,
                                    fact->ticks};
    book(critical, &stretch);
    lock->turn_thread = fact->thread;
    lock->turn_stack = fact->stack;
    lock->turn_counted = fact->ticks;
}

static int feed_released(struct jam_critical *critical, const struct jam_fact *fact)
{
    begin_thread(critical, fact->thread, fact->ticks);
    if (fact->is_turn)
        note_turn(critical, fact);
    else
        settle(critical, fact->thread, fact->ticks);
    note_release(critical, fact);
    return 0;
}

/* Further holds of the turn were not recorded one by one; while somebody waits, they go on. */
static void book_turn(struct jam_critical *critical, const struct jam_fact *fact, uint32_t holder)
{
    struct jam_critical_lock *lock = &critical->locks[fact->lock];
    if (critical->replay->has_all || lock->turn_thread != holder)
        return;
    const struct stretch stretch = {holder, fact->lock, lock->turn_stack,
                                    later(lock->turn_counted, fact->begin), fact->ticks};
    book(critical, &stretch);
    lock->turn_counted = later(lock->turn_counted, fact->ticks);
}

/* A condition wait ends when its mutex is free again: who released that last was the obstacle. */
static const struct jam_critical_lock *obstacle_of(const struct jam_critical *critical,
                                                   const struct jam_fact *fact)
{
    const struct jam_replay *replay = critical->replay;
    const struct jam_critical_lock *lock = &critical->locks[fact->lock];
    uint32_t partner = replay->locks[fact->lock].partner;
    uint32_t mutex = partner ? jam_replay_find_lock(replay, partner) : JAM_REPLAY_NONE;
    if (replay->locks[fact->lock].kind != JAM_LOCK_COND || mutex >= critical->lock_count)
        return lock;
    const struct jam_critical_lock *other = &critical->locks[mutex];
    bool is_later = other->thread != JAM_REPLAY_NONE && other->thread != fact->thread &&
                    lock->thread != JAM_REPLAY_NONE && other->ticks > lock->ticks;
    return is_later ? other : lock;
}

/* Who made the thread wait until now: by the last release, else by the word of the event. */
static uint32_t blocker_of(const struct jam_critical *critical, const struct jam_fact *fact,
                           const struct jam_critical_lock *lock)
{
    bool is_lock = is_plain_lock(&critical->replay->locks[fact->lock]);
    uint32_t last = lock->thread;
    bool is_during = last != JAM_REPLAY_NONE && lock->ticks >= fact->begin;
    if (last != JAM_REPLAY_NONE && last != fact->thread && (is_during || is_lock))
        return last;
    return fact->other != fact->thread ? fact->other : JAM_REPLAY_NONE;
}

static int feed_waited(struct jam_critical *critical, const struct jam_fact *fact)
{
    const struct jam_critical_lock *lock = obstacle_of(critical, fact);
    struct stretch wait = {fact->thread, fact->lock, fact->stack, fact->begin, fact->ticks};
    begin_thread(critical, fact->thread, fact->begin);
    if (fact->operation == JAM_OP_JOIN) /* JOINED tells who it was */
        return 0;
    uint32_t blocker = fact->has_failed ? JAM_REPLAY_NONE : blocker_of(critical, fact, lock);
    if (blocker == JAM_REPLAY_NONE) {
        settle(critical, fact->thread, fact->ticks);
    } else if (lock->picture && lock->thread == blocker && lock->ticks >= fact->begin) {
        jump(critical, fact->thread, lock->picture, lock->ticks);
        wait.from = lock->ticks;
    } else {
        begin_thread(critical, blocker, fact->begin);
        book_turn(critical, fact, blocker);
        jump_to_thread(critical, fact->thread, blocker, fact->ticks);
        wait.from = fact->ticks;
    }
    book(critical, &wait);
    return 0;
}

static int feed_woke(struct jam_critical *critical, const struct jam_fact *fact)
{
    begin_thread(critical, fact->thread, fact->ticks);
    note_release(critical, fact);
    return 0;
}

static int feed_created(struct jam_critical *critical, const struct jam_fact *fact)
{
    struct jam_critical_thread *child = &critical->threads[fact->other];
    if (!child->tip)
        jump_to_thread(critical, fact->other, fact->thread, fact->ticks);
    return 0;
}

/* A thread that had ended before it was waited for has held nobody up. */
static int feed_joined(struct jam_critical *critical, const struct jam_fact *fact)
{
    uint64_t end = critical->replay->threads[fact->other].end_ticks;
    begin_thread(critical, fact->thread, fact->ticks);
    if (fact->other == fact->thread || !end || end < fact->begin || end > fact->ticks)
        return 0;
    jump_to_thread(critical, fact->thread, fact->other, end);
    return 0;
}

static int feed_start(struct jam_critical *critical, const struct jam_fact *fact)
{
    begin_thread(critical, fact->thread, fact->ticks);
    return 0;
}

int jam_critical_feed(struct jam_critical *critical, const struct jam_fact *fact)
{
    static int (*const feed[])(struct jam_critical *, const struct jam_fact *) = {
        [JAM_FACT_WAITS] = feed_start,    [JAM_FACT_WAITED] = feed_waited,
        [JAM_FACT_ACQUIRED] = feed_start, [JAM_FACT_RELEASED] = feed_released,
        [JAM_FACT_WOKE] = feed_woke,      [JAM_FACT_CREATED] = feed_created,
        [JAM_FACT_JOINED] = feed_joined,  [JAM_FACT_TRIED] = feed_start,
    };
    if (fact->kind == JAM_FACT_NONE)
        return 0;
    if (reserve_threads(critical) != 0 || reserve_locks(critical) != 0 ||
        feed[fact->kind](critical, fact) != 0)
        return -1;
    return critical->tree.is_short ? -1 : 0;
}

/* --- the end --- */

static bool lived_to_the_end(const struct jam_replay_thread *thread, uint64_t end_ticks)
{
    return !thread->end_ticks || thread->end_ticks >= end_ticks;
}

static uint32_t last_thread(const struct jam_critical *critical, uint64_t end_ticks)
{
    const struct jam_replay *replay = critical->replay;
    uint32_t last = JAM_REPLAY_NONE;
    for (uint32_t i = 0; i < critical->thread_count; i++) {
        const struct jam_replay_thread *thread = &replay->threads[i];
        if (!critical->threads[i].tip)
            continue;
        if (thread->flags & JAM_THREAD_MAIN && lived_to_the_end(thread, end_ticks))
            return i;
        if (last == JAM_REPLAY_NONE || thread->last_ticks > replay->threads[last].last_ticks)
            last = i;
    }
    return last;
}

static void settle_end(struct jam_critical *critical, uint32_t at, uint64_t end_ticks)
{
    const struct jam_replay_thread *thread = &critical->replay->threads[at];
    const struct stretch wait = {at, thread->wait_lock, thread->wait_stack, thread->wait_begin,
                                 end_ticks};
    settle(critical, at, end_ticks);
    if (thread->is_waiting)
        book(critical, &wait);
}

int jam_critical_finish(struct jam_critical *critical, uint64_t end_ticks)
{
    uint32_t last = last_thread(critical, end_ticks);
    if (last == JAM_REPLAY_NONE)
        return 0;
    settle_end(critical, last, end_ticks);
    uint32_t tip = critical->threads[last].tip;
    uint64_t origin = jam_path_tree_origin(&critical->tree, tip);
    uint64_t *sums = calloc(critical->site_count + 1, sizeof *sums);
    if (!sums || critical->tree.is_short) {
        free(sums);
        return -1;
    }
    critical->path_ticks = end_ticks > origin ? end_ticks - origin : 0;
    jam_path_tree_collect(&critical->tree, tip, sums, critical->site_count);
    for (size_t i = 0; i < critical->site_count; i++)
        critical->sites[i].ticks = sums[i];
    free(sums);
    return 0;
}
