/*
 * The report as lockjam.report/1. Written lock by lock, so that memory holds one lock's JSON and
 * not a million. critical_path_share is left out where the trace has no events to find the path by.
 */
#include <jansson.h>
#include <string.h>

#include "core/python/gil.h"
#include "core/lock_kind.h"
#include "render/render_json_parts.h"
#include "render/render_name.h"
#include "render/render_role.h"
#include "render/render_rows.h"
#include "render/render_shapes.h"
#include "render/render_waiting.h"
#include "util/human.h"
#include "util/progress.h"

#define FLAGS (JSON_COMPACT | JSON_ENSURE_ASCII)

static void set_share(json_t *object, const char *key, unsigned share)
{
    json_object_set_new_nocheck(object, key, json_real((double)share / JAM_SHARE_WHOLE));
}

/* The part of the critical path; nothing if the path is unknown. */
static void set_path_share(json_t *object, const struct jam_report *report, uint32_t process,
                           const struct jam_totals *totals)
{
    if (report->contention.processes[process].path_ns)
        set_share(object, "critical_path_share",
                  jam_contention_path_share(&report->contention, process, totals->critical_ns));
}

static json_t *totals_json(const struct jam_report *report)
{
    const struct jam_totals *totals = &report->contention.totals;
    json_t *object = json_object();
    uint64_t threads = 0;
    uint64_t events = 0;
    uint64_t bytes = 0;
    for (size_t i = 0; i < report->process_count; i++) {
        threads += report->processes[i].facts.threads;
        events += report->processes[i].facts.events;
        bytes += report->processes[i].facts.trace_bytes;
    }
    jam_json_set_number(object, "threads", threads);
    jam_json_set_number(object, "locks", report->contention.lock_count);
    jam_json_set_number(object, "acquisitions", totals->acquisitions);
    jam_json_set_number(object, "contended", totals->contended);
    jam_json_set_number(object, "wait_ns", totals->wait_ns);
    jam_json_set_number(object, "hold_ns", totals->hold_ns);
    jam_json_set_number(object, "events", events);
    jam_json_set_number(object, "events_lost", jam_report_lost(report));
    jam_json_set_number(object, "trace_bytes", bytes);
    return object;
}

static json_t *histogram_json(const struct jam_spread *spread, const struct jam_timebase *base)
{
    json_t *array = json_array();
    for (unsigned i = 0; i < JAM_HISTOGRAM_BUCKETS; i++) {
        if (!spread->count[i])
            continue;
        json_t *pair = json_array();
        json_array_append_new(pair, jam_json_number(jam_timebase_bucket_ns(base, i)));
        json_array_append_new(pair, jam_json_number(spread->count[i]));
        json_array_append_new(array, pair);
    }
    return array;
}

static void set_site_totals(json_t *object, const struct jam_totals *totals)
{
    jam_json_set_number(object, "acquisitions", totals->acquisitions);
    jam_json_set_number(object, "contended", totals->contended);
    jam_json_set_number(object, "try_failures", totals->try_failures);
    jam_json_set_number(object, "timeouts", totals->timeouts);
    jam_json_set_number(object, "wait_ns", totals->wait_ns);
    jam_json_set_number(object, "wait_max_ns", totals->wait_max_ns);
    jam_json_set_number(object, "hold_ns", totals->hold_ns);
    jam_json_set_number(object, "hold_max_ns", totals->hold_max_ns);
    jam_json_set_number(object, "releases", totals->releases);
    jam_json_set_number(object, "holds_contended", totals->holds_contended);
    jam_json_set_number(object, "hold_contended_ns", totals->hold_contended_ns);
}

static json_t *sites_json(struct jam_report *report, const struct jam_contention_lock *lock)
{
    struct jam_frames *frames = report->processes[lock->process].frames;
    json_t *array = json_array();
    for (size_t i = 0; i < lock->site_count; i++) {
        const struct jam_contention_site *site = &report->contention.sites[lock->first_site + i];
        json_t *object = json_object();
        json_object_set_new_nocheck(object, "stack", jam_json_stack(frames, site->stack));
        jam_json_set_text(object, "mode", site->mode == JAM_SHARED ? "shared" : "exclusive");
        set_site_totals(object, &site->totals);
        set_path_share(object, report, lock->process, &site->totals);
        json_array_append_new(array, object);
    }
    return array;
}

static json_t *blame_json(struct jam_report *report, const struct jam_contention_lock *lock)
{
    struct jam_frames *frames = report->processes[lock->process].frames;
    json_t *array = json_array();
    for (size_t i = 0; i < lock->blame_count; i++) {
        const struct jam_contention_blame *blame =
            &report->contention.blames[lock->first_blame + i];
        json_t *object = json_object();
        json_object_set_new_nocheck(object, "waiter", jam_json_stack(frames, blame->waiter_stack));
        json_object_set_new_nocheck(object, "blocker",
                                    jam_json_stack(frames, blame->blocker_stack));
        jam_json_set_number(object, "waiter_threads", blame->waiter_threads);
        jam_json_set_number(object, "count", blame->count);
        jam_json_set_number(object, "wait_ns", blame->wait_ns);
        jam_json_set_number(object, "wait_max_ns", blame->wait_max_ns);
        json_array_append_new(array, object);
    }
    return array;
}

/* The fields that say which lock it is. */
static void set_identity(json_t *object, struct jam_report *report, size_t index)
{
    const struct jam_contention_lock *lock = &report->contention.locks[index];
    const struct jam_report_process *process = &report->processes[lock->process];
    jam_json_set_number(object, "id", lock->id);
    jam_json_set_number(object, "pid", process->facts.pid);
    jam_json_set_text(object, "name", jam_report_lock_name(report, index));
    jam_json_set_text(object, "class", jam_report_class_name(report, index));
    jam_json_set_text(object, "kind", jam_lock_kind_name(lock->kind));
    jam_json_set_number(object, "address", lock->address);
    jam_json_set_number(object, "generation", lock->generation);
    json_object_set_new_nocheck(
        object, "created",
        lock->created_stack ? jam_json_stack(process->frames, lock->created_stack) : json_null());
}

static void set_percentiles(json_t *object, const struct jam_contention_lock *lock,
                            const struct jam_timebase *base)
{
    static const struct {
        const char *wait, *hold;
        unsigned percent;
    } rows[] = {
        {"wait_p50_ns", "hold_p50_ns", 50},
        {"wait_p90_ns", "hold_p90_ns", 90},
        {"wait_p99_ns", "hold_p99_ns", 99},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint64_t wait_ns = jam_spread_percentile_ns(&lock->wait_spread, base, rows[i].percent);
        uint64_t hold_ns = jam_spread_percentile_ns(&lock->hold_spread, base, rows[i].percent);
        jam_json_set_number(object, rows[i].wait,
                            wait_ns < lock->totals.wait_max_ns ? wait_ns
                                                               : lock->totals.wait_max_ns);
        jam_json_set_number(object, rows[i].hold,
                            hold_ns < lock->totals.hold_max_ns ? hold_ns
                                                               : lock->totals.hold_max_ns);
    }
}

/* Where the longest wait and the longest hold were. */
static void set_longest(json_t *object, struct jam_report *report,
                        const struct jam_contention_lock *lock)
{
    struct jam_frames *frames = report->processes[lock->process].frames;
    const struct jam_contention_site *first = &report->contention.sites[lock->first_site];
    const struct jam_contention_site *wait = first, *hold = first;
    for (size_t i = 1; i < lock->site_count; i++) {
        wait = first[i].totals.wait_max_ns > wait->totals.wait_max_ns ? &first[i] : wait;
        hold = first[i].totals.hold_max_ns > hold->totals.hold_max_ns ? &first[i] : hold;
    }
    if (lock->totals.wait_max_ns)
        json_object_set_new(object, "wait_max_stack", jam_json_stack(frames, wait->stack));
    if (lock->totals.hold_max_ns)
        json_object_set_new(object, "hold_max_stack", jam_json_stack(frames, hold->stack));
}

static void set_gil(json_t *object, const struct jam_report *report,
                    const struct jam_contention_lock *lock)
{
    struct jam_gil_cost cost = jam_gil_measure(&report->contention, lock);
    jam_json_set_number(object, "switches", lock->switches);
    jam_json_set_number(object, "run_ns", cost.run_ns);
    jam_json_set_number(object, "active_ns", cost.active_ns);
    json_object_set_new_nocheck(object, "is_bottleneck", json_boolean(cost.is_bottleneck));
}

static json_t *lock_json(struct jam_report *report, size_t index)
{
    const struct jam_contention_lock *lock = &report->contention.locks[index];
    const struct jam_timebase *base = &report->processes[lock->process].facts.base;
    json_t *object = json_object();
    set_identity(object, report, index);
    set_site_totals(object, &lock->totals);
    set_path_share(object, report, lock->process, &lock->totals);
    jam_json_set_number(object, "waited_ns", lock->waited_ns);
    set_percentiles(object, lock, base);
    set_longest(object, report, lock);
    jam_json_set_number(object, "owner_changes", lock->owner_changes);
    jam_json_set_number(object, "max_waiters", lock->max_waiters);
    if (lock->kind == JAM_LOCK_GIL)
        set_gil(object, report, lock);
    json_object_set_new_nocheck(object, "wait_histogram", histogram_json(&lock->wait_spread, base));
    json_object_set_new_nocheck(object, "hold_histogram", histogram_json(&lock->hold_spread, base));
    json_object_set_new_nocheck(object, "sites", sites_json(report, lock));
    json_object_set_new_nocheck(object, "blame", blame_json(report, lock));
    return object;
}

static json_t *thread_json(struct jam_report *report, const struct jam_contention_thread *thread)
{
    json_t *object = json_object();
    jam_json_set_number(object, "tid", thread->tid);
    jam_json_set_number(object, "pid", report->processes[thread->process].facts.pid);
    jam_json_set_text(object, "name", thread->name);
    json_object_set_new_nocheck(object, "is_daemon",
                                json_boolean(thread->flags & JAM_THREAD_DAEMON));
    jam_json_set_number(object, "lifetime_ns", thread->lifetime_ns);
    jam_json_set_number(object, "wait_ns", thread->wait_ns);
    jam_json_set_number(object, "waits", thread->waits);
    jam_json_set_number(object, "blocked_others_ns", thread->blocked_others_ns);
    jam_json_set_number(
        object, "running_ns",
        thread->lifetime_ns > thread->wait_ns ? thread->lifetime_ns - thread->wait_ns : 0);
    jam_json_set_text(object, "role", jam_role_name(report, thread));
    json_object_set_new(object, "locks", jam_role_waits_json(report, thread));
    return object;
}

static void set_column(json_t *object, unsigned column, uint64_t value)
{
    if (jam_columns[column].unit == JAM_UNIT_SHARE)
        set_share(object, jam_columns[column].json, (unsigned)value);
    else
        jam_json_set_number(object, jam_columns[column].json, value);
}

/* A line of --by=site, class or thread. */
static json_t *row_json(const struct jam_row *row, enum jam_by by)
{
    json_t *object = json_object();
    jam_json_set_text(object, "name", row->name);
    if (row->kind)
        jam_json_set_text(object, "kind", jam_lock_kind_name(row->kind));
    for (unsigned i = 0; i < JAM_COLUMNS; i++)
        if (jam_columns[i].known_in & JAM_IN(by))
            set_column(object, i, row->value[i]);
    return object;
}

/* Prints `value` as an element of an array or as a field, and drops it. */
static void print_value(json_t *value, const char *before, FILE *out)
{
    fputs(before, out);
    if (value)
        json_dumpf(value, out, FLAGS | JSON_ENCODE_ANY);
    json_decref(value);
}

static size_t shown_rows(const struct jam_rows *rows, const struct jam_report_view *view)
{
    return view->limit && view->limit < rows->count ? (size_t)view->limit : rows->count;
}

static void print_locks(struct jam_report *report, const struct jam_report_view *view, FILE *out)
{
    struct jam_report_view by_lock = *view;
    struct jam_rows rows;
    by_lock.by = JAM_BY_LOCK;
    int status = jam_rows_make(&rows, report, JAM_SECTIONS, &by_lock);
    size_t shown = status ? 0 : shown_rows(&rows, view);
    struct jam_progress progress = jam_progress_start("locks", shown);
    for (size_t i = 0; i < shown; i++) {
        print_value(lock_json(report, rows.rows[i].subject), i ? ",\n" : "\n", out);
        jam_progress_step(&progress, 1);
    }
    jam_progress_end(&progress);
    jam_rows_fini(&rows);
}

static void print_groups(struct jam_report *report, const struct jam_report_view *view, FILE *out)
{
    struct jam_rows rows;
    fprintf(out, "],\n\"by\":\"%s\",\n\"groups\":[", jam_by_choices[view->by]);
    if (jam_rows_make(&rows, report, JAM_SECTIONS, view) == 0)
        for (size_t i = 0; i < shown_rows(&rows, view); i++)
            print_value(row_json(&rows.rows[i], view->by), i ? ",\n" : "\n", out);
    jam_rows_fini(&rows);
}

static void print_threads(struct jam_report *report, FILE *out)
{
    for (size_t i = 0; i < report->contention.thread_count; i++)
        print_value(thread_json(report, &report->contention.threads[i]), i ? ",\n" : "\n", out);
}

/* The object waited for: a lock that nobody ever got is not among the report's locks. */
static json_t *waited_json(struct jam_report *report, const struct jam_waiting *waiting)
{
    if (waiting->lock == JAM_MAP_NONE)
        return json_null();
    json_t *object = json_object();
    set_identity(object, report, waiting->lock);
    return object;
}

static json_t *waiting_json(struct jam_report *report, const struct jam_waiting *waiting)
{
    char name[JAM_TITLE_BYTES * 4];
    json_t *object = json_object();
    jam_json_set_number(object, "tid", waiting->tid);
    jam_json_set_number(object, "pid", report->processes[waiting->process].facts.pid);
    jam_json_set_text(
        object, "name",
        jam_waiting_thread_name(report, waiting->process, waiting->thread, name, sizeof name));
    json_object_set_new_nocheck(object, "lock",
                                waiting->lock == JAM_MAP_NONE
                                    ? json_null()
                                    : jam_json_number(report->contention.locks[waiting->lock].id));
    json_object_set_new_nocheck(object, "waits_for", waited_json(report, waiting));
    jam_json_set_number(object, "for_ns", waiting->for_ns);
    json_object_set_new_nocheck(
        object, "stack",
        jam_json_stack(report->processes[waiting->process].frames, waiting->stack));
    return object;
}

static void print_waiting(struct jam_report *report, FILE *out)
{
    struct jam_waitings waitings;
    if (jam_waitings_init(&waitings, report) == 0)
        for (size_t i = 0; i < waitings.count; i++)
            print_value(waiting_json(report, &waitings.items[i]), i ? ",\n" : "\n", out);
    jam_waitings_fini(&waitings);
}

void jam_report_json(struct jam_report *report, const struct jam_report_view *view, FILE *out)
{
    fputs("{\"schema\":\"lockjam.report/1\",\n\"process\":", out);
    print_value(jam_json_process(&report->processes[0].facts), "", out);
    fputs(",\n\"processes\":[", out);
    for (size_t i = 0; i < report->process_count; i++)
        print_value(jam_json_process(&report->processes[i].facts), i ? ",\n" : "", out);
    fputs("],\n\"duration_ns\":", out);
    print_value(jam_json_number(jam_report_duration_ns(report)), "", out);
    print_value(totals_json(report), ",\n\"totals\":", out);
    fputs(",\n\"locks\":[", out);
    print_locks(report, view, out);
    if (view->by != JAM_BY_LOCK)
        print_groups(report, view, out);
    fputs("],\n\"threads\":[", out);
    print_threads(report, out);
    fputs("],\n\"waiting\":[", out);
    print_waiting(report, out);
    fputs("],\n\"patterns\":[", out);
    for (size_t i = 0; i < report->shapes.count; i++)
        print_value(jam_shape_json(report, &report->shapes.list[i]), i ? ",\n" : "\n", out);
    fputs("]}\n", out);
}
