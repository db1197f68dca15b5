/* One function per shape, each over one lock. */
#include "core/contention/shape.h"

#include <stdlib.h>

#include "core/python/gil.h"
#include "core/lock_kind.h"
#include "util/array.h"
#include "util/saturate.h"

/* Below these, a lock costs too little to be spoken of. */
#define LEAST_WAIT_NS   10000000u
#define LEAST_CONTENDED 50
#define LEAST_WAKES     20

/* Nobody is called starved for a wait that a busy machine may have made. */
#define LEAST_STARVED_NS 50000000u
#define QUEUE_TURNS      4  /* a wait of so many whole queues is explained by none */
#define LEAST_OVERTAKEN  20 /* grants to others meanwhile, for each that could stand before */

#define MOST_SHARED_PERCENT   10
#define LEAST_WOKEN           3 /* for each broadcast */
#define LEAST_LOST_PERCENT    60
#define LEAST_HOLDING_PERCENT 50
#define LEAST_BLOCKED_NS      5000000u /* in all ... */
#define LEAST_CALL_NS         100000u  /* ... and each: a write to a cache blocks nobody */
#define LEAST_SHARD_PERCENT   20       /* of all waiting, in the second largest group of threads */

#define HOLDERS_COMPARED                                                                           \
    64 /* the largest entries of blame: what has a share worth naming is there */

/* What a rule looks at. */
struct view {
    const struct jam_contention *contention;
    const struct jam_run *run;
    const struct jam_shape_places *places;
    const struct jam_contention_lock *lock;
    const struct jam_run_lock *events; /* all zero if there are none */
    uint32_t replayed;                 /* index in the replay, JAM_REPLAY_NONE = not there */
};

void jam_shapes_fini(struct jam_shapes *shapes)
{
    free(shapes->list);
    *shapes = (struct jam_shapes){0};
}

static bool is_costly(const struct view *view)
{
    return view->lock->totals.wait_ns >= LEAST_WAIT_NS &&
           view->lock->totals.contended >= LEAST_CONTENDED;
}

static bool find_convoy(const struct view *view, struct jam_shape *shape)
{
    const struct jam_contention_lock *lock = view->lock;
    shape->part = lock->totals.hold_ns;
    shape->whole = lock->waited_ns;
    /* What nobody holds (barriers, semaphores that are events) has no hand-over. */
    return is_costly(view) && lock->totals.releases >= lock->totals.acquisitions / 2 &&
           lock->max_waiters >= 2 && lock->waited_ns >= LEAST_WAIT_NS &&
           lock->totals.contended >= lock->totals.acquisitions / 2 &&
           lock->totals.hold_ns <= lock->waited_ns / 2;
}

static const struct jam_contention_site *longest_wait(const struct view *view)
{
    const struct jam_contention_site *longest = NULL;
    for (size_t i = 0; i < view->lock->site_count; i++) {
        const struct jam_contention_site *site =
            &view->contention->sites[view->lock->first_site + i];
        if (!longest || site->totals.wait_max_ns > longest->totals.wait_max_ns)
            longest = site;
    }
    return longest;
}

static bool find_starvation(const struct view *view, struct jam_shape *shape)
{
    const struct jam_contention_lock *lock = view->lock;
    const struct jam_timebase *base = &view->contention->processes[lock->process].base;
    uint64_t run_ns = view->contention->processes[lock->process].end_ns;
    const struct jam_contention_site *victim = longest_wait(view);
    uint64_t queue = (uint64_t)lock->max_waiters + 1;
    if (!victim || !run_ns || !lock->totals.releases)
        return false;
    shape->mode = victim->mode;
    shape->stack = victim->stack;
    shape->part = victim->totals.wait_max_ns;
    shape->whole =
        jam_saturate_times(jam_spread_percentile_ns(&lock->hold_spread, base, 99), queue);
    shape->others =
        (uint64_t)((double)lock->totals.acquisitions * (double)shape->part / (double)run_ns);
    return shape->part >= LEAST_STARVED_NS && shape->part / QUEUE_TURNS > shape->whole &&
           shape->others >= LEAST_OVERTAKEN * queue;
}

static uint64_t shared_acquisitions(const struct view *view)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < view->lock->site_count; i++) {
        const struct jam_contention_site *site =
            &view->contention->sites[view->lock->first_site + i];
        if (site->mode == JAM_SHARED)
            jam_saturate_add(&sum, site->totals.acquisitions);
    }
    return sum;
}

static bool find_rwlock(const struct view *view, struct jam_shape *shape)
{
    bool knows_readers = view->run->replay.has_all && view->replayed != JAM_REPLAY_NONE;
    if (view->lock->kind != JAM_LOCK_RWLOCK)
        return false;
    shape->part = shared_acquisitions(view);
    shape->whole = view->lock->totals.acquisitions;
    shape->others = knows_readers ? view->run->replay.locks[view->replayed].max_readers : 0;
    return is_costly(view) && (shape->part <= shape->whole / 100 * MOST_SHARED_PERCENT ||
                               (knows_readers && shape->others <= 1));
}

static bool find_storm(const struct view *view, struct jam_shape *shape)
{
    shape->part = view->events->broadcast_lost;
    shape->whole = view->events->broadcast_woken;
    shape->others = view->events->broadcasts;
    return view->lock->kind == JAM_LOCK_COND && shape->others >= LEAST_WAKES &&
           shape->whole >= shape->others * LEAST_WOKEN &&
           shape->part * 100 >= shape->whole * LEAST_LOST_PERCENT;
}

static bool find_signal(const struct view *view, struct jam_shape *shape)
{
    shape->part = view->events->wakes_holding;
    shape->whole = view->events->wakes;
    return view->lock->kind == JAM_LOCK_COND && shape->whole >= LEAST_WAKES &&
           shape->part * 100 >= shape->whole * LEAST_HOLDING_PERCENT;
}

/* A mutex under which threads wait for conditions guards what they tell each other. */
static bool has_condition(const struct view *view)
{
    for (size_t i = 0; i < view->contention->lock_count; i++) {
        const struct jam_contention_lock *other = &view->contention->locks[i];
        if (other->kind == JAM_LOCK_COND && other->process == view->lock->process &&
            other->partner == view->lock->id)
            return true;
    }
    return false;
}

/* Waiting by groups of threads that share no call site of the lock. */
struct groups {
    uint64_t all, largest, second;
    uint32_t largest_place, second_place;
    uint64_t count;
};

static void add_group(struct groups *groups, uint32_t place, uint64_t wait)
{
    groups->count++;
    groups->all += wait;
    if (wait > groups->largest) {
        groups->second = groups->largest;
        groups->second_place = groups->largest_place;
        groups->largest = wait;
        groups->largest_place = place;
    } else if (wait > groups->second) {
        groups->second = wait;
        groups->second_place = place;
    }
}

/* Places of one lock, and what connects them: threads that use both, or a name that they share. */
struct connection {
    uint32_t *parent; /* by place of the run */
    uint64_t *wait_ticks;
};

static uint32_t root_of(const struct connection *connection, uint32_t place)
{
    while (connection->parent[place] != place)
        place = connection->parent[place];
    return place;
}

static int connect(const struct view *view, struct connection *connection)
{
    struct jam_map names = {0};
    const struct jam_run *run = view->run;
    int status = 0;
    for (uint32_t i = 0; i < run->place_count && !status; i++) {
        connection->parent[i] = jam_run_group(run, i);
        if (run->places[i].lock != view->replayed)
            continue;
        uint32_t name =
            view->places->number(view->places->context, view->lock->process, run->places[i].stack);
        uint32_t first = jam_map_insert(&names, name, 0, i);
        if (first == JAM_MAP_NONE)
            status = -1;
        else
            connection->parent[root_of(connection, i)] = root_of(connection, first);
    }
    jam_map_fini(&names);
    return status;
}

static void sum_groups(const struct view *view, struct connection *connection,
                       struct groups *groups)
{
    const struct jam_run *run = view->run;
    for (uint32_t i = 0; i < run->place_count; i++)
        if (run->places[i].lock == view->replayed)
            jam_saturate_add(&connection->wait_ticks[root_of(connection, i)],
                             run->places[i].wait_ticks);
    for (uint32_t i = 0; i < run->place_count; i++)
        if (run->places[i].lock == view->replayed && connection->parent[i] == i)
            add_group(groups, i, connection->wait_ticks[i]);
}

/* Without memory there are no groups, and nothing is said. */
static struct groups find_groups(const struct view *view)
{
    struct groups groups = {0};
    struct connection connection = {
        calloc(view->run->place_count + 1, sizeof *connection.parent),
        calloc(view->run->place_count + 1, sizeof *connection.wait_ticks),
    };
    if (connection.parent && connection.wait_ticks && connect(view, &connection) == 0)
        sum_groups(view, &connection, &groups);
    free(connection.parent);
    free(connection.wait_ticks);
    return groups;
}

static bool find_shard(const struct view *view, struct jam_shape *shape)
{
    if (!view->places || !is_costly(view) || view->replayed == JAM_REPLAY_NONE ||
        jam_lock_kind_section(view->lock->kind) != JAM_SECTION_LOCKS || has_condition(view))
        return false;
    const struct jam_run *run = view->run;
    struct groups groups = find_groups(view);
    if (groups.count < 2 || groups.second * 100 < groups.all * LEAST_SHARD_PERCENT)
        return false;
    const struct jam_timebase *base = &view->contention->processes[view->lock->process].base;
    shape->part = jam_timebase_duration_ns(base, groups.all - groups.largest);
    shape->whole = jam_timebase_duration_ns(base, groups.all);
    shape->others = groups.count;
    shape->stack = run->places[groups.largest_place].stack;
    shape->other_stack = run->places[groups.second_place].stack;
    return true;
}

/* Blame is sorted by waiter: the holder whose share over all of them is the largest. */
static uint32_t worst_holder(const struct view *view)
{
    const struct jam_contention_blame *blames = &view->contention->blames[view->lock->first_blame];
    uint32_t worst = 0;
    uint64_t most_ns = 0;
    for (size_t i = 0; i < view->lock->blame_count && i < HOLDERS_COMPARED; i++) {
        uint64_t sum_ns = 0;
        for (size_t k = i; k < view->lock->blame_count; k++)
            if (blames[k].blocker_stack == blames[i].blocker_stack)
                jam_saturate_add(&sum_ns, blames[k].wait_ns);
        if (!blames[i].blocker_stack || sum_ns <= most_ns)
            continue;
        worst = blames[i].blocker_stack;
        most_ns = sum_ns;
    }
    return worst;
}

static bool find_gil(const struct view *view, struct jam_shape *shape)
{
    struct jam_gil_cost cost = jam_gil_measure(view->contention, view->lock);
    if (!cost.is_bottleneck)
        return false;
    shape->part = cost.waited_ns;
    shape->whole = cost.active_ns;
    shape->others = view->lock->switches;
    shape->stack = worst_holder(view);
    return true;
}

static bool (*const rules[JAM_SHAPES])(const struct view *, struct jam_shape *) = {
    [JAM_SHAPE_CONVOY] = find_convoy, [JAM_SHAPE_STARVATION] = find_starvation,
    [JAM_SHAPE_RWLOCK] = find_rwlock, [JAM_SHAPE_STORM] = find_storm,
    [JAM_SHAPE_SIGNAL] = find_signal, [JAM_SHAPE_SHARD] = find_shard,
    [JAM_SHAPE_GIL] = find_gil,
};

static int append(struct jam_shapes *shapes, const struct jam_shape *shape)
{
    if (jam_array_reserve(&shapes->list, &shapes->capacity, shapes->count, sizeof *shapes->list) !=
        0)
        return -1;
    shapes->list[shapes->count++] = *shape;
    return 0;
}

static int find_all(struct jam_shapes *shapes, const struct view *view)
{
    for (unsigned i = 0; i < JAM_SHAPES; i++) {
        bool is_for_gil = i == JAM_SHAPE_GIL;
        if (!rules[i] /* has a source of its own */ ||
            is_for_gil != (view->lock->kind == JAM_LOCK_GIL))
            continue;
        struct jam_shape shape = {
            .kind = (enum jam_shape_kind)i,
            .lock = (uint32_t)(view->lock - view->contention->locks),
        };
        if (rules[i](view, &shape) && append(shapes, &shape) != 0)
            return -1;
    }
    return 0;
}

int jam_shapes_find(struct jam_shapes *shapes, const struct jam_contention *contention,
                    uint32_t process, const struct jam_run *run,
                    const struct jam_shape_places *places)
{
    static const struct jam_run_lock nothing;
    for (size_t i = 0; i < contention->lock_count; i++) {
        const struct jam_contention_lock *lock = &contention->locks[i];
        uint32_t replayed = jam_replay_find_lock(&run->replay, lock->id);
        const struct view view = {contention,
                                  run,
                                  places,
                                  lock,
                                  replayed < run->lock_count ? &run->locks[replayed] : &nothing,
                                  replayed};
        if (lock->process == process && find_all(shapes, &view) != 0)
            return -1;
    }
    return 0;
}

int jam_shapes_add_blocking(struct jam_shapes *shapes, const struct jam_contention *contention,
                            uint32_t process, const struct jam_misuse *misuse)
{
    const struct jam_timebase *base = &contention->processes[process].base;
    uint64_t blocked_ns = jam_timebase_duration_ns(base, misuse->blocked_ticks);
    uint32_t lock = jam_map_find(&contention->lock_map, process, misuse->other_lock);
    if (misuse->kind != JAM_MISUSE_BLOCK_HOLDING || !misuse->count || lock == JAM_MAP_NONE ||
        blocked_ns < LEAST_BLOCKED_NS || blocked_ns / misuse->count < LEAST_CALL_NS)
        return 0;
    const struct jam_shape shape = {
        .kind = JAM_SHAPE_BLOCKING,
        .lock = lock,
        .stack = misuse->stack,
        .other_stack = misuse->other_stack,
        .part = blocked_ns,
        .whole = contention->locks[lock].totals.hold_ns,
        .others = misuse->count,
        .call = misuse->call < JAM_BLOCKING_CALLS ? (uint16_t)misuse->call : 0,
    };
    return append(shapes, &shape);
}

const char *jam_shape_call_name(uint16_t call)
{
    static const char *const names[JAM_BLOCKING_CALLS] = {
        [0] = "a call",
        [JAM_BLOCKING_SLEEP] = "sleep",
        [JAM_BLOCKING_POLL] = "poll",
        [JAM_BLOCKING_READ] = "read",
        [JAM_BLOCKING_WRITE] = "write",
        [JAM_BLOCKING_SYNC] = "fsync",
        [JAM_BLOCKING_CONNECT] = "connect",
    };
    return names[call < JAM_BLOCKING_CALLS ? call : 0];
}

const char *jam_shape_name(enum jam_shape_kind kind)
{
    static const char *const names[JAM_SHAPES] = {
        [JAM_SHAPE_CONVOY] = "lock convoy",
        [JAM_SHAPE_STARVATION] = "starvation",
        [JAM_SHAPE_RWLOCK] = "rwlock like a mutex",
        [JAM_SHAPE_STORM] = "broadcast storm",
        [JAM_SHAPE_SIGNAL] = "signalled with the mutex held",
        [JAM_SHAPE_SHARD] = "unrelated threads share a lock",
        [JAM_SHAPE_BLOCKING] = "held across a blocking call",
        [JAM_SHAPE_GIL] = "threads compute in turn",
    };
    return names[kind];
}
