/* The simulation: what each event does. */
#include "core/contention/whatif_sim.h"

#include <stdlib.h>

#include "util/array.h"

/* --- running --- */

static bool is_changed(const struct jam_sim *sim, uint32_t lock)
{
    return sim->change->is_changed && sim->change->is_changed[lock];
}

/* How long a recorded stretch of running takes now. */
static uint64_t scaled(const struct jam_sim *sim, const struct jam_sim_lane *lane, uint64_t ticks)
{
    for (size_t i = 0; i < lane->held_count; i++)
        if (is_changed(sim, lane->held[i].lock))
            return (uint64_t)((double)ticks * sim->change->hold);
    return ticks;
}

static uint64_t gap_to(const struct jam_sim_lane *lane, uint64_t ticks)
{
    return ticks > lane->seen ? ticks - lane->seen : 0;
}

static void end_thread(struct jam_sim *sim, struct jam_sim_lane *lane)
{
    if (lane->thread == JAM_SIM_NONE)
        return;
    const struct jam_replay_thread *record = &sim->plan->replay->threads[lane->thread];
    uint64_t end = record->end_ticks ? record->end_ticks : sim->span->end_ticks;
    lane->now += lane->is_inside_wait ? 0 : scaled(sim, lane, gap_to(lane, end));
    sim->threads[lane->thread].ended = lane->now;
    sim->threads[lane->thread].has_ended = true;
    jam_sim_resume_all(sim, &sim->threads[lane->thread].waiting, lane->now);
    lane->held_count = 0;
    lane->is_inside_wait = false;
    lane->thread = JAM_SIM_NONE;
}

/* False: the thread has not been created yet; the lane is parked until then. */
static bool begin_thread(struct jam_sim *sim, uint32_t at, uint32_t thread)
{
    struct jam_sim_lane *lane = &sim->lanes[at];
    const struct jam_whatif_thread *plan = &sim->plan->threads[thread];
    bool is_main = sim->plan->replay->threads[thread].flags & JAM_THREAD_MAIN;
    if (is_main) {
        lane->now = lane->seen = sim->span->first_ticks;
    } else if (!plan->create_ticks) {
        lane->now = lane->seen = lane->event.ticks;
    } else if (sim->threads[thread].is_created) {
        lane->now = sim->threads[thread].created;
        lane->seen = plan->create_ticks;
    } else {
        jam_sim_park(sim, &sim->threads[thread].waiting, at);
        return false;
    }
    lane->thread = thread;
    return true;
}

static void schedule(struct jam_sim *sim, uint32_t at)
{
    struct jam_sim_lane *lane = &sim->lanes[at];
    const struct jam_event_view *event = &lane->event;
    uint64_t gap = gap_to(lane, event->ticks);
    bool is_end = lane->is_inside_wait && event->kind == JAM_EVENT_WAIT_END;
    if (is_end && !lane->takes_its_time && !(event->flags & 1))
        gap = 0;
    lane->due = lane->now + (is_end ? gap : scaled(sim, lane, gap));
    if (lane->due < sim->clock) /* a lane that waited for its next thread */
        lane->due = sim->clock;
    jam_sim_heap_push(sim, at);
}

/*
 * Reads the lane's next event. True: it is the same thread's. Otherwise that thread has ended, and
 * the next one is on its way.
 */
static bool read_on(struct jam_sim *sim, uint32_t at)
{
    struct jam_sim_lane *lane = &sim->lanes[at];
    lane->has_event = sim->source->next(sim->source->context, at, &lane->event);
    uint32_t thread = lane->has_event
                          ? jam_replay_find_thread(sim->plan->replay, lane->event.thread)
                          : JAM_SIM_NONE;
    if (thread >= sim->plan->thread_count)
        lane->has_event = false;
    if (lane->has_event && thread == lane->thread)
        return true;
    end_thread(sim, lane);
    if (lane->has_event && begin_thread(sim, at, thread))
        schedule(sim, at);
    return false;
}

static void fetch(struct jam_sim *sim, uint32_t at)
{
    if (read_on(sim, at))
        schedule(sim, at);
}

/* --- what events do --- */

/* Done at `due`; on with the next. */
static void pass(struct jam_sim *sim, uint32_t at)
{
    struct jam_sim_lane *lane = &sim->lanes[at];
    lane->now = lane->due;
    lane->seen = lane->event.ticks;
    fetch(sim, at);
}

static uint16_t mode_of(const struct jam_sim *sim, const struct jam_event_view *event,
                        uint32_t lock)
{
    if (!sim->change->is_rwlock || !is_changed(sim, lock))
        return event->flags & 1;
    bool writes =
        sim->change->writers && jam_map_find(sim->change->writers, event->b, 0) != JAM_MAP_NONE;
    return writes ? JAM_EXCLUSIVE : JAM_SHARED;
}

static bool is_held_kind(const struct jam_replay_lock *lock)
{
    return lock->kind == JAM_LOCK_MUTEX || lock->kind == JAM_LOCK_RWLOCK ||
           lock->kind == JAM_LOCK_SPIN || lock->kind >= JAM_LOCK_GIL;
}

static struct jam_sim_held *find_held(struct jam_sim_lane *lane, uint32_t lock)
{
    for (size_t i = lane->held_count; i-- > 0;)
        if (lane->held[i].lock == lock)
            return &lane->held[i];
    return NULL;
}

static bool is_free_for(const struct jam_sim *sim, uint32_t lock, uint16_t mode)
{
    const struct jam_sim_lock *state = &sim->locks[lock];
    if (sim->change->is_removed && is_changed(sim, lock))
        return true;
    return !state->writers && (mode == JAM_SHARED || !state->readers);
}

static int take(struct jam_sim *sim, struct jam_sim_lane *lane, uint32_t lock, uint16_t mode)
{
    if (jam_array_reserve(&lane->held, &lane->held_capacity, lane->held_count,
                          sizeof *lane->held) != 0)
        return -1;
    lane->held[lane->held_count++] = (struct jam_sim_held){lock, 1, mode};
    sim->locks[lock].readers += mode == JAM_SHARED;
    sim->locks[lock].writers += mode != JAM_SHARED;
    if (lane->requested) {
        uint64_t waited = lane->due - lane->requested;
        sim->result->wait_ticks += waited;
        sim->result->changed_wait_ticks += is_changed(sim, lock) ? waited : 0;
        lane->requested = 0;
    }
    return 0;
}

static int do_acquire(struct jam_sim *sim, uint32_t at)
{
    struct jam_sim_lane *lane = &sim->lanes[at];
    uint32_t lock = jam_replay_find_lock(sim->plan->replay, lane->event.a);
    struct jam_sim_held *held = lock == JAM_SIM_NONE ? NULL : find_held(lane, lock);
    if (lock == JAM_SIM_NONE || held || !is_held_kind(&sim->plan->replay->locks[lock])) {
        if (held)
            held->depth++;
        pass(sim, at);
        return 0;
    }
    uint16_t mode = mode_of(sim, &lane->event, lock);
    if (!is_free_for(sim, lock, mode)) {
        if (!lane->requested)
            lane->requested = lane->due;
        jam_sim_park(sim, &sim->locks[lock].queue, at);
        return 0;
    }
    if (take(sim, lane, lock, mode) != 0)
        return -1;
    pass(sim, at);
    return 0;
}

/* The first that waits, and if that is a reader all other readers too. */
static void wake_waiters(struct jam_sim *sim, uint32_t lock, uint64_t now)
{
    struct jam_sim_queue *queue = &sim->locks[lock].queue;
    uint32_t before = JAM_SIM_NONE;
    uint32_t lane = queue->first;
    bool is_reader = false;
    for (bool is_first = true; lane != JAM_SIM_NONE; is_first = false) {
        uint32_t next = sim->lanes[lane].next;
        bool reads = mode_of(sim, &sim->lanes[lane].event, lock) == JAM_SHARED;
        if (is_first)
            is_reader = reads;
        if (is_first || (is_reader && reads)) {
            jam_sim_unlink(sim, queue, before, lane);
            jam_sim_resume(sim, lane, now + sim->lock_handover);
        } else {
            before = lane;
        }
        lane = is_reader ? next : JAM_SIM_NONE;
    }
}

static void let_go(struct jam_sim *sim, struct jam_sim_lane *lane, struct jam_sim_held *held)
{
    struct jam_sim_lock *lock = &sim->locks[held->lock];
    uint32_t at = held->lock;
    lock->readers -= held->mode == JAM_SHARED && lock->readers;
    lock->writers -= held->mode != JAM_SHARED && lock->writers;
    lane->held_count--;
    for (size_t i = (size_t)(held - lane->held); i < lane->held_count; i++)
        lane->held[i] = lane->held[i + 1];
    if (!lock->writers && !lock->readers)
        wake_waiters(sim, at, lane->due);
}

static int do_release(struct jam_sim *sim, uint32_t at)
{
    struct jam_sim_lane *lane = &sim->lanes[at];
    uint32_t lock = jam_replay_find_lock(sim->plan->replay, lane->event.a);
    struct jam_sim_held *held = lock == JAM_SIM_NONE ? NULL : find_held(lane, lock);
    if (held && --held->depth == 0)
        let_go(sim, lane, held);
    pass(sim, at);
    return 0;
}

static uint32_t next_number(struct jam_sim *sim, const struct jam_sim_lane *lane)
{
    const struct jam_whatif_thread *plan = &sim->plan->threads[lane->thread];
    struct jam_sim_thread *thread = &sim->threads[lane->thread];
    return thread->next_wake < plan->wake_count ? plan->wakes[thread->next_wake++] : 0;
}

/* Somebody that a wake-up needs has come; with the last one it happens. */
static void arrive(struct jam_sim *sim, uint32_t number, uint64_t now)
{
    struct jam_sim_wake *wake = &sim->wakes[number];
    if (!wake->left || --wake->left)
        return;
    wake->time = now;
    jam_sim_resume_all(sim, &wake->waiting, now + sim->wake_handover);
}

static int do_wait_begin(struct jam_sim *sim, uint32_t at)
{
    struct jam_sim_lane *lane = &sim->lanes[at];
    uint8_t operation = lane->event.flags & ~JAM_EVENT_WAIT_AGAIN;
    uint32_t number = jam_whatif_is_woken(operation) ? next_number(sim, lane) : 0;
    lane->is_inside_wait = true;
    lane->takes_its_time = jam_whatif_is_woken(operation) && !number;
    if (operation == JAM_OP_BARRIER && number)
        arrive(sim, number, lane->due);
    bool must_wait = number && sim->wakes[number].left;
    lane->now = lane->due;
    lane->seen = lane->event.ticks;
    if (!must_wait)
        fetch(sim, at);
    else if (read_on(sim, at))
        jam_sim_park(sim, &sim->wakes[number].waiting, at);
    return 0;
}

static int do_wait_end(struct jam_sim *sim, uint32_t at)
{
    sim->lanes[at].is_inside_wait = false;
    pass(sim, at);
    return 0;
}

/* The last at a barrier waits for the others, who came before it then. */
static int do_wake(struct jam_sim *sim, uint32_t at)
{
    struct jam_sim_lane *lane = &sim->lanes[at];
    uint32_t number = next_number(sim, lane);
    if (number)
        arrive(sim, number, lane->due);
    lane->now = lane->due;
    lane->seen = lane->event.ticks;
    if (!number || !sim->wakes[number].left)
        fetch(sim, at);
    else if (read_on(sim, at))
        jam_sim_park(sim, &sim->wakes[number].waiting, at);
    return 0;
}

static int do_create(struct jam_sim *sim, uint32_t at)
{
    struct jam_sim_lane *lane = &sim->lanes[at];
    uint32_t child = jam_replay_find_thread(sim->plan->replay, lane->event.a);
    if (child < sim->plan->thread_count) {
        sim->threads[child].created = lane->due;
        sim->threads[child].is_created = true;
        struct jam_sim_queue waiting = sim->threads[child].waiting;
        sim->threads[child].waiting = (struct jam_sim_queue){JAM_SIM_NONE, JAM_SIM_NONE};
        while (waiting.first != JAM_SIM_NONE) {
            uint32_t other = waiting.first;
            jam_sim_unlink(sim, &waiting, JAM_SIM_NONE, other);
            if (begin_thread(sim, other, child))
                schedule(sim, other);
        }
    }
    pass(sim, at);
    return 0;
}

/* A thread without events ends as long after its creation as it did. */
static void settle_silent(struct jam_sim *sim, uint32_t thread)
{
    const struct jam_replay_thread *record = &sim->plan->replay->threads[thread];
    const struct jam_whatif_thread *plan = &sim->plan->threads[thread];
    struct jam_sim_thread *state = &sim->threads[thread];
    if (plan->has_events || !state->is_created || record->end_ticks < plan->create_ticks)
        return;
    state->has_ended = true;
    state->ended = state->created + record->end_ticks - plan->create_ticks;
}

static int do_join(struct jam_sim *sim, uint32_t at)
{
    struct jam_sim_lane *lane = &sim->lanes[at];
    uint32_t thread = jam_replay_find_thread(sim->plan->replay, lane->event.a);
    if (thread < sim->plan->thread_count && !sim->threads[thread].has_ended)
        settle_silent(sim, thread);
    if (thread < sim->plan->thread_count && !sim->threads[thread].has_ended &&
        sim->plan->threads[thread].has_events) {
        jam_sim_park(sim, &sim->threads[thread].waiting, at);
        return 0;
    }
    if (thread < sim->plan->thread_count && sim->threads[thread].ended > lane->due)
        lane->due = sim->threads[thread].ended;
    pass(sim, at);
    return 0;
}

static int do_nothing(struct jam_sim *sim, uint32_t at)
{
    pass(sim, at);
    return 0;
}

static int step(struct jam_sim *sim, uint32_t at)
{
    static int (*const rules[JAM_EVENT_KINDS])(struct jam_sim *, uint32_t) = {
        [JAM_EVENT_ACQUIRE] = do_acquire,
        [JAM_EVENT_RELEASE] = do_release,
        [JAM_EVENT_WAIT_BEGIN] = do_wait_begin,
        [JAM_EVENT_WAIT_END] = do_wait_end,
        [JAM_EVENT_WAKE] = do_wake,
        [JAM_EVENT_CREATE] = do_create,
        [JAM_EVENT_JOIN] = do_join,
    };
    uint8_t kind = sim->lanes[at].event.kind;
    return (kind < JAM_EVENT_KINDS && rules[kind] ? rules[kind] : do_nothing)(sim, at);
}

/* --- getting stuck, beginning, ending --- */

/* Nobody can go on: the one whose turn it was then does. False: all are done. */
static bool force_first(struct jam_sim *sim)
{
    uint32_t first = JAM_SIM_NONE;
    for (uint32_t i = 0; i < sim->source->lanes; i++)
        if (sim->lanes[i].is_parked && sim->lanes[i].has_event &&
            (first == JAM_SIM_NONE || sim->lanes[i].event.ticks < sim->lanes[first].event.ticks))
            first = i;
    if (first == JAM_SIM_NONE)
        return false;
    struct jam_sim_lane *lane = &sim->lanes[first];
    jam_sim_free_lane(sim, first);
    sim->result->forced++;
    lane->requested = 0;
    if (lane->thread == JAM_SIM_NONE) /* never created */
        lane->thread = jam_replay_find_thread(sim->plan->replay, lane->event.thread);
    if (lane->due < sim->clock)
        lane->due = sim->clock;
    pass(sim, first);
    return true;
}

static int simulate(struct jam_sim *sim)
{
    for (uint32_t i = 0; i < sim->source->lanes; i++)
        fetch(sim, i);
    do {
        while (sim->heap_count) {
            uint32_t lane = jam_sim_heap_pop(sim);
            sim->clock = sim->lanes[lane].due;
            if (step(sim, lane) != 0)
                return -1;
        }
    } while (force_first(sim));
    return 0;
}

/* The run ends with the main thread, if that lived to the end, else with the last one. */
static uint64_t end_of(const struct jam_sim *sim)
{
    const struct jam_replay *replay = sim->plan->replay;
    uint64_t last = 0;
    for (size_t i = 0; i < sim->plan->thread_count; i++) {
        const struct jam_replay_thread *thread = &replay->threads[i];
        bool lived = !thread->end_ticks || thread->end_ticks >= sim->span->end_ticks;
        if (thread->flags & JAM_THREAD_MAIN && lived && sim->threads[i].has_ended)
            return sim->threads[i].ended;
        if (sim->threads[i].ended > last)
            last = sim->threads[i].ended;
    }
    return last;
}

static bool allocate(struct jam_sim *sim)
{
    sim->lanes = calloc(sim->source->lanes + 1, sizeof *sim->lanes);
    sim->heap = calloc(sim->source->lanes + 1, sizeof *sim->heap);
    sim->locks = calloc(sim->plan->lock_count + 1, sizeof *sim->locks);
    sim->threads = calloc(sim->plan->thread_count + 1, sizeof *sim->threads);
    sim->wakes = calloc(sim->plan->party_count + 1, sizeof *sim->wakes);
    return sim->lanes && sim->heap && sim->locks && sim->threads && sim->wakes;
}

/* At a barrier all waits of the round have to come, elsewhere only the wake-up itself. */
static void begin_lists(struct jam_sim *sim)
{
    const struct jam_sim_queue empty = {JAM_SIM_NONE, JAM_SIM_NONE};
    for (size_t i = 0; i < sim->source->lanes; i++)
        sim->lanes[i].thread = JAM_SIM_NONE;
    for (size_t i = 0; i < sim->plan->lock_count; i++)
        sim->locks[i].queue = empty;
    for (size_t i = 0; i < sim->plan->thread_count; i++)
        sim->threads[i].waiting = empty;
    for (size_t i = 0; i < sim->plan->party_count; i++)
        sim->wakes[i] = (struct jam_sim_wake){.left = 1 + sim->plan->parties[i], .waiting = empty};
}

static void release_all(struct jam_sim *sim)
{
    for (size_t i = 0; sim->lanes && i < sim->source->lanes; i++)
        free(sim->lanes[i].held);
    free(sim->lanes);
    free(sim->heap);
    free(sim->locks);
    free(sim->threads);
    free(sim->wakes);
}

int jam_whatif_run(const struct jam_whatif_plan *plan, const struct jam_whatif_source *source,
                   const struct jam_whatif_change *change, const struct jam_whatif_span *span,
                   struct jam_whatif_result *result)
{
    struct jam_sim sim = {.plan = plan,
                          .source = source,
                          .change = change,
                          .span = span,
                          .result = result,
                          .lock_handover = jam_whatif_median(&plan->lock_handover),
                          .wake_handover = jam_whatif_median(&plan->wake_handover)};
    *result = (struct jam_whatif_result){0};
    int status = allocate(&sim) ? 0 : -1;
    if (!status) {
        begin_lists(&sim);
        status = simulate(&sim);
    }
    if (!status) {
        uint64_t end = end_of(&sim);
        result->ticks = end > span->first_ticks ? end - span->first_ticks : 0;
    }
    release_all(&sim);
    return status;
}
