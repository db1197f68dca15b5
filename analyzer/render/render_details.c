/* Locks one by one: who waits, who makes them wait; and who was still waiting at the end. */
#include <string.h>

#include "core/lock_kind.h"
#include "render/render_callers.h"
#include "render/render_name.h"
#include "render/render_role.h"
#include "render/render_stack.h"
#include "render/render_table.h"
#include "render/render_text.h"
#include "render/render_waiting.h"
#include "util/human.h"
#include "util/saturate.h"
#include "util/style.h"

#define WAITERS_SHOWN   3 /* call sites per lock, unless verbose */
#define BLOCKERS_SHOWN  2 /* per waiting call site */
#define CALLER_INDENT   36
#define HEADING_COLUMNS 62 /* what a lock's name may take in its heading */
#define WAITING_COLUMNS 50 /* ... and behind a thread's name */
#define THREAD_BYTES    (JAM_TITLE_BYTES * 4 + 64)
#define HOLDERS_SHOWN   2 /* per waiting thread: only shared locks have more than one */
#define HANG_NS         1000000000u
#define TRIFLE          100

bool jam_text_is_trifle(uint64_t part, uint64_t whole)
{
    return part < whole / TRIFLE;
}

/* One line about a call site: what it cost, how often, where. */
struct caller_line {
    uint64_t wait_ns, count;
    const char *verb;
    enum jam_style style;
    uint32_t stack;
};

static void print_caller_line(const struct jam_text *text, struct jam_frames *frames,
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

static void print_more(const struct jam_text *text, size_t count, const char *what)
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

static void print_blockers(const struct jam_text *text, struct jam_frames *frames,
                           const struct jam_callers *callers, const struct jam_caller *caller,
                           const struct jam_section_words *words)
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

/* Waits that gave up cost time, but are no acquisitions. */
static bool has_waited(const struct jam_caller *caller)
{
    return caller->totals.contended || caller->totals.timeouts || caller->totals.wait_ns;
}

static void print_callers(const struct jam_text *text, size_t lock,
                          const struct jam_section_words *words)
{
    struct jam_callers callers;
    size_t limit = text->view->is_verbose ? SIZE_MAX : WAITERS_SHOWN;
    struct jam_frames *frames =
        text->report->processes[text->report->contention.locks[lock].process].frames;
    size_t i = 0;
    if (jam_callers_init(&callers, text->report, lock) != 0)
        fputs("   (no memory)\n", text->out);
    for (; i < callers.count && i < limit && has_waited(&callers.callers[i]); i++) {
        const struct jam_caller *caller = &callers.callers[i];
        uint64_t times = jam_saturate_sum(caller->totals.contended, caller->totals.timeouts);
        struct caller_line line = {caller->totals.wait_ns, times, words->waits, JAM_STYLE_WAITER,
                                   caller->stack};
        print_caller_line(text, frames, &line);
        if (words->blocks)
            print_blockers(text, frames, &callers, caller, words);
    }
    print_more(text, callers.count - i, "call site");
    jam_callers_fini(&callers);
}

/* Holds that others waited for against those that kept nobody: is it the long ones that hurt? */
static void print_lock_holds(const struct jam_text *text, const struct jam_totals *totals)
{
    char n[4][JAM_HUMAN_BYTES];
    uint64_t alone = totals->releases - totals->holds_contended;
    uint64_t alone_ns = totals->hold_ns - totals->hold_contended_ns;
    if (!totals->holds_contended || totals->holds_contended > totals->releases ||
        totals->hold_contended_ns > totals->hold_ns) /* a trace may say anything */
        return;
    fprintf(text->out, "   held %s in all, %s of it with others waiting: mean hold %s then",
            jam_human_time(totals->hold_ns, n[0]),
            jam_human_share(totals->hold_contended_ns, totals->hold_ns, n[1]),
            jam_human_time(totals->hold_contended_ns / totals->holds_contended, n[2]));
    if (alone)
        fprintf(text->out, ", %s else", jam_human_time(alone_ns / alone, n[3]));
    fputc('\n', text->out);
}

static void print_lock_facts(const struct jam_text *text, const struct jam_contention_lock *lock)
{
    char n[3][JAM_HUMAN_BYTES];
    if (lock->totals.contended >= lock->totals.acquisitions) /* a condition: every pass waits */
        fprintf(text->out, "   %s waited", jam_human_count(lock->totals.contended, n[0]));
    else
        fprintf(text->out, "   %s of %s acquisitions waited (%s)",
                jam_human_count(lock->totals.contended, n[0]),
                jam_human_count(lock->totals.acquisitions, n[1]),
                jam_human_share(lock->totals.contended, lock->totals.acquisitions, n[2]));
    if (lock->totals.timeouts)
        fprintf(text->out, ", %s more timed out", jam_human_count(lock->totals.timeouts, n[0]));
    if (lock->max_waiters > 1)
        fprintf(text->out, ", up to %u at once", lock->max_waiters);
    if (lock->totals.hold_max_ns)
        fprintf(text->out, "; longest hold %s", jam_human_time(lock->totals.hold_max_ns, n[0]));
    fputc('\n', text->out);
    if (jam_lock_kind_section(lock->kind) == JAM_SECTION_LOCKS) /* the others are waited at */
        print_lock_holds(text, &lock->totals);
}

void jam_text_lock(const struct jam_text *text, const struct jam_row *row, uint64_t total_ns,
                   const struct jam_section_words *words)
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

/* Indented below the thread's line: a verb in colour and a place. */
static void print_place(const struct jam_text *text, enum jam_style style, const char *verb,
                        struct jam_frames *frames, uint32_t stack)
{
    bool is_color = text->view->is_color;
    fprintf(text->out, "%12s%s%s%s ", "", jam_style_on(is_color, style), verb,
            jam_style_off(is_color));
    jam_stack_print_line(frames, stack, JAM_TABLE_WIDTH - 14 - strlen(verb), text->out);
    if (text->view->is_verbose)
        jam_stack_print_full(frames, stack, 14, text->out);
}

static void print_holders(const struct jam_text *text, const struct jam_waiting *waiting)
{
    struct jam_holder holders[HOLDERS_SHOWN];
    char name[THREAD_BYTES];
    char verb[THREAD_BYTES + 64];
    size_t count = jam_waiting_holders(text->report, waiting, holders, HOLDERS_SHOWN);
    for (size_t i = 0; i < count && i < HOLDERS_SHOWN; i++) {
        jam_role_thread_label(text->report, waiting->process, holders[i].thread, name, sizeof name);
        snprintf(verb, sizeof verb, "held by %s (tid %u) since", name, holders[i].tid);
        print_place(text, JAM_STYLE_BLOCKER, verb, text->report->processes[waiting->process].frames,
                    holders[i].stack);
    }
    if (count > HOLDERS_SHOWN)
        fprintf(text->out, "%12sand %zu more holders\n", "", count - HOLDERS_SHOWN);
}

static void print_waiting(const struct jam_text *text, const struct jam_waiting *waiting)
{
    char time[JAM_HUMAN_BYTES];
    char thread[THREAD_BYTES];
    char name[JAM_NAME_TEXT_BYTES + 64];
    const char *lock = waiting->lock == JAM_MAP_NONE
                           ? "an unrecorded object"
                           : jam_report_lock_name(text->report, waiting->lock);
    jam_role_thread_label(text->report, waiting->process, waiting->thread, thread, sizeof thread);
    fprintf(text->out, "%10s  %s (tid %u) for %s\n", jam_human_time(waiting->for_ns, time), thread,
            waiting->tid, jam_table_fit(lock, WAITING_COLUMNS, name, sizeof name));
    print_place(text, JAM_STYLE_WAITER, "waits at",
                text->report->processes[waiting->process].frames, waiting->stack);
    print_holders(text, waiting);
}

static bool looks_like_a_hang(const struct jam_text *text, const struct jam_waitings *waitings)
{
    for (size_t i = 0; i < waitings->count; i++) {
        const struct jam_waiting *waiting = &waitings->items[i];
        if (waiting->for_ns >= HANG_NS && waiting->lock != JAM_MAP_NONE &&
            jam_lock_kind_section(text->report->contention.locks[waiting->lock].kind) ==
                JAM_SECTION_LOCKS)
            return true;
    }
    return false;
}

static void print_waitings(const struct jam_text *text, const struct jam_waitings *waitings)
{
    bool is_color = text->view->is_color;
    size_t limit = text->view->limit ? (size_t)text->view->limit : SIZE_MAX;
    fprintf(text->out, "\n%sStill waiting at the end%s\n", jam_style_on(is_color, JAM_STYLE_BOLD),
            jam_style_off(is_color));
    for (size_t i = 0; i < waitings->count && i < limit; i++)
        print_waiting(text, &waitings->items[i]);
    if (waitings->count > limit)
        fprintf(text->out, "%12sand %zu more\n", "", waitings->count - limit);
}

void jam_text_waiting(const struct jam_text *text, bool is_hang)
{
    struct jam_waitings waitings;
    if (jam_waitings_init(&waitings, text->report) == 0 && waitings.count &&
        looks_like_a_hang(text, &waitings) == is_hang)
        print_waitings(text, &waitings);
    jam_waitings_fini(&waitings);
}
