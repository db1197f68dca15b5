/*
 * The report for people. The first screen answers which lock, who waits and who makes them wait;
 * the last line says what to type next.
 */
#include <inttypes.h>
#include <string.h>

#include "render_callers.h"
#include "render_name.h"
#include "render_stack.h"
#include "render_table.h"
#include "util/human.h"
#include "util/saturate.h"
#include "util/style.h"

#define WAITERS_SHOWN   3 /* call sites per lock, unless verbose */
#define BLOCKERS_SHOWN  2 /* per waiting call site */
#define CALLER_INDENT   36
#define HEADING_COLUMNS 62  /* what a lock's name may take in its heading */
#define TRIFLE          100 /* what is below one part in so many is not broken down */

/* What all parts of the text need. */
struct text {
    struct jam_report *report;
    const struct jam_report_view *view;
    FILE *out;
};

/* Words for the tables of one section. */
struct section_words {
    const char *title;
    const char *subject;
    const char *waits;   /* what the waiter does */
    const char *blocks;  /* what the other does; NULL = nobody is to blame */
    const char *blocker; /* what the other is called */
};

static const struct section_words section_words[JAM_SECTIONS] = {
    [JAM_SECTION_LOCKS] = {"Locks", "lock", "waits at", "  held by", "holder"},
    [JAM_SECTION_CONDITIONS] = {"Condition variables", "condition", "waits at", "  woken by",
                                "waker"},
    [JAM_SECTION_SEMAPHORES] = {"Semaphores", "semaphore", "waits at", "  posted by", "poster"},
    [JAM_SECTION_BARRIERS] = {"Barriers and one-time initialisation", "object", "waits at",
                              "  ended by", "other"},
    [JAM_SECTION_JOINS] = {"Joins", "thread", "waits at", NULL, NULL},
};

static void print_losses(const struct text *text)
{
    const struct jam_report *report = text->report;
    char count[JAM_HUMAN_BYTES];
    uint64_t sums[JAM_LOSS_KINDS] = {0};
    const char *separator = "Lost: ";
    for (size_t i = 0; i < report->process_count; i++)
        for (unsigned j = 0; j < JAM_LOSS_KINDS; j++)
            jam_saturate_add(&sums[j], report->processes[i].facts.lost[j]);
    for (unsigned j = 0; j < JAM_LOSS_KINDS; j++) {
        if (!sums[j] || j == JAM_LOSS_THREADS_FOLDED)
            continue;
        fprintf(text->out, "%s%s %s", separator, jam_human_count(sums[j], count),
                jam_facts_loss_text(j));
        separator = "; ";
    }
    fputs(*separator == 'L' ? "Nothing lost" : "", text->out);
    for (size_t i = 0; i < report->process_count; i++) {
        const struct jam_trace *trace = report->processes[i].trace;
        if (trace->missing || trace->damage.count)
            fprintf(text->out, "; %s is damaged: the sums below are too small", trace->path);
    }
    fputs(".\n", text->out);
}

static void print_end(const struct jam_facts *facts, FILE *out)
{
    switch (facts->end_kind) {
    case JAM_END_EXIT:
        fprintf(out, ", exit status %u", facts->end_value);
        break;
    case JAM_END_SIGNAL:
        fprintf(out, ", ended by signal %u", facts->end_value);
        break;
    case JAM_END_KILLED:
        fputs(", killed", out);
        break;
    default:
        break;
    }
}

static void print_processes(const struct text *text)
{
    char duration[JAM_HUMAN_BYTES];
    char count[JAM_HUMAN_BYTES];
    char name[JAM_NAME_TEXT_BYTES];
    for (size_t i = 0; i < text->report->process_count; i++) {
        const struct jam_facts *facts = &text->report->processes[i].facts;
        jam_human_clean(jam_facts_program(facts), name, sizeof name);
        fprintf(text->out, "%s%s%s (pid %u): %s, %s thread%s",
                jam_style_on(text->view->is_color, JAM_STYLE_BOLD), name,
                jam_style_off(text->view->is_color), facts->pid,
                jam_human_time(facts->duration_ns, duration),
                jam_human_count(facts->threads, count), facts->threads == 1 ? "" : "s");
        print_end(facts, text->out);
        fputs(".\n", text->out);
    }
}

/* Totals over the kinds of one section. */
static struct jam_totals sum_section(const struct jam_contention *contention,
                                     enum jam_lock_section section, uint64_t *locks)
{
    struct jam_totals totals = {0};
    *locks = 0;
    for (size_t i = 0; i < contention->lock_count; i++) {
        if (jam_lock_kind_section(contention->locks[i].kind) != section)
            continue;
        jam_totals_add(&totals, &contention->locks[i].totals);
        ++*locks;
    }
    return totals;
}

/* How long all threads lived together: what their waiting is a part of. */
static uint64_t sum_lifetimes(const struct jam_report *report)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < report->contention.thread_count; i++)
        jam_saturate_add(&sum, report->contention.threads[i].lifetime_ns);
    for (size_t i = 0; i < report->process_count; i++)
        jam_saturate_add(&sum, report->processes[i].facts.retired_lifetime_ns);
    return sum;
}

static bool is_trifle(uint64_t part, uint64_t whole)
{
    return part < whole / TRIFLE;
}

static void print_totals(const struct text *text)
{
    uint64_t locks;
    struct jam_totals totals = sum_section(&text->report->contention, JAM_SECTION_LOCKS, &locks);
    uint64_t lifetimes = sum_lifetimes(text->report);
    char n[4][JAM_HUMAN_BYTES];
    fprintf(text->out, "%s lock%s, acquired %s times; %s (%s) had to wait",
            jam_human_count(locks, n[0]), locks == 1 ? "" : "s",
            jam_human_count(totals.acquisitions, n[1]), jam_human_count(totals.contended, n[2]),
            jam_human_share(totals.contended, totals.acquisitions, n[3]));
    if (totals.contended)
        fprintf(text->out, ":\n%s in all (%s of the threads' time), %s at most",
                jam_human_time(totals.wait_ns, n[0]),
                jam_human_share(totals.wait_ns, lifetimes, n[1]),
                jam_human_time(totals.wait_max_ns, n[2]));
    fputs(".\n", text->out);
    if (totals.acquisitions && is_trifle(totals.wait_ns, lifetimes))
        fputs("Waiting for locks is not where the time goes.\n", text->out);
}

/* One line about a call site: what it cost, how often, where. */
struct caller_line {
    uint64_t wait_ns, count;
    const char *verb;
    enum jam_style style;
    uint32_t stack;
};

static void print_caller_line(const struct text *text, struct jam_frames *frames,
                              const struct caller_line *line)
{
    char wait[JAM_HUMAN_BYTES];
    char count[JAM_HUMAN_BYTES];
    bool is_color = text->view->is_color;
    fprintf(text->out, "%10s %11s  %s%-11s%s ", jam_human_time(line->wait_ns, wait),
            jam_human_count(line->count, count), jam_style_on(is_color, line->style), line->verb,
            jam_style_off(is_color));
    jam_stack_print_line(frames, line->stack, JAM_TABLE_WIDTH - CALLER_INDENT, text->out);
    if (text->view->is_verbose)
        jam_stack_print_full(frames, line->stack, CALLER_INDENT, text->out);
}

static void print_more(const struct text *text, size_t count, const char *what)
{
    if (count)
        fprintf(text->out, "%*sand %zu more %s%s\n", CALLER_INDENT, "", count, what,
                count == 1 ? "" : "s");
}

/* A holder that we did not catch says nothing, unless it is most of them. */
static bool is_worth_a_line(const struct jam_blocker *blocker, const struct jam_caller *caller)
{
    return blocker->stack || blocker->wait_ns > caller->totals.wait_ns / 2;
}

static void print_blockers(const struct text *text, struct jam_frames *frames,
                           const struct jam_callers *callers, const struct jam_caller *caller,
                           const struct section_words *words)
{
    size_t limit = text->view->is_verbose ? SIZE_MAX : BLOCKERS_SHOWN;
    size_t shown = 0;
    size_t left = 0;
    for (size_t i = 0; i < caller->blocker_count; i++) {
        const struct jam_blocker *blocker = &callers->blockers[caller->first_blocker + i];
        struct caller_line line = {blocker->wait_ns, blocker->count, words->blocks,
                                   JAM_STYLE_BLOCKER, blocker->stack};
        if (!is_worth_a_line(blocker, caller))
            continue;
        if (shown == limit) {
            left++;
            continue;
        }
        print_caller_line(text, frames, &line);
        shown++;
    }
    print_more(text, left, words->blocker);
}

static void print_callers(const struct text *text, size_t lock, const struct section_words *words)
{
    struct jam_callers callers;
    size_t limit = text->view->is_verbose ? SIZE_MAX : WAITERS_SHOWN;
    struct jam_frames *frames =
        text->report->processes[text->report->contention.locks[lock].process].frames;
    size_t i = 0;
    if (jam_callers_init(&callers, text->report, lock) != 0)
        fputs("   (no memory)\n", text->out);
    for (; i < callers.count && i < limit && callers.callers[i].totals.contended; i++) {
        const struct jam_caller *caller = &callers.callers[i];
        struct caller_line line = {caller->totals.wait_ns, caller->totals.contended, words->waits,
                                   JAM_STYLE_WAITER, caller->stack};
        print_caller_line(text, frames, &line);
        if (words->blocks)
            print_blockers(text, frames, &callers, caller, words);
    }
    print_more(text, callers.count - i, "call site");
    jam_callers_fini(&callers);
}

static void print_lock_facts(const struct text *text, const struct jam_contention_lock *lock)
{
    char n[3][JAM_HUMAN_BYTES];
    if (lock->totals.contended >= lock->totals.acquisitions) /* a condition: every pass waits */
        fprintf(text->out, "   %s waited", jam_human_count(lock->totals.contended, n[0]));
    else
        fprintf(text->out, "   %s of %s acquisitions waited (%s)",
                jam_human_count(lock->totals.contended, n[0]),
                jam_human_count(lock->totals.acquisitions, n[1]),
                jam_human_share(lock->totals.contended, lock->totals.acquisitions, n[2]));
    if (lock->max_waiters > 1)
        fprintf(text->out, ", up to %u at once", lock->max_waiters);
    if (lock->totals.hold_max_ns)
        fprintf(text->out, "; longest hold %s", jam_human_time(lock->totals.hold_max_ns, n[0]));
    fputc('\n', text->out);
}

static void print_lock(const struct text *text, const struct jam_row *row, uint64_t total_ns,
                       const struct section_words *words)
{
    char share[JAM_HUMAN_BYTES];
    char longest[JAM_HUMAN_BYTES];
    char name[JAM_NAME_TEXT_BYTES + 64];
    size_t columns = text->view->is_verbose ? SIZE_MAX : HEADING_COLUMNS;
    bool is_color = text->view->is_color;
    fprintf(text->out, "\n%s%s%s: %s of the waiting, %s at most\n",
            jam_style_on(is_color, JAM_STYLE_BOLD),
            jam_table_fit(row->name, columns, name, sizeof name), jam_style_off(is_color),
            jam_human_share(row->value[JAM_COLUMN_WAIT], total_ns, share),
            jam_human_time(row->value[JAM_COLUMN_MAX], longest));
    print_lock_facts(text, &text->report->contention.locks[row->subject]);
    fprintf(text->out, "%s%10s %11s%s\n", jam_style_on(is_color, JAM_STYLE_DIM), "wait", "times",
            jam_style_off(is_color));
    print_callers(text, row->subject, words);
}

static size_t shown_rows(const struct jam_rows *rows, const struct jam_report_view *view)
{
    return view->limit && view->limit < rows->count ? (size_t)view->limit : rows->count;
}

static void print_title(const struct text *text, const char *title, const struct jam_rows *rows)
{
    size_t shown = shown_rows(rows, text->view);
    bool is_color = text->view->is_color;
    fprintf(text->out, "\n%s%s by %s%s", jam_style_on(is_color, JAM_STYLE_BOLD), title,
            jam_column_keys[text->view->sort], jam_style_off(is_color));
    if (shown < rows->count)
        fprintf(text->out, " (%zu of %zu)", shown, rows->count);
    fputs("\n", text->out);
}

/* The locks of a table one by one, if they cost anything worth mentioning. */
static void print_details(const struct text *text, const struct jam_rows *rows, size_t shown,
                          const struct section_words *words)
{
    uint64_t total_ns = 0;
    size_t trifles = 0;
    for (size_t i = 0; i < rows->count; i++)
        jam_saturate_add(&total_ns, rows->rows[i].value[JAM_COLUMN_WAIT]);
    for (size_t i = 0; i < shown; i++) {
        const struct jam_row *row = &rows->rows[i];
        if (!row->value[JAM_COLUMN_CONTENDED])
            continue;
        bool is_small = is_trifle(row->value[JAM_COLUMN_WAIT], total_ns) || !words->blocks;
        if (is_small && !text->view->is_verbose)
            trifles++;
        else
            print_lock(text, row, total_ns, words);
    }
    if (trifles && words->blocks)
        fprintf(text->out, "\n%zu more with less than 1 %% of the waiting each: see -v\n", trifles);
}

static void print_section(const struct text *text, enum jam_lock_section section)
{
    const struct section_words *words = &section_words[section];
    struct jam_rows rows;
    if (jam_rows_make(&rows, text->report, section, text->view) == 0 && rows.count) {
        size_t shown = shown_rows(&rows, text->view);
        jam_rows_name_locks(&rows, text->report, shown);
        print_title(text, words->title, &rows);
        const struct jam_table table = {words->subject, section == JAM_SECTION_LOCKS, text->view};
        jam_table_print(&table, &rows, shown, text->out);
        print_details(text, &rows, shown, words);
    }
    jam_rows_fini(&rows);
}

/* A table over all kinds: call sites, classes or threads. */
static void print_merged(const struct text *text, const char *title, const char *subject)
{
    struct jam_rows rows;
    if (jam_rows_make(&rows, text->report, JAM_SECTIONS, text->view) == 0) {
        print_title(text, title, &rows);
        const struct jam_table table = {subject, true, text->view};
        jam_table_print(&table, &rows, shown_rows(&rows, text->view), text->out);
    }
    jam_rows_fini(&rows);
}

static void print_hint(const struct text *text)
{
    const char *path = text->report->processes[0].trace->path;
    const char *more = text->report->process_count > 1 ? " ..." : "";
    if (text->view->by == JAM_BY_LOCK)
        fprintf(text->out, "\nNext, whole call stacks:  lockjam report -v %s%s\n", path, more);
    else
        fprintf(text->out, "\nNext, who blocks whom:  lockjam report --by=lock %s%s\n", path, more);
    fputs("Other views: --by=site, --by=class, --by=thread, --sort=hold; lockjam help report\n",
          text->out);
}

void jam_report_text(struct jam_report *report, const struct jam_report_view *view, FILE *out)
{
    const struct text text = {report, view, out};
    print_losses(&text);
    print_processes(&text);
    print_totals(&text);
    switch (view->by) {
    case JAM_BY_SITE:
        print_merged(&text, "Call sites", "call site");
        break;
    case JAM_BY_CLASS:
        print_merged(&text, "Lock classes", "class");
        break;
    case JAM_BY_THREAD:
        print_merged(&text, "Threads", "thread");
        break;
    default:
        for (unsigned i = 0; i < JAM_SECTIONS; i++)
            print_section(&text, i);
        break;
    }
    print_hint(&text);
}
