/* Looks up what a snapshot names by number. */
#include "render/render_hang_names.h"

#include <inttypes.h>

#include "render/check/render_check_name.h"

/* The functions of the check ask a finding which process it is about; here there is one. */
static const struct jam_finding nothing;

const char *jam_hang_thread_name(struct jam_hang_report *report, uint32_t index)
{
    return jam_check_thread_name(&report->check, &nothing, report->hang.threads[index].id);
}

char *jam_hang_thread_text(struct jam_hang_report *report, uint32_t index, char *buffer,
                           size_t size)
{
    const struct jam_hang_thread *thread = &report->hang.threads[index];
    bool is_daemon = jam_check_is_daemon(&report->check, &nothing, thread->id);
    snprintf(buffer, size, "%s (tid %" PRIu32 "%s%s)",
             jam_check_thread_label(&report->check, &nothing, thread->id), thread->tid,
             is_daemon ? ", daemon" : "",
             thread->state == JAM_HANG_ENDED ? ", which has ended," : "");
    return buffer;
}

bool jam_hang_is_daemon(const struct jam_hang_report *report, uint32_t thread)
{
    return jam_check_is_daemon(&report->check, &nothing, thread);
}

const char *jam_hang_object_name(struct jam_hang_report *report, const struct jam_lock_use *use)
{
    return jam_check_lock_name(&report->check, &nothing, use);
}

uint16_t jam_hang_object_kind(struct jam_hang_report *report, const struct jam_lock_use *use)
{
    const struct jam_contention_lock *lock = jam_check_lock(&report->check, &nothing, use);
    return lock ? lock->kind : 0;
}

static struct jam_lock_use use_of(const struct jam_hang_thread *thread)
{
    const struct jam_wait_word *wait = &thread->wait;
    return (struct jam_lock_use){wait->lock, wait->generation, wait->stack, wait->mode, 0};
}

const char *jam_hang_wish(struct jam_hang_report *report, const struct jam_hang_thread *thread)
{
    char text[1024];
    const struct jam_lock_use use = use_of(thread);
    if (thread->wait.operation == JAM_OP_BARRIER)
        snprintf(text, sizeof text, "at %s", jam_hang_object_name(report, &use));
    else
        snprintf(text, sizeof text, "%s%s", jam_check_wish(&report->check, &nothing, &use),
                 use.mode == JAM_SHARED ? " for reading" : "");
    return jam_check_keep(&report->check, text);
}

void jam_hang_enders(struct jam_hang_report *report, const struct jam_hang_thread *thread,
                     const char *texts[JAM_ENDERS_SHOWN + 1])
{
    const struct jam_lock_use use = use_of(thread);
    const struct jam_finding finding = {.thread = thread->id};
    jam_check_ender_texts(&report->check, &finding, &use, texts);
}

const char *jam_hang_tie_verb(const struct jam_hang *hang, const struct jam_hang_tie *tie)
{
    static const char *const verbs[] = {
        [JAM_TIE_HOLDS] = "held by",
        [JAM_TIE_REACQUIRE] = "needs back its mutex, held by",
        [JAM_TIE_QUEUED] = "behind the queued writer",
        [JAM_TIE_LIVES] = "until the end of",
    };
    bool is_self = tie->from == tie->to && hang->threads[tie->to].id;
    return is_self && tie->kind == JAM_TIE_HOLDS ? "held by itself," : verbs[tie->kind];
}

const char *jam_hang_place(struct jam_hang_report *report, uint32_t stack)
{
    return jam_check_place(&report->check, &nothing, stack);
}

uint64_t jam_hang_for_ns(const struct jam_hang_report *report, uint64_t ticks)
{
    const struct jam_facts *facts = &report->check.report.processes[0].facts;
    uint64_t since = jam_timebase_since_start_ns(&facts->base, ticks);
    return facts->duration_ns > since ? facts->duration_ns - since : 0;
}
