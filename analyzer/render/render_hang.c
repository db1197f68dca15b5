/* Takes a snapshot, finds its names, and prints it as text. */
#include "render/render_hang.h"

#include <inttypes.h>
#include <string.h>

#include "render/check/render_check_name.h"
#include "render/render_hang_names.h"
#include "trace/trace_hang.h"
#include "util/human.h"
#include "util/style.h"

#define HOLDERS_SHOWN 4 /* of one wait */

/* The snapshot comes first: stacks of waits that began later would not be in the report's view. */
static int take(struct jam_hang_report *report, const char *path, struct jam_error *error)
{
    struct jam_trace *trace;
    struct jam_facts facts = {0};
    if (jam_trace_open(&trace, path, error) != 0)
        return error->code;
    int status = jam_facts_init(&facts, trace, error);
    if (!status)
        status = jam_trace_hang_judge(&report->hang, trace, &facts, error);
    report->ended_by_itself = facts.end_kind == JAM_END_EXIT;
    jam_facts_fini(&facts);
    jam_trace_close(trace);
    return status;
}

/* The rest, from a judged snapshot. */
static int finish(struct jam_hang_report *report, const char *path, struct jam_error *error)
{
    static const struct jam_check_rules rules = {.fail_on = JAM_FAIL_FEASIBLE};
    char *paths[] = {(char *)path};
    int status = jam_report_open(&report->check.report, paths, 1, error);
    if (!status && !report->ended_by_itself &&
        jam_hang_explain(&report->hang, &report->check.findings) != 0)
        status = jam_error_memory(error);
    return status ? status : jam_check_judge(&report->check, &rules, error);
}

int jam_hang_report_open(struct jam_hang_report *report, const char *path, struct jam_error *error)
{
    *report = (struct jam_hang_report){0};
    int status = take(report, path, error);
    return status ? status : finish(report, path, error);
}

int jam_hang_report_make(struct jam_hang_report *report, const char *path, struct jam_hang *hang,
                         struct jam_error *error)
{
    *report = (struct jam_hang_report){.hang = *hang};
    *hang = (struct jam_hang){0};
    return finish(report, path, error);
}

void jam_hang_report_close(struct jam_hang_report *report)
{
    jam_check_close(&report->check);
    jam_hang_fini(&report->hang);
}

bool jam_hang_report_is_hang(const struct jam_hang_report *report)
{
    return jam_check_has_failed(&report->check);
}

/* --- text --- */

struct page {
    struct jam_hang_report *report;
    const struct jam_check_view *view;
    FILE *out;
};

static size_t count_waiting(const struct jam_hang *hang)
{
    size_t count = 0;
    for (size_t i = 0; i < hang->thread_count; i++)
        count += hang->threads[i].state == JAM_HANG_WAITS;
    return count;
}

static const char *verdict(const struct jam_hang_report *report)
{
    if (jam_hang_report_is_hang(report))
        return "Hang";
    if (report->ended_by_itself)
        return "No hang: the process ended by itself";
    if (report->check.shown_count)
        return "Perhaps a hang: nobody that we know could end these waits";
    return count_waiting(&report->hang) ? "No hang: every wait can still end"
                                        : "No hang: no thread waits";
}

static void print_verdict(const struct page *page)
{
    const struct jam_facts *facts = &page->report->check.report.processes[0].facts;
    const struct jam_hang *hang = &page->report->hang;
    char program[256], time[JAM_HUMAN_BYTES];
    size_t waiting = count_waiting(hang);
    jam_human_clean(jam_facts_program(facts), program, sizeof program);
    fprintf(page->out, "%s%s.%s ", jam_style_on(page->view->is_color, JAM_STYLE_BOLD),
            verdict(page->report), jam_style_off(page->view->is_color));
    fprintf(page->out, "%s (pid %" PRIu32 "), %s: %zu thread%s wait%s, %zu for ever\n", program,
            facts->pid, jam_human_time(facts->duration_ns, time), waiting, waiting == 1 ? "" : "s",
            waiting == 1 ? "s" : "", hang->stuck_count);
}

static const char *prospect(const struct jam_hang_report *report,
                            const struct jam_hang_thread *thread)
{
    if (report->ended_by_itself)
        return "left behind when the process ended";
    if (thread->is_stuck)
        return report->hang.strangers ? "nobody that we know can end it" : "waits for ever";
    if (thread->wait.is_timed)
        return "ends at its time limit";
    if (jam_hang_waits_for_event(&report->hang, thread))
        return "could still be woken";
    return thread->tie_count ? "ends when that is released" : "who holds it is not known";
}

static void print_tie(const struct page *page, const struct jam_hang_tie *tie)
{
    const struct jam_hang *hang = &page->report->hang;
    char time[JAM_HUMAN_BYTES];
    char text[256];
    fprintf(page->out, "      %s %s", jam_hang_tie_verb(hang, tie),
            jam_hang_thread_text(page->report, tie->to, text, sizeof text));
    if (tie->kind == JAM_TIE_HOLDS || tie->kind == JAM_TIE_REACQUIRE) {
        const struct jam_held *held = &hang->helds[tie->held];
        fprintf(page->out, " for %s, taken at %s",
                jam_human_time(jam_hang_for_ns(page->report, held->acquired_ticks), time),
                jam_hang_place(page->report, held->stack));
    }
    fputc('\n', page->out);
}

/* Who has ended such waits before. */
static void print_enders(const struct page *page, const struct jam_hang_thread *thread)
{
    const char *texts[JAM_ENDERS_SHOWN + 1];
    jam_hang_enders(page->report, thread, texts);
    for (size_t i = 0; texts[i]; i++)
        fprintf(page->out, "      %s\n", texts[i]);
}

static void print_waiting(const struct page *page, uint32_t index)
{
    const struct jam_hang_thread *thread = &page->report->hang.threads[index];
    char time[JAM_HUMAN_BYTES];
    char text[256];
    bool is_color = page->view->is_color;
    fprintf(page->out, "  %s%s%s waits %s for %s, at %s\n",
            jam_style_on(is_color, JAM_STYLE_WAITER),
            jam_hang_thread_text(page->report, index, text, sizeof text), jam_style_off(is_color),
            jam_hang_wish(page->report, thread),
            jam_human_time(jam_hang_for_ns(page->report, thread->wait.since_ticks), time),
            jam_hang_place(page->report, thread->wait.stack));
    for (size_t i = 0; i < thread->tie_count && i < HOLDERS_SHOWN; i++)
        print_tie(page, &page->report->hang.ties[thread->first_tie + i]);
    if (thread->tie_count > HOLDERS_SHOWN)
        fprintf(page->out, "      and %zu more\n", thread->tie_count - HOLDERS_SHOWN);
    print_enders(page, thread);
    fprintf(page->out, "      %s\n", prospect(page->report, thread));
}

void jam_hang_report_text(struct jam_hang_report *report, const struct jam_check_view *view,
                          FILE *out)
{
    const struct page page = {report, view, out};
    print_verdict(&page);
    jam_check_text_items(&report->check, view, out);
    if (count_waiting(&report->hang))
        fputs("\nThreads that wait\n", out);
    for (size_t i = 0; i < report->hang.thread_count; i++)
        if (report->hang.threads[i].state == JAM_HANG_WAITS)
            print_waiting(&page, (uint32_t)i);
}
