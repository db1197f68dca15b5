/*
 * The check for people: the verdict in the first line, then each finding with what its threads
 * hold and want, the last line for who looks at nothing else.
 */
#include <stdlib.h>
#include <string.h>

#include "render/check/render_check_name.h"
#include "render/check/render_check_wish.h"
#include "render/check/render_check_words.h"
#include "render/render_name.h"
#include "render/render_stack.h"
#include "render/render_table.h"
#include "util/human.h"
#include "util/style.h"
#include "util/wrap.h"

#define INDENT        4  /* of what belongs to a finding */
#define STACK_INDENT  14 /* of stacks */
#define FRAMES_SHOWN  6  /* of a stack, unless verbose */
#define LABEL_COLUMNS 8

struct page {
    struct jam_check *check;
    const struct jam_check_view *view;
    FILE *out;
};

static void print_wrapped(const struct page *page, size_t at, size_t indent, const char *text)
{
    const struct jam_wrap wrap = {at, indent, JAM_TABLE_WIDTH};
    jam_wrap_print(&wrap, text, page->out);
}

static void print_styled(const struct page *page, enum jam_style style, const char *text)
{
    fprintf(page->out, "%s%s%s", jam_style_on(page->view->is_color, style), text,
            jam_style_off(page->view->is_color));
}

/* "    Why     text text", wrapped below its beginning. */
static void print_labelled(const struct page *page, const char *label, const char *text)
{
    fprintf(page->out, "%*s", INDENT, "");
    print_styled(page, JAM_STYLE_DIM, label);
    size_t used = strlen(label);
    size_t width = used < LABEL_COLUMNS ? LABEL_COLUMNS : used + 1;
    fprintf(page->out, "%*s", (int)(width - used), "");
    print_wrapped(page, INDENT + width, INDENT + width, text);
}

static void print_short_stack(const struct page *page, const struct jam_finding *finding,
                              uint32_t stack)
{
    char name[JAM_NAME_TEXT_BYTES];
    char fitting[JAM_NAME_TEXT_BYTES];
    struct jam_frame_list list = jam_check_frames(page->check, finding, stack);
    for (size_t i = 0; i < list.count && i < FRAMES_SHOWN; i++)
        fprintf(page->out, "%*s%s%s\n", STACK_INDENT, "",
                jam_table_fit(jam_name_frame(&list.frames[i], name),
                              JAM_TABLE_WIDTH - STACK_INDENT - sizeof " (inlined)", fitting,
                              sizeof fitting),
                list.frames[i].is_inlined ? " (inlined)" : "");
    if (list.count > FRAMES_SHOWN)
        fprintf(page->out, "%*sand %zu callers more (-v)\n", STACK_INDENT, "",
                list.count - FRAMES_SHOWN);
    if (!list.count)
        fprintf(page->out, "%*s(the place was not recorded)\n", STACK_INDENT, "");
}

static void print_stack(const struct page *page, const struct jam_finding *finding, uint32_t stack)
{
    if (page->view->is_verbose && stack)
        jam_stack_print_full(page->check->report.processes[finding->process].frames, stack,
                             STACK_INDENT, page->out);
    else
        print_short_stack(page, finding, stack);
}

/* One end of an edge: "      holds accounts[0] for reading, at", and the stack. */
static void print_use(const struct page *page, const struct jam_finding *finding,
                      const struct jam_lock_use *use, const char *verb, enum jam_style style)
{
    fprintf(page->out, "%*s", INDENT + 2, "");
    print_styled(page, style, verb);
    bool has_place = use->stack && !(use->flags & JAM_USE_QUEUED); /* it is that of its wait */
    fprintf(page->out, " %s%s%s\n", jam_check_lock_name(page->check, finding, use),
            use->mode == JAM_SHARED ? " for reading" : "", has_place ? ", at" : "");
    if (has_place)
        print_stack(page, finding, use->stack);
}

/* What a thread held beside the lock of the cycle. */
static void print_also_held(const struct page *page, const struct jam_finding *finding,
                            const struct jam_finding_edge *edge)
{
    const char *separator = "and holds ";
    for (size_t i = 0; i < edge->held_count; i++) {
        const struct jam_lock_use *use = &finding->held[edge->first_held + i];
        if (use->lock == edge->holds.lock)
            continue;
        if (*separator == 'a')
            fprintf(page->out, "%*s", INDENT + 2, "");
        fprintf(page->out, "%s%s", separator, jam_check_lock_name(page->check, finding, use));
        separator = ", ";
    }
    if (*separator == ',')
        fputc('\n', page->out);
}

static void print_thread(const struct page *page, const struct jam_finding *finding,
                         uint32_t thread)
{
    uint32_t tid = jam_check_tid(page->check, finding, thread);
    fprintf(page->out, "%*sThread ", INDENT, "");
    print_styled(page, JAM_STYLE_BOLD, jam_check_thread_label(page->check, finding, thread));
    if (tid)
        fprintf(page->out, " (tid %u%s)", tid,
                jam_check_is_daemon(page->check, finding, thread) ? ", daemon" : "");
    fputc('\n', page->out);
}

static void print_edge(const struct page *page, const struct jam_finding *finding,
                       const struct jam_finding_edge *edge)
{
    print_thread(page, finding, edge->thread);
    print_use(page, finding, &edge->holds, jam_check_hold_verb(page->check, finding, &edge->holds),
              JAM_STYLE_BLOCKER);
    print_use(page, finding, &edge->wants,
              finding->kind == JAM_FINDING_DEADLOCK ? "waits for" : "wants", JAM_STYLE_WAITER);
    print_also_held(page, finding, edge);
}

/* What a thread does, in words. */
static void print_role(const struct page *page, const struct jam_finding *finding, bool is_other)
{
    struct jam_check_role roles[2];
    size_t count = jam_check_roles(page->check, finding, roles, 2);
    size_t index = is_other ? 1 : 0;
    if (index >= count)
        return;
    fprintf(page->out, "%*s", INDENT + 2, "");
    print_wrapped(page, INDENT + 2, INDENT + 4, roles[index].text);
}

/* The thread and place of a finding that is no cycle; then the other's, which may be the same. */
static void print_party(const struct page *page, const struct jam_finding *finding, bool is_other)
{
    const struct jam_lock_use *use = is_other ? &finding->other : &finding->subject;
    uint32_t thread = is_other ? finding->other_thread : finding->thread;
    bool is_same = is_other && thread == finding->thread;
    if (!use->stack && (!thread || is_same))
        return;
    if (is_same) {
        fprintf(page->out, "%*sbefore that, at\n", INDENT + 2, "");
    } else {
        print_thread(page, finding, thread);
        print_role(page, finding, is_other);
    }
    if (use->stack)
        print_stack(page, finding, use->stack);
}

static void print_story(const struct page *page, const struct jam_finding *finding)
{
    for (size_t i = 0; i < finding->edge_count; i++)
        print_edge(page, finding, &finding->edges[i]);
    if (finding->edge_count && !finding->subject.stack)
        return;
    print_party(page, finding, false);
    print_party(page, finding, true);
}

/* "accounts[0] -> accounts[1] -> accounts[0]". */
static void print_cycle(const struct page *page, const struct jam_finding *finding)
{
    char text[4096];
    size_t used = 0;
    for (size_t i = 0; i < finding->edge_count && used < sizeof text; i++)
        used +=
            (size_t)snprintf(text + used, sizeof text - used, "%s -> ",
                             jam_check_lock_name(page->check, finding, &finding->edges[i].holds));
    if (!finding->edge_count || used >= sizeof text)
        return;
    const struct jam_finding_edge *last = &finding->edges[finding->edge_count - 1];
    snprintf(text + used, sizeof text - used, "%s",
             jam_check_lock_name(page->check, finding, &last->wants));
    print_labelled(page, finding->reason == JAM_REASON_DECLARED ? "Order" : "Cycle", text);
}

static void print_heading(const struct page *page, const struct jam_check_item *item, size_t number)
{
    const struct jam_finding *finding = item->finding;
    char count[JAM_HUMAN_BYTES];
    char heading[128];
    snprintf(heading, sizeof heading, "%zu. %s", number, jam_finding_kind_name(finding->kind));
    fputc('\n', page->out);
    print_styled(page, JAM_STYLE_BOLD, heading);
    fprintf(page->out, ": %s, %s  id %s", jam_severity_name(finding->severity),
            jam_grade_name(finding->grade), item->id);
    if (item->count > 1)
        fprintf(page->out, ", %s times", jam_human_count(item->count, count));
    fputc('\n', page->out);
}

/* Which process: only worth a line if there are several. */
static void print_process(const struct page *page, const struct jam_finding *finding)
{
    char text[JAM_NAME_TEXT_BYTES];
    char name[JAM_NAME_TEXT_BYTES];
    const struct jam_facts *facts = &page->check->report.processes[finding->process].facts;
    if (page->check->report.process_count < 2)
        return;
    jam_human_clean(jam_facts_program(facts), name, sizeof name / 2);
    snprintf(text, sizeof text, "%.200s (pid %u)", name, facts->pid);
    print_labelled(page, "Process", text);
}

/* Who has ended such waits before. */
static void print_enders(const struct page *page, const struct jam_finding *finding)
{
    const char *texts[JAM_ENDERS_SHOWN + 1];
    if (finding->kind != JAM_FINDING_STUCK_WAIT)
        return;
    jam_check_ender_texts(page->check, finding, &finding->subject, texts);
    for (size_t i = 0; texts[i]; i++)
        print_labelled(page, i ? "" : "Before", texts[i]);
}

static void print_item(const struct page *page, const struct jam_check_item *item, size_t number)
{
    const struct jam_finding *finding = item->finding;
    bool is_note = finding->severity == JAM_SEVERITY_NOTE;
    char sentence[4096];
    print_heading(page, item, number);
    snprintf(sentence, sizeof sentence, "%s.", jam_check_message(page->check, finding));
    fprintf(page->out, "%*s", INDENT, "");
    print_wrapped(page, INDENT, INDENT, sentence);
    if (is_note && !page->view->is_verbose) /* the sentence has both places */
        return;
    print_process(page, finding);
    print_cycle(page, finding);
    print_story(page, finding);
    print_enders(page, finding);
    print_labelled(page, "Why", jam_check_grade_text(page->check, finding));
    print_labelled(page, "Fix", jam_check_advice(page->check, finding));
}

static void print_filtered_item(const struct page *page, const struct jam_check_item *item)
{
    char text[4096];
    snprintf(text, sizeof text, "%s: %s; %s.", jam_finding_kind_name(item->finding->kind),
             jam_check_message(page->check, item->finding),
             jam_check_filter_text(page->check, item));
    fprintf(page->out, "  %s  ", item->id);
    print_wrapped(page, 20, 20, text);
}

/* "3 filtered: 2 gate-lock, 1 suppressed". */
static void print_filter_counts(const struct page *page)
{
    const struct jam_check *check = page->check;
    size_t counts[JAM_FILTERS] = {0};
    char more[JAM_HUMAN_BYTES];
    for (size_t i = check->shown_count; i < check->item_count; i++)
        counts[check->items[i].filter]++;
    fprintf(page->out, "\n%zu not counted:", check->item_count - check->shown_count);
    const char *separator = " ";
    for (unsigned i = 1; i < JAM_FILTERS; i++) {
        if (!counts[i])
            continue;
        fprintf(page->out, "%s%zu %s", separator, counts[i], jam_filter_name(i));
        separator = ", ";
    }
    if (check->findings.dropped_more)
        fprintf(page->out, "%s%s more that are not listed", separator,
                jam_human_count(check->findings.dropped_more, more));
    fputs(page->view->is_verbose ? "\n" : " (-v lists them)\n", page->out);
}

static void print_filtered(const struct page *page)
{
    const struct jam_check *check = page->check;
    if (check->shown_count == check->item_count)
        return;
    print_filter_counts(page);
    for (size_t i = check->shown_count; page->view->is_verbose && i < check->item_count; i++)
        print_filtered_item(page, &check->items[i]);
}

static void print_first_line(const struct page *page)
{
    char text[4096];
    snprintf(text, sizeof text, "%s. %s.", jam_check_verdict(page->check),
             jam_check_losses(page->check));
    fputs(jam_style_on(page->view->is_color, JAM_STYLE_BOLD), page->out);
    print_wrapped(page, 0, 0, text);
    fputs(jam_style_off(page->view->is_color), page->out);
}

static void print_summary(const struct page *page)
{
    const struct jam_check *check = page->check;
    size_t counts[JAM_SEVERITY_ERROR + 1] = {0};
    size_t failing = 0;
    for (size_t i = 0; i < check->shown_count; i++) {
        counts[check->items[i].finding->severity]++;
        failing += check->items[i].is_failing;
    }
    fprintf(page->out, "\n%zu error%s, %zu warning%s, %zu note%s; %zu not counted: ",
            counts[JAM_SEVERITY_ERROR], counts[JAM_SEVERITY_ERROR] == 1 ? "" : "s",
            counts[JAM_SEVERITY_WARNING], counts[JAM_SEVERITY_WARNING] == 1 ? "" : "s",
            counts[JAM_SEVERITY_NOTE], counts[JAM_SEVERITY_NOTE] == 1 ? "" : "s",
            check->item_count - check->shown_count);
    if (failing)
        fprintf(page->out, "failed, %zu at or above --fail-on\n", failing);
    else
        fputs("passed\n", page->out);
}

void jam_check_text_items(struct jam_check *check, const struct jam_check_view *view, FILE *out)
{
    const struct page page = {check, view, out};
    for (size_t i = 0; i < check->shown_count; i++)
        print_item(&page, &check->items[i], i + 1);
}

void jam_check_text(struct jam_check *check, const struct jam_check_view *view, FILE *out)
{
    const struct page page = {check, view, out};
    print_first_line(&page);
    jam_check_text_items(check, view, out);
    print_filtered(&page);
    print_summary(&page);
}
