/*
 * Fills the tables of sql/schema.sql: totals first, then the slices of the timeline, with the
 * stacks that they refer to.
 */
#include "render/render_database.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "assets.h"
#include "core/lock_kind.h"
#include "render/render_waiting.h"
#include "trace/trace_timeline.h"
#include "util/human.h"
#include "util/progress.h"

#define TEXT_BYTES 4096

enum table {
    TABLE_PROCESSES,
    TABLE_THREADS,
    TABLE_STACKS,
    TABLE_FRAMES,
    TABLE_LOCKS,
    TABLE_SITES,
    TABLE_BLAMES,
    TABLE_HISTOGRAMS,
    TABLE_HOLDS,
    TABLE_WAKES,
    TABLE_WAITS,
    TABLES
};

/*
 * A letter for each column: n number, z number or NULL for 0, t text or NULL. The columns are those
 * of the schema, in its order.
 */
static const struct {
    const char *name;
    const char *columns;
} tables[TABLES] = {
    [TABLE_PROCESSES] = {"processes", "nnttnnn"},
    [TABLE_THREADS] = {"threads", "nnntnnnn"},
    [TABLE_STACKS] = {"stacks", "nntn"},
    [TABLE_FRAMES] = {"frames", "nnttztnnt"},
    [TABLE_LOCKS] = {"locks", "nnntttnznnnnnnnnnnn"},
    [TABLE_SITES] = {"sites", "nnztnnnnnnnn"},
    [TABLE_BLAMES] = {"blames", "nzznnn"},
    [TABLE_HISTOGRAMS] = {"histograms", "ntnn"},
    [TABLE_HOLDS] = {"holds", "nzzznnnn"},
    [TABLE_WAKES] = {"wakes", "nzzznn"},
    [TABLE_WAITS] = {"waits", "nzzznnzzznn"},
};

struct filling {
    sqlite3 *database;
    sqlite3_stmt *insert[TABLES];
    struct jam_report *report;
    struct jam_map stacks;  /* (process, stack_ref) to stack_id */
    struct jam_map threads; /* (process, thread id) to thread_id */
    uint64_t holds, wakes, waits;
    bool has_failed; /* SQLite knows why */
};

static uint64_t id_of_pair(const struct jam_map *map, uint64_t process, uint64_t id)
{
    uint32_t value = jam_map_find(map, process, id);
    return value == JAM_MAP_NONE ? 0 : (uint64_t)value + 1;
}

static void bind_text(sqlite3_stmt *insert, int column, const char *text)
{
    char clean[TEXT_BYTES];
    if (text)
        sqlite3_bind_text(insert, column, jam_human_clean(text, clean, sizeof clean), -1,
                          SQLITE_TRANSIENT);
    else
        sqlite3_bind_null(insert, column);
}

static void bind_number(sqlite3_stmt *insert, int column, uint64_t number, bool is_null_if_0)
{
    if (is_null_if_0 && !number)
        sqlite3_bind_null(insert, column);
    else
        sqlite3_bind_int64(insert, column, number > INT64_MAX ? INT64_MAX : (int64_t)number);
}

/* Inserts a row: const char * for texts, uint64_t for numbers, as tables[table].columns says. */
static void put(struct filling *filling, enum table table, ...)
{
    sqlite3_stmt *insert = filling->insert[table];
    const char *columns = tables[table].columns;
    va_list values;
    if (filling->has_failed)
        return;
    va_start(values, table);
    for (int i = 0; columns[i]; i++) {
        if (columns[i] == 't')
            bind_text(insert, i + 1, va_arg(values, const char *));
        else
            bind_number(insert, i + 1, va_arg(values, uint64_t), columns[i] == 'z');
    }
    va_end(values);
    filling->has_failed = sqlite3_step(insert) != SQLITE_DONE;
    sqlite3_reset(insert);
}

static void prepare(struct filling *filling)
{
    char sql[256];
    for (unsigned i = 0; i < TABLES && !filling->has_failed; i++) {
        int used = snprintf(sql, sizeof sql, "INSERT INTO %s VALUES (?", tables[i].name);
        for (size_t j = 1; j < strlen(tables[i].columns); j++)
            used += snprintf(sql + used, sizeof sql - (size_t)used, ",?");
        snprintf(sql + used, sizeof sql - (size_t)used, ")");
        filling->has_failed =
            sqlite3_prepare_v2(filling->database, sql, -1, &filling->insert[i], NULL) != SQLITE_OK;
    }
}

static void put_frames(struct filling *filling, uint64_t stack_id, struct jam_frame_list list)
{
    for (size_t i = 0; i < list.count; i++) {
        const struct jam_symbol_frame *frame = &list.frames[i];
        put(filling, TABLE_FRAMES, stack_id, (uint64_t)i, frame->function, frame->file,
            (uint64_t)frame->line, frame->module, frame->offset, (uint64_t)frame->is_inlined,
            frame->is_python ? "python" : "native");
    }
}

/* The stack_id of a stack, which is inserted when it is first asked for; 0 for no stack. */
static uint64_t stack_id(struct filling *filling, size_t process, uint32_t stack_ref)
{
    uint32_t next = (uint32_t)filling->stacks.count;
    uint32_t at = stack_ref ? jam_map_insert(&filling->stacks, process, stack_ref, next) : 0;
    if (!stack_ref || at == JAM_MAP_NONE)
        return 0;
    uint64_t id = (uint64_t)at + 1;
    if (at != next)
        return id;
    struct jam_frame_list list =
        jam_frames_stack(filling->report->processes[process].frames, stack_ref);
    put(filling, TABLE_STACKS, id, (uint64_t)process + 1,
        jam_report_site_name(filling->report, process, stack_ref), (uint64_t)list.is_cut);
    put_frames(filling, id, list);
    return id;
}

static void put_process(struct filling *filling, size_t index)
{
    const struct jam_facts *facts = &filling->report->processes[index].facts;
    char command[TEXT_BYTES] = "";
    size_t used = 0;
    for (size_t i = 0; i < facts->argument_count && used < sizeof command; i++)
        used += (size_t)snprintf(command + used, sizeof command - used, "%s%s", i ? " " : "",
                                 facts->arguments[i]);
    put(filling, TABLE_PROCESSES, (uint64_t)index + 1, (uint64_t)facts->pid, facts->executable,
        command, facts->start_realtime_ns, facts->duration_ns, jam_facts_lost(facts));
}

static void put_thread(struct filling *filling, size_t index)
{
    const struct jam_contention_thread *thread = &filling->report->contention.threads[index];
    jam_map_insert(&filling->threads, thread->process, thread->id, (uint32_t)index);
    put(filling, TABLE_THREADS, (uint64_t)index + 1, (uint64_t)thread->process + 1,
        (uint64_t)thread->tid, thread->name, thread->lifetime_ns, thread->wait_ns, thread->waits,
        thread->blocked_others_ns);
}

static void put_histogram(struct filling *filling, size_t lock, const char *what,
                          const struct jam_spread *spread)
{
    uint32_t process = filling->report->contention.locks[lock].process;
    const struct jam_timebase *base = &filling->report->processes[process].facts.base;
    for (unsigned i = 0; i < JAM_HISTOGRAM_BUCKETS; i++)
        if (spread->count[i])
            put(filling, TABLE_HISTOGRAMS, (uint64_t)lock + 1, what,
                jam_timebase_bucket_ns(base, i), spread->count[i]);
}

static void put_lock(struct filling *filling, size_t index)
{
    struct jam_report *report = filling->report;
    const struct jam_contention_lock *lock = &report->contention.locks[index];
    const struct jam_totals *totals = &lock->totals;
    put(filling, TABLE_LOCKS, (uint64_t)index + 1, (uint64_t)lock->process + 1, (uint64_t)lock->id,
        jam_report_lock_name(report, index), jam_report_class_name(report, index),
        jam_lock_kind_name(lock->kind), lock->address,
        stack_id(filling, lock->process, lock->created_stack), totals->acquisitions,
        totals->contended, totals->try_failures, totals->timeouts, totals->wait_ns,
        totals->wait_max_ns, totals->hold_ns, totals->hold_max_ns, lock->owner_changes,
        (uint64_t)lock->max_waiters, lock->wakes);
    put_histogram(filling, index, "wait", &lock->wait_spread);
    put_histogram(filling, index, "hold", &lock->hold_spread);
}

static void put_site(struct filling *filling, size_t index)
{
    const struct jam_contention_site *site = &filling->report->contention.sites[index];
    const struct jam_totals *totals = &site->totals;
    uint32_t process = filling->report->contention.locks[site->lock].process;
    put(filling, TABLE_SITES, (uint64_t)index + 1, (uint64_t)site->lock + 1,
        stack_id(filling, process, site->stack), site->mode == JAM_SHARED ? "shared" : "exclusive",
        totals->acquisitions, totals->contended, totals->try_failures, totals->timeouts,
        totals->wait_ns, totals->wait_max_ns, totals->hold_ns, totals->hold_max_ns);
}

static void put_blame(struct filling *filling, size_t index)
{
    const struct jam_contention_blame *blame = &filling->report->contention.blames[index];
    uint32_t process = filling->report->contention.locks[blame->lock].process;
    uint64_t waiter = stack_id(filling, process, blame->waiter_stack);
    uint64_t blocker = stack_id(filling, process, blame->blocker_stack);
    put(filling, TABLE_BLAMES, (uint64_t)blame->lock + 1, waiter, blocker, blame->count,
        blame->wait_ns, blame->wait_max_ns);
}

static void put_totals(struct filling *filling)
{
    const struct jam_contention *contention = &filling->report->contention;
    const struct {
        size_t count;
        void (*put)(struct filling *, size_t);
    } parts[] = {
        {filling->report->process_count, put_process},
        {contention->thread_count, put_thread},
        {contention->lock_count, put_lock},
        {contention->site_count, put_site},
        {contention->blame_count, put_blame},
    };
    struct jam_progress progress =
        jam_progress_start("totals", contention->thread_count + contention->lock_count +
                                         contention->site_count + contention->blame_count);
    for (size_t part = 0; part < sizeof parts / sizeof parts[0]; part++) {
        for (size_t i = 0; i < parts[part].count && !filling->has_failed; i++) {
            parts[part].put(filling, i);
            jam_progress_step(&progress, 1);
        }
    }
    jam_progress_end(&progress);
}

/* What a slice refers to, as ids of this database; 0 = none. */
struct slice_ids {
    uint64_t thread, lock, stack, other;
};

static struct slice_ids ids_of(struct filling *filling, size_t process,
                               const struct jam_slice *slice)
{
    return (struct slice_ids){
        .thread = id_of_pair(&filling->threads, process, slice->thread),
        .lock = id_of_pair(&filling->report->contention.lock_map, process, slice->lock),
        .stack = stack_id(filling, process, slice->stack),
        .other = slice->other ? id_of_pair(&filling->threads, process, slice->other) : 0,
    };
}

/* Holds and wakes get their numbers before waits refer to them. */
static uint64_t put_cause(struct filling *filling, size_t process, const struct jam_slice *slice)
{
    struct slice_ids ids = ids_of(filling, process, slice);
    uint64_t is_unfinished = slice->flags & JAM_SLICE_UNFINISHED ? 1 : 0;
    if (slice->kind == JAM_SLICE_HOLD) {
        put(filling, TABLE_HOLDS, ++filling->holds, ids.thread, ids.lock, ids.stack,
            slice->begin_ns, slice->end_ns, (uint64_t)(slice->flags & JAM_SLICE_SHARED ? 1 : 0),
            is_unfinished);
        return filling->holds;
    }
    put(filling, TABLE_WAKES, ++filling->wakes, ids.thread, ids.lock, ids.stack, slice->begin_ns,
        (uint64_t)(slice->flags & JAM_SLICE_BROADCAST ? 1 : 0));
    return filling->wakes;
}

static void put_wait(struct filling *filling, size_t process, const struct jam_timeline *timeline,
                     const uint64_t *causes, const struct jam_slice *wait)
{
    struct slice_ids ids = ids_of(filling, process, wait);
    uint64_t cause = wait->blocker == JAM_SLICE_NONE ? 0 : causes[wait->blocker];
    bool is_hold = cause && timeline->slices[wait->blocker].kind == JAM_SLICE_HOLD;
    put(filling, TABLE_WAITS, ++filling->waits, ids.thread, ids.lock, ids.stack, wait->begin_ns,
        wait->end_ns, ids.other, is_hold ? cause : 0, is_hold ? 0 : cause,
        (uint64_t)(wait->flags & JAM_SLICE_FAILED ? 1 : 0),
        (uint64_t)(wait->flags & JAM_SLICE_UNFINISHED ? 1 : 0));
}

static int put_slices(struct filling *filling, size_t process, const struct jam_timeline *timeline)
{
    uint64_t *causes = calloc(timeline->count + 1, sizeof *causes);
    if (!causes)
        return -1;
    struct jam_progress progress = jam_progress_start("slices", timeline->count * 2);
    for (size_t i = 0; i < timeline->count; i++, jam_progress_step(&progress, 1))
        if (timeline->slices[i].kind != JAM_SLICE_WAIT)
            causes[i] = put_cause(filling, process, &timeline->slices[i]);
    for (size_t i = 0; i < timeline->count; i++, jam_progress_step(&progress, 1))
        if (timeline->slices[i].kind == JAM_SLICE_WAIT)
            put_wait(filling, process, timeline, causes, &timeline->slices[i]);
    jam_progress_end(&progress);
    free(causes);
    return 0;
}

static int put_timelines(struct filling *filling, struct jam_error *error)
{
    int status = 0;
    for (size_t i = 0; !status && i < filling->report->process_count; i++) {
        const struct jam_report_process *process = &filling->report->processes[i];
        struct jam_timeline timeline;
        status = jam_trace_feed_timeline(process->trace, &process->facts, &timeline, error);
        if (!status && put_slices(filling, i, &timeline) != 0)
            status = jam_error_memory(error);
        jam_timeline_fini(&timeline);
    }
    return status;
}

int jam_database_fail(sqlite3 *database, struct jam_error *error)
{
    return jam_error_set(error, JAM_ERROR_SYSTEM, "SQLite: %s",
                         database ? sqlite3_errmsg(database) : "out of memory");
}

static bool execute(sqlite3 *database, const char *sql)
{
    return sqlite3_exec(database, sql, NULL, NULL, NULL) == SQLITE_OK;
}

int jam_database_make(sqlite3 **database, struct jam_report *report, struct jam_error *error)
{
    struct filling filling = {.report = report};
    if (sqlite3_open(":memory:", database) != SQLITE_OK || !execute(*database, jam_asset_schema) ||
        !execute(*database, "BEGIN"))
        return jam_database_fail(*database, error);
    filling.database = *database;
    prepare(&filling);
    put_totals(&filling);
    int status = put_timelines(&filling, error);
    for (unsigned i = 0; i < TABLES; i++)
        sqlite3_finalize(filling.insert[i]);
    jam_map_fini(&filling.stacks);
    jam_map_fini(&filling.threads);
    if (!status && (filling.has_failed || !execute(*database, "COMMIT")))
        status = jam_database_fail(*database, error);
    return status;
}
