/* Waits of Python's library are told by the function that the program called; others plainly. */
#include "render/check/render_check_wish.h"

#include <stdio.h>
#include <string.h>

#include "core/python/python_wait.h"
#include "render/check/render_check_name.h"
#include "trace/trace_lock.h"
#include "trace/trace_record.h"

#define TEXT_BYTES 1024

/* A wait of a Python program for somebody to wake it. */
struct waiting {
    struct jam_check *check;
    const struct jam_report_process *process;
    const struct jam_python_wait *words; /* NULL: of no function that we know */
    struct jam_lock_record token;        /* what it waits with ... */
    struct jam_lock_record object;       /* ... and the lock of what it waits for */
    uint32_t thread;
};

static struct jam_frames *frames_of(const struct waiting *waiting)
{
    return waiting->process->frames;
}

/* False if it is no such wait, or it is not known for what. */
static bool find_waiting(struct jam_check *check, const struct jam_finding *finding,
                         const struct jam_lock_use *use, struct waiting *waiting)
{
    const struct jam_contention_lock *lock = jam_check_lock(check, finding, use);
    *waiting = (struct waiting){.check = check, .thread = finding->thread};
    if (!lock || lock->kind != JAM_LOCK_COND || !lock->partner)
        return false;
    waiting->process = &check->report.processes[finding->process];
    waiting->words = jam_python_wait_find(jam_frames_python_method(frames_of(waiting), use->stack));
    return jam_frames_python_lock(frames_of(waiting), lock->kind, lock->created_stack) &&
           jam_trace_read_lock(waiting->process->trace, lock->id, &waiting->token) &&
           jam_trace_read_lock(waiting->process->trace, lock->partner, &waiting->object) &&
           jam_frames_python_lock(frames_of(waiting), waiting->object.kind,
                                  waiting->object.created_stack);
}

const char *jam_check_wish(struct jam_check *check, const struct jam_finding *finding,
                           const struct jam_lock_use *use)
{
    char text[TEXT_BYTES];
    struct waiting waiting;
    const char *name = jam_check_lock_name(check, finding, use);
    const struct jam_contention_lock *lock = jam_check_lock(check, finding, use);
    if (find_waiting(check, finding, use, &waiting) && waiting.words)
        snprintf(text, sizeof text, "%s %s%s%s", waiting.words->before, name,
                 *waiting.words->after ? " " : "", waiting.words->after);
    else
        snprintf(text, sizeof text, "for %s%s",
                 lock && lock->kind == JAM_LOCK_THREAD && strncmp(name, "end of ", 7) == 0 ? "the "
                                                                                           : "",
                 name);
    return jam_check_keep(check, text);
}

/* --- who could end it --- */

struct enders {
    struct jam_check_ender *list;
    size_t count;
};

static void add_ender(struct enders *enders, struct jam_check_ender ender)
{
    for (size_t i = 0; i < enders->count; i++)
        if (enders->list[i].thread == ender.thread)
            return;
    if (ender.thread && enders->count < JAM_ENDERS_SHOWN)
        enders->list[enders->count++] = ender;
}

/* Who called the function for it uses the lock of the object there. */
static void add_callers(const struct waiting *waiting, struct enders *enders)
{
    struct jam_cursor cursor;
    const struct jam_site *site;
    jam_cursor_start(&cursor, waiting->process->trace, JAM_EXTENT_SITES);
    while ((site = jam_cursor_next(&cursor))) {
        if (site->lock != waiting->object.id)
            continue;
        const char *method = jam_frames_python_method(frames_of(waiting), site->stack);
        if (!jam_python_wait_is_ended_by(waiting->words, method))
            continue;
        add_ender(enders, (struct jam_check_ender){site->first_thread, site->stack, method});
        add_ender(enders, (struct jam_check_ender){site->last_thread, site->stack, method});
    }
}

/* Who woke others that waited for the same object. */
static void add_wakers(const struct waiting *waiting, struct enders *enders)
{
    struct jam_cursor cursor;
    const struct jam_lock_record *lock;
    jam_cursor_start(&cursor, waiting->process->trace, JAM_EXTENT_LOCKS);
    while ((lock = jam_cursor_next(&cursor)))
        if (lock->kind == JAM_LOCK_SEM && lock->partner == waiting->object.id && lock->wake_ticks)
            add_ender(enders, (struct jam_check_ender){
                                  lock->wake_thread, lock->wake_stack,
                                  jam_frames_python_method(frames_of(waiting), lock->wake_stack)});
}

size_t jam_check_enders(struct jam_check *check, const struct jam_finding *finding,
                        const struct jam_lock_use *use, struct jam_check_ender *list,
                        bool *is_known)
{
    struct waiting waiting;
    struct enders enders = {.list = list};
    *is_known = find_waiting(check, finding, use, &waiting) && waiting.words;
    if (!*is_known)
        return 0;
    add_callers(&waiting, &enders);
    add_wakers(&waiting, &enders);
    return enders.count;
}

/* It has ended, or its record serves a later thread. */
static bool has_ended(const struct waiting *waiting, uint32_t thread)
{
    const struct jam_thread_record *record = jam_trace_thread(waiting->process->trace, thread);
    return !record || record->flags & JAM_THREAD_ENDED;
}

static const char *ender_text(const struct waiting *waiting, const struct jam_finding *finding,
                              const struct jam_check_ender *ender)
{
    char text[TEXT_BYTES];
    struct jam_check *check = waiting->check;
    snprintf(text, sizeof text, "%s by %s (tid %u%s) at %s",
             ender->method ? ender->method : "woken before",
             jam_check_thread_label(check, finding, ender->thread),
             jam_check_tid(check, finding, ender->thread),
             has_ended(waiting, ender->thread) ? ", which has ended" : "",
             jam_check_place(check, finding, ender->stack));
    return jam_check_keep(check, text);
}

/* A notify that meets nobody leaves no mark: only of the others it is known that they were not called. */
static const char *nobody_text(const struct waiting *waiting)
{
    char text[TEXT_BYTES];
    if (strncmp(waiting->words->method, "Condition.", 10) == 0)
        return "nobody has been woken there so far";
    snprintf(text, sizeof text, "nobody has called %s for it so far", waiting->words->enders[0]);
    return jam_check_keep(waiting->check, text);
}

void jam_check_ender_texts(struct jam_check *check, const struct jam_finding *finding,
                           const struct jam_lock_use *use, const char *texts[JAM_ENDERS_SHOWN + 1])
{
    struct jam_check_ender enders[JAM_ENDERS_SHOWN];
    struct waiting waiting;
    bool is_known;
    size_t count = jam_check_enders(check, finding, use, enders, &is_known);
    memset(texts, 0, (JAM_ENDERS_SHOWN + 1) * sizeof *texts);
    if (!is_known || !find_waiting(check, finding, use, &waiting))
        return;
    for (size_t i = 0; i < count; i++)
        texts[i] = ender_text(&waiting, finding, &enders[i]);
    if (!count)
        texts[0] = nobody_text(&waiting);
}
