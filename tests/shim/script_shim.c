/* Parses scripts into events. */
#include "script_shim.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/run.h"
#include "core/contention/shape.h"
#include "core/contention/whatif.h"

#define MOST_THREADS 8 /* of scripts that are simulated */

struct jam_shim_run {
    struct jam_run run;
};

struct verb {
    const char *name;
    uint8_t kind, flags;
};

static const struct verb verbs[] = {
    {"lock", JAM_EVENT_ACQUIRE, JAM_EXCLUSIVE},
    {"share", JAM_EVENT_ACQUIRE, JAM_SHARED},
    {"unlock", JAM_EVENT_RELEASE, 0},
    {"try", JAM_EVENT_TRY_FAILED, 0},
    {"wait", JAM_EVENT_WAIT_BEGIN, JAM_OP_LOCK},
    {"joining", JAM_EVENT_WAIT_BEGIN, JAM_OP_JOIN},
    {"waited", JAM_EVENT_WAIT_END, 0},
    {"failed", JAM_EVENT_WAIT_END, 1},
    {"wake", JAM_EVENT_WAKE, 0},
    {"broadcast", JAM_EVENT_WAKE, JAM_WAKE_BROADCAST},
    {"wake-held", JAM_EVENT_WAKE, JAM_WAKE_HOLDING},
    {"again", JAM_EVENT_WAIT_BEGIN, JAM_OP_COND_WAIT | JAM_EVENT_WAIT_AGAIN},
    {"hold", JAM_EVENT_HOLD, 0},
    {"create", JAM_EVENT_CREATE, 0},
    {"join", JAM_EVENT_JOIN, 0},
    {"end", JAM_EVENT_NONE, 0},
};

/* Ids of objects: threads that are joined are objects too. */
static uint32_t lock_id(char name)
{
    return (uint32_t)(unsigned char)name;
}

static uint16_t lock_kind(char name)
{
    if (isupper((unsigned char)name))
        return JAM_LOCK_MUTEX;
    if (name >= 'x')
        return JAM_LOCK_BARRIER;
    return name <= 'm' ? JAM_LOCK_COND : JAM_LOCK_SEM;
}

static _Noreturn void refuse(const char *statement)
{
    fprintf(stderr, "wrong script at: %s\n", statement);
    abort();
}

struct statement {
    unsigned long long time, since;
    unsigned thread, other;
    const struct verb *verb;
    char object;
    int site;
    unsigned object_thread;
};

static const struct verb *find_verb(const char *name)
{
    for (size_t i = 0; i < sizeof verbs / sizeof verbs[0]; i++)
        if (strcmp(verbs[i].name, name) == 0)
            return &verbs[i];
    return NULL;
}

static struct statement parse(const char *text)
{
    struct statement statement = {0};
    char verb[16] = "", object[16] = "", rest[24] = "";
    if (sscanf(text, " %llu T%u %15[^; ] %15[^; ] %23[^;]", &statement.time, &statement.thread,
               verb, object, rest) < 4)
        if (strcmp(verb, "end") != 0)
            refuse(text);
    statement.verb = find_verb(verb);
    if (!statement.verb)
        refuse(text);
    sscanf(rest, "T%u", &statement.other);
    sscanf(rest, "%llu", &statement.since);
    statement.object = object[0];
    if (object[0] == 'T' && isdigit((unsigned char)object[1]))
        statement.object_thread = (unsigned)atoi(object + 1);
    else if (object[0])
        statement.site = atoi(object + 1);
    return statement;
}

static void add_thread(struct jam_run *run, unsigned id, uint64_t end)
{
    const struct jam_thread_record record = {
        .id = id, .flags = id == 1 ? JAM_THREAD_MAIN : 0, .end_ticks = end};
    if (jam_replay_add_thread(&run->replay, &record) != 0)
        abort();
}

static void add_lock(struct jam_run *run, char name)
{
    const struct jam_lock_record record = {
        .id = lock_id(name),
        .kind = lock_kind(name),
        .partner = lock_kind(name) == JAM_LOCK_COND ? lock_id('A') : 0,
    };
    if (jam_replay_add_lock(&run->replay, &record) != 0)
        abort();
}

/* A wait's operation is that of its object. */
static uint8_t flags_of(const struct statement *statement)
{
    if (statement->verb->kind != JAM_EVENT_WAIT_BEGIN || statement->verb->flags != JAM_OP_LOCK)
        return statement->verb->flags;
    switch (lock_kind(statement->object)) {
    case JAM_LOCK_COND:
        return JAM_OP_COND_WAIT;
    case JAM_LOCK_SEM:
        return JAM_OP_SEM_WAIT;
    case JAM_LOCK_BARRIER:
        return JAM_OP_BARRIER;
    default:
        return JAM_OP_LOCK;
    }
}

static struct jam_event_view event_of(const struct statement *statement)
{
    bool is_life =
        statement->verb->kind == JAM_EVENT_CREATE || statement->verb->kind == JAM_EVENT_JOIN;
    bool is_end = statement->verb->kind == JAM_EVENT_WAIT_END;
    return (struct jam_event_view){
        .ticks = statement->time,
        .since_ticks = statement->since,
        .thread = statement->thread,
        .lane = statement->thread,
        .kind = statement->verb->kind,
        .flags = flags_of(statement),
        .a = is_life ? statement->object_thread : lock_id(statement->object),
        .b = is_end ? statement->other : 1000 + (uint32_t)statement->site,
    };
}

static void play(struct jam_run *run, const struct statement *statement)
{
    const struct jam_event_view event = event_of(statement);
    if (jam_run_feed(run, &event) != 0)
        abort();
}

static const char *next_statement(const char *at)
{
    at = strchr(at, ';');
    return at && at[1 + strspn(at + 1, " ")] ? at + 1 : NULL;
}

/* Ends are known before the first event, as in the table of threads. */
static void add_tables(struct jam_run *run, const char *script)
{
    add_thread(run, 1, 0);
    for (char name = 'A'; name <= 'z'; name++)
        if (isalpha((unsigned char)name))
            add_lock(run, name);
    for (const char *at = script; at; at = next_statement(at)) {
        struct statement statement = parse(at);
        if (statement.verb->kind == JAM_EVENT_NONE)
            add_thread(run, statement.thread, statement.time);
    }
}

struct jam_shim_run *jam_shim_run_new(const char *script, uint64_t end, int has_all)
{
    struct jam_shim_run *run = calloc(1, sizeof *run);
    if (!run)
        return NULL;
    jam_run_init(&run->run, 0, has_all, true);
    add_tables(&run->run, script);
    for (const char *at = script; at; at = next_statement(at)) {
        struct statement statement = parse(at);
        if (statement.verb->kind != JAM_EVENT_NONE)
            play(&run->run, &statement);
    }
    if (jam_run_finish(&run->run, end) != 0)
        abort();
    return run;
}

void jam_shim_run_free(struct jam_shim_run *run)
{
    jam_run_fini(&run->run);
    free(run);
}

uint64_t jam_shim_run_broken(const struct jam_shim_run *run, int kind)
{
    return run->run.replay.broken[kind];
}

uint64_t jam_shim_run_broken_sum(const struct jam_shim_run *run)
{
    return jam_replay_broken_sum(&run->run.replay);
}

uint64_t jam_shim_run_path(const struct jam_shim_run *run)
{
    return run->run.critical.path_ticks;
}

uint64_t jam_shim_run_hops(const struct jam_shim_run *run)
{
    return run->run.critical.hops;
}

uint64_t jam_shim_run_critical(const struct jam_shim_run *run, char lock, int site)
{
    const struct jam_critical *critical = &run->run.critical;
    uint64_t sum = 0;
    for (size_t i = 0; i < critical->site_count; i++) {
        const struct jam_critical_site *part = &critical->sites[i];
        if (run->run.replay.locks[part->lock].id == lock_id(lock) &&
            (site < 0 || part->stack == 1000 + (uint32_t)site))
            sum += part->ticks;
    }
    return sum;
}

static const struct jam_run_pair *find_pair(const struct jam_shim_run *run, unsigned thread,
                                            char lock)
{
    static const struct jam_run_pair none;
    const struct jam_replay *replay = &run->run.replay;
    uint32_t at = jam_map_find(&run->run.pair_map, jam_replay_find_thread(replay, thread),
                               jam_replay_find_lock(replay, lock_id(lock)));
    return at == JAM_MAP_NONE ? &none : &run->run.pairs[at];
}

uint64_t jam_shim_run_wait(const struct jam_shim_run *run, unsigned thread, char lock)
{
    return find_pair(run, thread, lock)->wait_ticks;
}

uint64_t jam_shim_run_blocked(const struct jam_shim_run *run, unsigned thread, char lock)
{
    return find_pair(run, thread, lock)->blocked_ticks;
}

struct jam_shim_wakes jam_shim_run_wakes(const struct jam_shim_run *run, char condition)
{
    uint32_t at = jam_replay_find_lock(&run->run.replay, lock_id(condition));
    const struct jam_run_lock *lock = &run->run.locks[at];
    return (struct jam_shim_wakes){lock->wakes, lock->wakes_holding, lock->broadcasts,
                                   lock->broadcast_woken, lock->broadcast_lost};
}

unsigned jam_shim_run_groups(const struct jam_shim_run *run, char name)
{
    uint32_t lock = jam_replay_find_lock(&run->run.replay, lock_id(name));
    unsigned groups = 0;
    for (uint32_t i = 0; i < run->run.place_count; i++)
        groups += run->run.places[i].lock == lock && jam_run_group(&run->run, i) == i;
    return groups;
}

static struct jam_totals totals_of(const struct jam_shim_sums *sums)
{
    return (struct jam_totals){
        .acquisitions = sums->acquisitions,
        .releases = sums->kind == 2 ? 0 : sums->acquisitions,
        .contended = sums->contended,
        .wait_ns = sums->wait_ns,
        .wait_max_ns = sums->wait_max_ns,
        .hold_ns = sums->hold_ns,
    };
}

const char *jam_shim_shapes(const struct jam_shim_sums *sums)
{
    static const uint16_t kinds[] = {JAM_LOCK_MUTEX, JAM_LOCK_RWLOCK, JAM_LOCK_BARRIER};
    static char letters[8];
    const struct jam_run no_events = {0};
    struct jam_shapes shapes = {0};
    struct jam_contention_process process = {.base = {0, 1, 1}, .end_ns = sums->run_ns};
    struct jam_contention_site sites[2] = {{.stack = 1, .totals = totals_of(sums)},
                                           {.stack = 2, .mode = JAM_SHARED}};
    struct jam_contention_lock lock = {
        .id = 1,
        .kind = kinds[sums->kind],
        .max_waiters = sums->max_waiters,
        .waited_ns = sums->waited_ns,
        .totals = totals_of(sums),
        .site_count = 2,
    };
    const struct jam_contention contention = {.processes = &process,
                                              .process_count = 1,
                                              .locks = &lock,
                                              .lock_count = 1,
                                              .sites = sites,
                                              .site_count = 2};
    sites[1].totals.acquisitions = sums->shared;
    if (sums->acquisitions)
        lock.hold_spread.count[jam_timebase_bucket_of(sums->hold_ns / sums->acquisitions)] =
            sums->acquisitions;
    if (jam_shapes_find(&shapes, &contention, 0, &no_events, NULL) != 0)
        abort();
    size_t count = 0;
    for (size_t i = 0; i < shapes.count && count + 1 < sizeof letters; i++)
        letters[count++] = "csrbgd"[shapes.list[i].kind];
    letters[count] = 0;
    jam_shapes_fini(&shapes);
    return letters;
}

uint64_t jam_shim_run_waited(const struct jam_shim_run *run, char lock)
{
    const struct jam_replay *replay = &run->run.replay;
    return jam_replay_waited(&replay->locks[jam_replay_find_lock(replay, lock_id(lock))],
                             replay->now);
}

/* The statements of one thread after another. */
struct reader {
    const char *at[MOST_THREADS];
};

static bool next_event(void *context, size_t lane, struct jam_event_view *event)
{
    struct reader *reader = context;
    while (reader->at[lane]) {
        struct statement statement = parse(reader->at[lane]);
        reader->at[lane] = next_statement(reader->at[lane]);
        if (statement.thread != lane + 1 || statement.verb->kind == JAM_EVENT_NONE)
            continue;
        *event = event_of(&statement);
        return true;
    }
    return false;
}

static void make_plan(struct jam_run *run, struct jam_whatif_plan *plan, const char *script)
{
    struct jam_fact fact;
    for (const char *at = script; at; at = next_statement(at)) {
        struct statement statement = parse(at);
        const struct jam_event_view event = event_of(&statement);
        if (statement.verb->kind == JAM_EVENT_NONE)
            continue;
        if (jam_replay_step(&run->replay, &event, &fact) != 0 ||
            jam_whatif_plan_feed(plan, &fact) != 0)
            abort();
    }
}

struct jam_shim_prediction jam_shim_predict(const char *script, uint64_t end,
                                            const struct jam_shim_change *change)
{
    struct jam_run run;
    struct jam_whatif_plan plan;
    struct jam_whatif_result result;
    struct jam_map writers = {0};
    struct reader reader;
    jam_run_init(&run, 0, true, true);
    add_tables(&run, script);
    jam_whatif_plan_init(&plan, &run.replay);
    make_plan(&run, &plan, script);
    for (size_t i = 0; i < MOST_THREADS; i++)
        reader.at[i] = script;
    bool *is_changed = calloc(run.replay.lock_count + 1, sizeof *is_changed);
    is_changed[change->lock ? jam_replay_find_lock(&run.replay, lock_id(change->lock))
                            : run.replay.lock_count] = true;
    jam_map_insert(&writers, 1009, 0, 1);
    const struct jam_whatif_source source = {&reader, MOST_THREADS, next_event};
    const struct jam_whatif_change wanted = {is_changed, change->hold, change->is_removed,
                                             change->is_rwlock, &writers};
    const struct jam_whatif_span span = {0, end};
    if (jam_whatif_run(&plan, &source, &wanted, &span, &result) != 0)
        abort();
    free(is_changed);
    jam_map_fini(&writers);
    jam_whatif_plan_fini(&plan);
    jam_run_fini(&run);
    return (struct jam_shim_prediction){result.ticks, result.wait_ticks, result.forced};
}

size_t jam_shim_history_nodes(unsigned threads, unsigned wakes)
{
    struct jam_path_tree tree = {0};
    uint32_t *tips = calloc(threads, sizeof *tips);
    for (unsigned i = 0; i < threads; i++)
        tips[i] = jam_path_tree_root(&tree, 0);
    for (unsigned i = 0; i < wakes; i++) {
        uint32_t *from = &tips[i * 7919u % threads];
        uint32_t *to = &tips[(i * 104729u + 1) % threads];
        jam_path_tree_add(&tree, *from, i % 40, 1);
        if (from == to)
            continue;
        uint32_t picture = jam_path_tree_share(&tree, from);
        jam_path_tree_drop(&tree, *to);
        *to = jam_path_tree_fork(&tree, picture);
        jam_path_tree_drop(&tree, picture);
    }
    size_t nodes = tree.node_count;
    free(tips);
    jam_path_tree_fini(&tree);
    return nodes;
}
