/* Builds table rows out of the contention sums. */
#include "render/render_rows.h"

#include <stdlib.h>
#include <string.h>

#include "render/render_name.h"
#include "render/render_role.h"
#include "util/array.h"
#include "util/human.h"
#include "util/progress.h"

void jam_rows_fini(struct jam_rows *rows)
{
    free(rows->rows);
    jam_map_fini(&rows->by_name);
    *rows = (struct jam_rows){0};
}

static int append(struct jam_rows *rows, const struct jam_row *row)
{
    if (jam_array_reserve(&rows->rows, &rows->capacity, rows->count, sizeof *rows->rows) != 0)
        return -1;
    rows->rows[rows->count++] = *row;
    return 0;
}

/* Adds to the row of that name; names are interned, so equal names are equal pointers. */
static int merge(struct jam_rows *rows, const struct jam_row *row)
{
    uint32_t next = (uint32_t)rows->count;
    uint32_t at = jam_map_insert(&rows->by_name, (uintptr_t)row->name, 0, next);
    if (at == JAM_MAP_NONE)
        return -1;
    if (at == next)
        return append(rows, row);
    jam_row_merge(&rows->rows[at], row);
    rows->rows[at].subject = row->subject;
    return 0;
}

static bool is_active(const struct jam_totals *totals)
{
    return totals->acquisitions || totals->contended || totals->try_failures || totals->timeouts ||
           totals->failures;
}

static bool is_wanted(const struct jam_contention_lock *lock, enum jam_lock_section section)
{
    return is_active(&lock->totals) &&
           (section == JAM_SECTIONS || jam_lock_kind_section(lock->kind) == section);
}

static struct jam_row lock_row(const struct jam_contention *contention, size_t index)
{
    const struct jam_contention_lock *lock = &contention->locks[index];
    struct jam_row row = {.name = "", .subject = index, .kind = lock->kind};
    jam_row_set_totals(&row, &lock->totals);
    row.value[JAM_COLUMN_CRITICAL] =
        jam_contention_path_share(contention, lock->process, lock->totals.critical_ns);
    row.value[JAM_COLUMN_CHANGES] = lock->owner_changes;
    row.value[JAM_COLUMN_WAITERS] = lock->max_waiters;
    row.value[JAM_COLUMN_LOCKS] = 1;
    return row;
}

static int make_locks(struct jam_rows *rows, struct jam_report *report,
                      enum jam_lock_section section)
{
    const struct jam_contention *contention = &report->contention;
    for (size_t i = 0; i < contention->lock_count; i++) {
        struct jam_row row = lock_row(contention, i);
        if (is_wanted(&contention->locks[i], section) && append(rows, &row) != 0)
            return -1;
    }
    return 0;
}

/* Rows of several processes are parts of all their paths together. */
static unsigned merged_share(const struct jam_contention *contention,
                             const struct jam_totals *totals)
{
    return jam_contention_path_share(contention, JAM_ALL_PROCESSES, totals->critical_ns);
}

static int make_classes(struct jam_rows *rows, struct jam_report *report,
                        enum jam_lock_section section)
{
    const struct jam_contention *contention = &report->contention;
    for (size_t i = 0; i < contention->lock_count; i++) {
        if (!is_wanted(&contention->locks[i], section))
            continue;
        struct jam_row row = lock_row(contention, i);
        row.value[JAM_COLUMN_CRITICAL] = merged_share(contention, &contention->locks[i].totals);
        row.name = jam_report_class_name(report, i);
        if (merge(rows, &row) != 0)
            return -1;
    }
    return 0;
}

/* Whether the row of that name counts this lock already: the sites of a lock come together. */
static bool counts_lock(const struct jam_rows *rows, const struct jam_row *row)
{
    uint32_t at = jam_map_find(&rows->by_name, (uintptr_t)row->name, 0);
    return at != JAM_MAP_NONE && rows->rows[at].subject == row->subject;
}

static int add_site(struct jam_rows *rows, struct jam_report *report, size_t index)
{
    const struct jam_contention_site *site = &report->contention.sites[index];
    const struct jam_contention_lock *lock = &report->contention.locks[site->lock];
    struct jam_row row = {.kind = lock->kind, .subject = site->lock};
    jam_row_set_totals(&row, &site->totals);
    row.value[JAM_COLUMN_CRITICAL] = merged_share(&report->contention, &site->totals);
    row.name = jam_report_site_name(report, lock->process, site->stack);
    row.value[JAM_COLUMN_LOCKS] = !counts_lock(rows, &row);
    return merge(rows, &row);
}

static int make_sites(struct jam_rows *rows, struct jam_report *report,
                      enum jam_lock_section section)
{
    const struct jam_contention *contention = &report->contention;
    struct jam_progress progress = jam_progress_start("call sites", contention->site_count);
    int status = 0;
    for (size_t i = 0; i < contention->site_count && !status; i++) {
        if (is_wanted(&contention->locks[contention->sites[i].lock], section))
            status = add_site(rows, report, i);
        jam_progress_step(&progress, 1);
    }
    jam_progress_end(&progress);
    return status;
}

static const char *thread_name(struct jam_report *report,
                               const struct jam_contention_thread *thread)
{
    char name[JAM_TITLE_BYTES * 4];
    char text[JAM_NAME_TEXT_BYTES];
    jam_human_clean(thread->name, name, sizeof name);
    snprintf(text, sizeof text, "%s (tid %u%s)", *name ? name : "thread", thread->tid,
             thread->flags & JAM_THREAD_DAEMON ? ", daemon" : "");
    uint32_t number = jam_intern_add(&report->names, text);
    return number == JAM_MAP_NONE ? "" : jam_intern_text(&report->names, number);
}

static struct jam_row thread_row(const struct jam_contention_thread *thread, size_t index)
{
    struct jam_row row = {.subject = index};
    uint64_t life = thread->lifetime_ns;
    row.value[JAM_COLUMN_WAIT] = thread->wait_ns;
    row.value[JAM_COLUMN_CONTENDED] = thread->waits;
    row.value[JAM_COLUMN_MEAN] = thread->waits ? thread->wait_ns / thread->waits : 0;
    row.value[JAM_COLUMN_BLOCKED] = thread->blocked_others_ns;
    row.value[JAM_COLUMN_LIFETIME] = life;
    row.value[JAM_COLUMN_RUNNING] = life > thread->wait_ns ? life - thread->wait_ns : 0;
    row.value[JAM_COLUMN_THREADS] = 1;
    return row;
}

static int make_threads(struct jam_rows *rows, struct jam_report *report,
                        enum jam_lock_section section)
{
    const struct jam_contention *contention = &report->contention;
    (void)section;
    for (size_t i = 0; i < contention->thread_count; i++) {
        struct jam_row row = thread_row(&contention->threads[i], i);
        row.name = thread_name(report, &contention->threads[i]);
        if (append(rows, &row) != 0)
            return -1;
    }
    return 0;
}

static int make_roles(struct jam_rows *rows, struct jam_report *report,
                      enum jam_lock_section section)
{
    const struct jam_contention *contention = &report->contention;
    (void)section;
    for (size_t i = 0; i < contention->thread_count; i++) {
        struct jam_row row = thread_row(&contention->threads[i], i);
        row.name = jam_role_name(report, &contention->threads[i]);
        if (merge(rows, &row) != 0)
            return -1;
    }
    return 0;
}

int jam_rows_make(struct jam_rows *rows, struct jam_report *report, enum jam_lock_section section,
                  const struct jam_report_view *view)
{
    static int (*const make[JAM_BYS])(struct jam_rows *, struct jam_report *,
                                      enum jam_lock_section) = {
        [JAM_BY_LOCK] = make_locks,     [JAM_BY_SITE] = make_sites, [JAM_BY_CLASS] = make_classes,
        [JAM_BY_THREAD] = make_threads, [JAM_BY_ROLE] = make_roles,
    };
    *rows = (struct jam_rows){0};
    if (make[view->by](rows, report, section) != 0)
        return -1;
    for (size_t i = 0; view->by == JAM_BY_LOCK && view->sort == JAM_COLUMN_NAME && i < rows->count;
         i++)
        rows->rows[i].name = jam_report_lock_name(report, rows->rows[i].subject);
    jam_row_sort(rows->rows, rows->count, view->sort);
    return 0;
}

static const char *distinct_name(struct jam_report *report, const struct jam_row *row)
{
    const struct jam_contention_lock *lock = &report->contention.locks[row->subject];
    char text[JAM_NAME_TEXT_BYTES + 64];
    int used = snprintf(text, sizeof text, "%s #%u", row->name, lock->id);
    if (report->process_count > 1)
        snprintf(text + used, sizeof text - (size_t)used, " of pid %u",
                 report->processes[lock->process].facts.pid);
    uint32_t number = jam_intern_add(&report->names, text);
    return number == JAM_MAP_NONE ? row->name : jam_intern_text(&report->names, number);
}

void jam_rows_name_locks(struct jam_rows *rows, struct jam_report *report, size_t count)
{
    struct jam_map seen = {0};
    if (count > rows->count)
        count = rows->count;
    for (size_t i = 0; i < count; i++) {
        struct jam_row *row = &rows->rows[i];
        row->name = jam_report_lock_name(report, row->subject);
        uintptr_t name = (uintptr_t)row->name;
        uint32_t first = jam_map_insert(&seen, name, 0, (uint32_t)i);
        if (first != JAM_MAP_NONE && first != i)
            jam_map_insert(&seen, name, 1, 0);
    }
    for (size_t i = 0; i < count; i++)
        if (jam_map_find(&seen, (uintptr_t)rows->rows[i].name, 1) != JAM_MAP_NONE)
            rows->rows[i].name = distinct_name(report, &rows->rows[i]);
    jam_map_fini(&seen);
}
