/* The critical path in words. */
#include "core/lock_kind.h"
#include "render/render_name.h"
#include "render/render_table.h"
#include "render/render_text.h"
#include "util/human.h"
#include "util/saturate.h"

#define PATHS_SHOWN   3
#define NAME_COLUMNS  40
#define LEAST_SHARE   (JAM_SHARE_WHOLE / 100) /* too little to be named */
#define MISLEADS_WAIT (JAM_SHARE_WHOLE / 4)   /* of the waiting: "has most of it" ... */
#define MISLEADS_PATH (JAM_SHARE_WHOLE / 20)  /* ... and of the path: "hardly touches it" */

bool jam_text_has_path(const struct jam_report *report)
{
    for (size_t i = 0; i < report->contention.process_count; i++)
        if (report->contention.processes[i].path_ns)
            return true;
    return false;
}

/* Locks by one of their figures, largest first; joins and conditions are not acted upon. */
struct top {
    size_t lock[PATHS_SHOWN];
    size_t count;
};

static void insert_top(struct top *top, const struct jam_contention *contention, size_t lock,
                       uint64_t (*figure)(const struct jam_contention_lock *))
{
    size_t at = top->count;
    uint64_t value = figure(&contention->locks[lock]);
    while (at > 0 && figure(&contention->locks[top->lock[at - 1]]) < value)
        at--;
    if (at >= PATHS_SHOWN || !value)
        return;
    top->count += top->count < PATHS_SHOWN;
    for (size_t i = top->count - 1; i > at; i--)
        top->lock[i] = top->lock[i - 1];
    top->lock[at] = lock;
}

static struct top find_top(const struct jam_contention *contention,
                           uint64_t (*figure)(const struct jam_contention_lock *))
{
    struct top top = {{0}, 0};
    for (size_t i = 0; i < contention->lock_count; i++)
        if (jam_lock_kind_section(contention->locks[i].kind) == JAM_SECTION_LOCKS)
            insert_top(&top, contention, i, figure);
    return top;
}

static uint64_t critical_of(const struct jam_contention_lock *lock)
{
    return lock->totals.critical_ns;
}

static uint64_t wait_of(const struct jam_contention_lock *lock)
{
    return lock->totals.wait_ns;
}

static unsigned path_share(const struct jam_report *report, size_t lock)
{
    const struct jam_contention_lock *found = &report->contention.locks[lock];
    return jam_contention_path_share(&report->contention, found->process,
                                     found->totals.critical_ns);
}

static const char *fitting_name(struct jam_report *report, size_t lock, char *buffer, size_t size)
{
    return jam_table_fit(jam_report_lock_name(report, lock), NAME_COLUMNS, buffer, size);
}

/* Whether the path knows all holds, not only those that somebody waited for. */
static bool knows_all_holds(const struct jam_contention *contention)
{
    for (size_t i = 0; i < contention->process_count; i++)
        if (contention->processes[i].path_ns && !contention->processes[i].has_all_holds)
            return false;
    return true;
}

static void print_shares(const struct jam_text *text, const struct top *top)
{
    char share[JAM_HUMAN_BYTES];
    char name[JAM_NAME_TEXT_BYTES];
    bool is_bound = !knows_all_holds(&text->report->contention);
    fprintf(text->out, "Critical path, what the run's length is made of%s:\n",
            is_bound ? " (at least: not every hold is known)" : "");
    for (size_t i = 0; i < top->count; i++) {
        unsigned part = path_share(text->report, top->lock[i]);
        if (part < LEAST_SHARE)
            break;
        fprintf(text->out, "%10s  %s\n", jam_human_share(part, JAM_SHARE_WHOLE, share),
                fitting_name(text->report, top->lock[i], name, sizeof name));
    }
}

/* The lock with the most waiting, if it has much of it and next to nothing of the path. */
static bool does_mislead(const struct jam_report *report, size_t lock, uint64_t wait_ns)
{
    const struct jam_contention_lock *most = &report->contention.locks[lock];
    return most->totals.wait_ns >= wait_ns / JAM_SHARE_WHOLE * MISLEADS_WAIT &&
           path_share(report, lock) < MISLEADS_PATH;
}

static void print_disagreement(const struct jam_text *text, size_t lock, const struct top *critical)
{
    char share[JAM_HUMAN_BYTES];
    char name[JAM_NAME_TEXT_BYTES];
    fprintf(text->out,
            "Waiting misleads here: %s has the most, but %s of the critical path.\n"
            "Shorter holds of it would shorten waits, not the run",
            fitting_name(text->report, lock, name, sizeof name),
            jam_human_share(path_share(text->report, lock), JAM_SHARE_WHOLE, share));
    if (critical->count && path_share(text->report, critical->lock[0]) >= MISLEADS_PATH)
        fprintf(text->out, "; look at %s first",
                fitting_name(text->report, critical->lock[0], name, sizeof name));
    fputs(".\n", text->out);
}

static uint64_t wait_for_locks(const struct jam_contention *contention)
{
    uint64_t wait_ns = 0;
    for (size_t i = 0; i < contention->lock_count; i++)
        if (jam_lock_kind_section(contention->locks[i].kind) == JAM_SECTION_LOCKS)
            jam_saturate_add(&wait_ns, contention->locks[i].totals.wait_ns);
    return wait_ns;
}

/* Nothing without waiting, nor if it has been said already that locks do not matter. */
void jam_text_path(const struct jam_text *text, bool is_trifle)
{
    const struct jam_contention *contention = &text->report->contention;
    uint64_t wait_ns = wait_for_locks(contention);
    if (!jam_text_has_path(text->report) || !contention->totals.contended || !wait_ns)
        return;
    struct top critical = find_top(contention, critical_of);
    struct top waiting = find_top(contention, wait_of);
    if (!critical.count || path_share(text->report, critical.lock[0]) < LEAST_SHARE) {
        if (!is_trifle)
            fputs(knows_all_holds(contention)
                      ? "No lock has one percent of the critical path: look elsewhere.\n"
                      : "No lock that is waited for has one percent of the critical path "
                        "(others: --events=all).\n",
                  text->out);
        return;
    }
    print_shares(text, &critical);
    if (waiting.count && does_mislead(text->report, waiting.lock[0], wait_ns))
        print_disagreement(text, waiting.lock[0], &critical);
}
