/* One sentence on the GIL of each process: busy how much, waited for how much. */
#include "core/python/gil.h"
#include "render/render_text.h"
#include "util/human.h"

/* A single thread has nobody to wait for; an interpreter that never ran has nothing to tell. */
static bool is_shared(const struct jam_report *report, const struct jam_contention_lock *lock)
{
    return lock->kind == JAM_LOCK_GIL && lock->totals.acquisitions &&
           report->processes[lock->process].facts.threads > 1;
}

static void print_gil(const struct jam_text *text, const struct jam_contention_lock *lock)
{
    struct jam_gil_cost cost = jam_gil_measure(&text->report->contention, lock);
    char n[3][JAM_HUMAN_BYTES];
    if (text->report->process_count > 1)
        fprintf(text->out, "Process %u: ", text->report->processes[lock->process].facts.pid);
    fprintf(text->out,
            "The GIL is %s: held for %s of the run,\n"
            "waited for %s, %s of the threads' time without other waits.\n",
            cost.is_bottleneck ? "what threads wait for" : "not the problem",
            jam_human_share(cost.held_ns, cost.run_ns, n[0]), jam_human_time(cost.waited_ns, n[1]),
            jam_human_share(cost.waited_ns, cost.active_ns, n[2]));
}

void jam_text_gils(const struct jam_text *text)
{
    const struct jam_contention *contention = &text->report->contention;
    for (size_t i = 0; i < contention->lock_count; i++)
        if (is_shared(text->report, &contention->locks[i]))
            print_gil(text, &contention->locks[i]);
}
