/*
 * The report for people. The first screen answers which lock, who waits and who makes them wait;
 * the last line says what to type next.
 */
#include <inttypes.h>
#include <string.h>

#include "render/render_name.h"
#include "render/render_text.h"
#include "render/render_table.h"
#include "util/human.h"
#include "util/saturate.h"
#include "util/style.h"

static const struct jam_section_words section_words[JAM_SECTIONS] = {
    [JAM_SECTION_LOCKS] = {"Locks", "lock", "waits at", "  held by", "holder"},
    [JAM_SECTION_CONDITIONS] = {"Condition variables", "condition", "waits at", "  woken by",
                                "waker"},
    [JAM_SECTION_SEMAPHORES] = {"Semaphores", "semaphore", "waits at", "  posted by", "poster"},
    [JAM_SECTION_BARRIERS] = {"Barriers and one-time initialisation", "object", "waits at",
                              "  ended by", "other"},
    [JAM_SECTION_JOINS] = {"Joins", "thread", "waits at", NULL, NULL},
};

static void print_losses(const struct jam_text *text)
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
        fputs(facts->is_running ? ", still running" : "", out);
        break;
    }
}

static void print_processes(const struct jam_text *text)
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

/* True: the waiting is a trifle, and that was said. */
static bool print_totals(const struct jam_text *text)
{
    uint64_t locks;
    struct jam_totals totals = sum_section(&text->report->contention, JAM_SECTION_LOCKS, &locks);
    uint64_t lifetimes = sum_lifetimes(text->report);
    char n[4][JAM_HUMAN_BYTES];
    fprintf(text->out, "%s lock%s, acquired %s times; %s (%s) had to wait",
            jam_human_count(locks, n[0]), locks == 1 ? "" : "s",
            jam_human_count(totals.acquisitions, n[1]), jam_human_count(totals.contended, n[2]),
            jam_human_share(totals.contended, totals.acquisitions, n[3]));
    if (totals.timeouts)
        fprintf(text->out, ", %s more timed out", jam_human_count(totals.timeouts, n[0]));
    if (totals.wait_ns)
        fprintf(text->out, ":\n%s in all (%s of the threads' time), %s at most",
                jam_human_time(totals.wait_ns, n[0]),
                jam_human_share(totals.wait_ns, lifetimes, n[1]),
                jam_human_time(totals.wait_max_ns, n[2]));
    fputs(".\n", text->out);
    if (!totals.wait_ns || !jam_text_is_trifle(totals.wait_ns, lifetimes))
        return false;
    fputs("Waiting for locks is not where the time goes.\n", text->out);
    return true;
}

static size_t shown_rows(const struct jam_rows *rows, const struct jam_report_view *view)
{
    return view->limit && view->limit < rows->count ? (size_t)view->limit : rows->count;
}

static void print_title(const struct jam_text *text, const char *title, const struct jam_rows *rows)
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
static void print_details(const struct jam_text *text, const struct jam_rows *rows, size_t shown,
                          const struct jam_section_words *words)
{
    uint64_t total_ns = 0;
    size_t trifles = 0;
    for (size_t i = 0; i < rows->count; i++)
        jam_saturate_add(&total_ns, rows->rows[i].value[JAM_COLUMN_WAIT]);
    for (size_t i = 0; i < shown; i++) {
        const struct jam_row *row = &rows->rows[i];
        if (!row->value[JAM_COLUMN_CONTENDED] && !row->value[JAM_COLUMN_TIMEOUTS])
            continue;
        bool is_small = jam_text_is_trifle(row->value[JAM_COLUMN_WAIT], total_ns) || !words->blocks;
        if (is_small && !text->view->is_verbose)
            trifles++;
        else
            jam_text_lock(text, row, total_ns, words);
    }
    if (trifles && words->blocks)
        fprintf(text->out, "\n%zu more with less than 1 %% of the waiting each: see -v\n", trifles);
}

/*
 * At what is no lock, waiting is all that counts: joins, onces and barriers that nobody waited for
 * are left out unless everything is asked for.
 */
static void drop_idle(struct jam_rows *rows)
{
    size_t kept = 0;
    for (size_t i = 0; i < rows->count; i++)
        if (rows->rows[i].value[JAM_COLUMN_WAIT])
            rows->rows[kept++] = rows->rows[i];
    rows->count = kept;
}

static void print_section(const struct jam_text *text, enum jam_lock_section section)
{
    const struct jam_section_words *words = &section_words[section];
    struct jam_rows rows;
    int status = jam_rows_make(&rows, text->report, section, text->view);
    if (status == 0 && section != JAM_SECTION_LOCKS && !text->view->is_verbose)
        drop_idle(&rows);
    if (status == 0 && rows.count) {
        size_t shown = shown_rows(&rows, text->view);
        jam_rows_name_locks(&rows, text->report, shown);
        print_title(text, words->title, &rows);
        const struct jam_table table = {words->subject, section == JAM_SECTION_LOCKS,
                                        jam_text_has_path(text->report), text->view};
        jam_table_print(&table, &rows, shown, text->out);
        print_details(text, &rows, shown, words);
    }
    jam_rows_fini(&rows);
}

/* A table over all kinds: call sites, classes or threads. */
static void print_merged(const struct jam_text *text, const char *title, const char *subject)
{
    struct jam_rows rows;
    if (jam_rows_make(&rows, text->report, JAM_SECTIONS, text->view) == 0) {
        print_title(text, title, &rows);
        const struct jam_table table = {subject, true, jam_text_has_path(text->report), text->view};
        jam_table_print(&table, &rows, shown_rows(&rows, text->view), text->out);
    }
    jam_rows_fini(&rows);
}

static void print_hint(const struct jam_text *text)
{
    const char *path = text->report->processes[0].trace->path;
    const char *more = text->report->process_count > 1 ? " ..." : "";
    if (text->view->by == JAM_BY_LOCK)
        fprintf(text->out, "\nNext, whole call stacks:  lockjam report -v %s%s\n", path, more);
    else
        fprintf(text->out, "\nNext, who blocks whom:  lockjam report --by=lock %s%s\n", path, more);
    fputs("Other views: --by=site, --by=class, --by=thread, --by=role, --sort=hold; lockjam help "
          "report\n",
          text->out);
}

void jam_report_text(struct jam_report *report, const struct jam_report_view *view, FILE *out)
{
    const struct jam_text text = {report, view, out};
    print_losses(&text);
    print_processes(&text);
    jam_text_path(&text, print_totals(&text));
    jam_text_gils(&text);
    if (view->by == JAM_BY_LOCK)
        jam_text_waiting(&text, true);
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
    case JAM_BY_ROLE:
        print_merged(&text, "Roles of threads", "role");
        break;
    default:
        for (unsigned i = 0; i < JAM_SECTIONS; i++)
            print_section(&text, i);
        jam_text_shapes(&text);
        jam_text_waiting(&text, false);
        break;
    }
    print_hint(&text);
}
