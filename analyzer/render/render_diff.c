/* Feeds two reports to the comparison; the comparison as text and as lockjam.diff/1. */
#include "render/render_diff.h"

#include <stdlib.h>
#include <string.h>

#include "core/lock_kind.h"
#include "render/render_json_parts.h"
#include "render/render_name.h"
#include "render/render_table.h"
#include "util/human.h"
#include "util/style.h"

#define NAME_COLUMNS  50
#define SITES_SHOWN   3
#define PERCENT_BYTES 32

/* --- filling --- */

static int add_sites(struct jam_diff *diff, struct jam_report *report, enum jam_diff_side side,
                     const struct jam_contention_lock *lock, const char *class_name)
{
    struct jam_frames *frames = report->processes[lock->process].frames;
    char name[JAM_NAME_TEXT_BYTES];
    for (size_t i = 0; i < lock->site_count; i++) {
        const struct jam_contention_site *site = &report->contention.sites[lock->first_site + i];
        const struct jam_diff_part part = {
            .lock = class_name,
            .site = jam_name_site_stable(frames, site->stack, name),
            .kind = lock->kind,
            .totals = site->totals,
        };
        if (jam_diff_add(diff, side, &part) != 0)
            return -1;
    }
    return 0;
}

static int add_report(struct jam_diff *diff, struct jam_report *report, enum jam_diff_side side)
{
    char name[JAM_NAME_TEXT_BYTES];
    for (size_t i = 0; i < report->contention.lock_count; i++) {
        const struct jam_contention_lock *lock = &report->contention.locks[i];
        const struct jam_report_process *process = &report->processes[lock->process];
        if (jam_lock_kind_section(lock->kind) != JAM_SECTION_LOCKS || !lock->site_count)
            continue;
        jam_name_class_stable(process->frames, process->trace, lock, name);
        const struct jam_diff_part part = {
            .lock = name, .kind = lock->kind, .totals = lock->totals};
        if (jam_diff_add(diff, side, &part) != 0 || add_sites(diff, report, side, lock, name) != 0)
            return -1;
    }
    return 0;
}

int jam_diff_reports(struct jam_diff *diff, const struct jam_diff_view *view)
{
    const struct jam_diff_rule rule = {view->percent};
    if (add_report(diff, view->old, JAM_DIFF_OLD) != 0 ||
        add_report(diff, view->new, JAM_DIFF_NEW) != 0)
        return -1;
    jam_diff_finish(diff, &rule);
    return 0;
}

/* --- text --- */

static const char *change_text(const struct jam_totals totals[JAM_DIFF_SIDES],
                               char buffer[PERCENT_BYTES])
{
    if (!totals[JAM_DIFF_OLD].wait_ns)
        snprintf(buffer, PERCENT_BYTES, "-");
    else if (jam_diff_percent(totals) > 99999)
        snprintf(buffer, PERCENT_BYTES, "> 99999 %%");
    else
        snprintf(buffer, PERCENT_BYTES, "%+.1f %%", jam_diff_percent(totals));
    return buffer;
}

static enum jam_style style_of(enum jam_verdict verdict)
{
    static const enum jam_style styles[JAM_VERDICTS] = {
        [JAM_VERDICT_SAME] = JAM_STYLE_DIM,      [JAM_VERDICT_BETTER] = JAM_STYLE_WAITER,
        [JAM_VERDICT_WORSE] = JAM_STYLE_BLOCKER, [JAM_VERDICT_NEW] = JAM_STYLE_BLOCKER,
        [JAM_VERDICT_GONE] = JAM_STYLE_WAITER,
    };
    return styles[verdict];
}

static void print_row(const struct jam_diff *diff, const struct jam_diff_row *row,
                      const struct jam_diff_view *view, FILE *out)
{
    char times[2][JAM_HUMAN_BYTES];
    char percent[PERCENT_BYTES];
    char fitting[JAM_NAME_TEXT_BYTES];
    bool is_site = row->site != JAM_MAP_NONE;
    const char *name = jam_intern_text(&diff->names, is_site ? row->site : row->lock);
    fprintf(out, "%10s %10s %10s  %s%-6s%s  %s%s\n",
            jam_human_time(row->totals[JAM_DIFF_OLD].wait_ns, times[0]),
            jam_human_time(row->totals[JAM_DIFF_NEW].wait_ns, times[1]),
            change_text(row->totals, percent), jam_style_on(view->is_color, style_of(row->verdict)),
            jam_verdict_name(row->verdict), jam_style_off(view->is_color), is_site ? "  at " : "",
            view->is_verbose ? name : jam_table_fit(name, NAME_COLUMNS, fitting, sizeof fitting));
}

/* The rows of one class begin at `at`; returns where the next one's do. */
static size_t print_class(const struct jam_diff *diff, size_t at, const struct jam_diff_view *view,
                          FILE *out)
{
    size_t shown = 0;
    const struct jam_diff_row *row = &diff->rows[at];
    bool is_shown = view->is_verbose || row->verdict != JAM_VERDICT_SAME;
    if (is_shown)
        print_row(diff, row, view, out);
    for (at++; at < diff->count && diff->rows[at].site != JAM_MAP_NONE; at++) {
        bool is_changed = diff->rows[at].verdict != JAM_VERDICT_SAME;
        if (is_shown && (view->is_verbose || (is_changed && shown++ < SITES_SHOWN)))
            print_row(diff, &diff->rows[at], view, out);
    }
    return at;
}

static void print_classes(const struct jam_diff *diff, const struct jam_diff_view *view, FILE *out)
{
    uint64_t left = view->limit ? view->limit : UINT64_MAX;
    size_t hidden = 0;
    fprintf(out, "\n%s%10s %10s %10s  %-6s  %s%s\n", jam_style_on(view->is_color, JAM_STYLE_DIM),
            "before", "now", "change", "", "time waited for", jam_style_off(view->is_color));
    for (size_t i = 0; i < diff->count;) {
        bool is_same = diff->rows[i].verdict == JAM_VERDICT_SAME && !view->is_verbose;
        if (is_same || !left) {
            hidden++;
            for (i++; i < diff->count && diff->rows[i].site != JAM_MAP_NONE;)
                i++;
            continue;
        }
        left--;
        i = print_class(diff, i, view, out);
    }
    if (hidden)
        fprintf(out, "%zu more, of which nothing is to be told: see -v\n", hidden);
}

static void print_sides(const struct jam_diff_view *view, FILE *out)
{
    struct jam_report *const reports[] = {view->old, view->new};
    static const char *const words[] = {"Before", "Now"};
    char name[JAM_NAME_TEXT_BYTES];
    char time[JAM_HUMAN_BYTES];
    for (unsigned i = 0; i < 2; i++) {
        const struct jam_facts *facts = &reports[i]->processes[0].facts;
        jam_human_clean(jam_facts_program(facts), name, sizeof name);
        fprintf(out, "%-7s %s (pid %u): %s\n", words[i], name, facts->pid,
                jam_human_time(facts->duration_ns, time));
    }
}

void jam_diff_text(const struct jam_diff *diff, const struct jam_diff_view *view, FILE *out)
{
    char times[2][JAM_HUMAN_BYTES];
    char percent[PERCENT_BYTES];
    print_sides(view, out);
    fprintf(out, "Waiting for locks: %s before, %s now (%s): %s%s%s.\n",
            jam_human_time(diff->totals[JAM_DIFF_OLD].wait_ns, times[0]),
            jam_human_time(diff->totals[JAM_DIFF_NEW].wait_ns, times[1]),
            change_text(diff->totals, percent),
            jam_style_on(view->is_color, style_of(diff->verdict)), jam_verdict_name(diff->verdict),
            jam_style_off(view->is_color));
    print_classes(diff, view, out);
    if (view->fail_percent >= 0)
        fprintf(out, "\n%zu got worse by more than %g %%.\n",
                jam_diff_regressions(diff, view->fail_percent), view->fail_percent);
}

/* --- JSON --- */

static json_t *side_json(const struct jam_totals *totals)
{
    json_t *object = json_object();
    jam_json_set_number(object, "acquisitions", totals->acquisitions);
    jam_json_set_number(object, "contended", totals->contended);
    jam_json_set_number(object, "wait_ns", totals->wait_ns);
    jam_json_set_number(object, "wait_max_ns", totals->wait_max_ns);
    jam_json_set_number(object, "hold_ns", totals->hold_ns);
    return object;
}

static void set_change(json_t *object, const struct jam_totals totals[JAM_DIFF_SIDES],
                       enum jam_verdict verdict)
{
    json_object_set_new(object, "old", side_json(&totals[JAM_DIFF_OLD]));
    json_object_set_new(object, "new", side_json(&totals[JAM_DIFF_NEW]));
    json_object_set_new(object, "change_percent",
                        totals[JAM_DIFF_OLD].wait_ns ? json_real(jam_diff_percent(totals))
                                                     : json_null());
    jam_json_set_text(object, "verdict", jam_verdict_name(verdict));
}

static json_t *row_json(const struct jam_diff *diff, const struct jam_diff_row *row)
{
    json_t *object = json_object();
    bool is_site = row->site != JAM_MAP_NONE;
    jam_json_set_text(object, is_site ? "site" : "lock",
                      jam_intern_text(&diff->names, is_site ? row->site : row->lock));
    if (!is_site)
        jam_json_set_text(object, "kind", jam_lock_kind_name(row->kind));
    set_change(object, row->totals, row->verdict);
    return object;
}

static json_t *locks_json(const struct jam_diff *diff)
{
    json_t *locks = json_array();
    json_t *sites = NULL;
    for (size_t i = 0; i < diff->count; i++) {
        const struct jam_diff_row *row = &diff->rows[i];
        json_t *object = row_json(diff, row);
        if (row->site == JAM_MAP_NONE) {
            sites = json_array();
            json_object_set_new(object, "sites", sites);
            json_array_append_new(locks, object);
        } else if (sites) {
            json_array_append_new(sites, object);
        } else {
            json_decref(object);
        }
    }
    return locks;
}

void jam_diff_json(const struct jam_diff *diff, const struct jam_diff_view *view, FILE *out)
{
    json_t *object = json_object();
    json_t *totals = json_object();
    double percent = view->fail_percent >= 0 ? view->fail_percent : view->percent;
    jam_json_set_text(object, "schema", "lockjam.diff/1");
    json_object_set_new(object, "old_process", jam_json_process(&view->old->processes[0].facts));
    json_object_set_new(object, "new_process", jam_json_process(&view->new->processes[0].facts));
    json_object_set_new(object, "threshold_percent", json_real(percent));
    jam_json_set_number(object, "regressions", jam_diff_regressions(diff, percent));
    set_change(totals, diff->totals, diff->verdict);
    json_object_set_new(object, "totals", totals);
    json_object_set_new(object, "locks", locks_json(diff));
    json_dumpf(object, out, JSON_INDENT(1) | JSON_ENSURE_ASCII);
    fputc('\n', out);
    json_decref(object);
}
