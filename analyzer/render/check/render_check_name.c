/* Looks names up and keeps them. */
#include "render/check/render_check_name.h"

#include <stdio.h>
#include <string.h>

#include "core/finding/fingerprint.h"
#include "core/lock_kind.h"
#include "render/render_name.h"
#include "render/render_role.h"
#include "render/render_waiting.h"
#include "trace/trace_record.h"
#include "util/human.h"

#define THREAD_TEXT_BYTES   (JAM_TITLE_BYTES * 4)
#define LABEL_BYTES         (THREAD_TEXT_BYTES + 64)
#define NAMESAKES_LOOKED_AT 32 /* edges: in longer cycles, equal names stay equal */

const char *jam_check_keep(struct jam_check *check, const char *text)
{
    uint32_t number = jam_intern_add(&check->texts, text);
    return number == JAM_MAP_NONE ? "(no memory)" : jam_intern_text(&check->texts, number);
}

const struct jam_contention_lock *jam_check_lock(const struct jam_check *check,
                                                 const struct jam_finding *finding,
                                                 const struct jam_lock_use *use)
{
    const struct jam_contention *contention = &check->report.contention;
    uint32_t index =
        use->lock ? jam_map_find(&contention->lock_map, finding->process, use->lock) : JAM_MAP_NONE;
    return index == JAM_MAP_NONE ? NULL : &contention->locks[index];
}

/* The record may have been taken over by a later lock of its class; 0 = the detector cannot tell. */
static bool is_current(const struct jam_contention_lock *lock, const struct jam_lock_use *use)
{
    uint32_t generation = use->generation & ~JAM_GENERATION_ENDED;
    return !generation || generation == lock->generation;
}

/* Of the one join that it is about: the record may have served others. */
static const char *end_name(struct jam_check *check, const struct jam_finding *finding,
                            uint32_t thread)
{
    char text[LABEL_BYTES];
    snprintf(text, sizeof text, "end of thread %s (tid %u)",
             jam_check_thread_name(check, finding, thread), jam_check_tid(check, finding, thread));
    return jam_check_keep(check, text);
}

static const char *plain_lock_name(struct jam_check *check, const struct jam_finding *finding,
                                   const struct jam_lock_use *use)
{
    const struct jam_contention_lock *lock = jam_check_lock(check, finding, use);
    if (!lock)
        return "an unrecorded object";
    size_t index = (size_t)(lock - check->report.contention.locks);
    if (lock->kind == JAM_LOCK_THREAD && lock->thread && use->generation && is_current(lock, use))
        return end_name(check, finding, lock->thread);
    return is_current(lock, use) ? jam_report_lock_name(&check->report, index)
                                 : jam_report_class_name(&check->report, index);
}

/* Whether another lock of the cycle has the same name; equal texts are kept once. */
static bool has_namesake(struct jam_check *check, const struct jam_finding *finding,
                         const struct jam_lock_use *use, const char *name)
{
    for (size_t i = 0; i < finding->edge_count && i < NAMESAKES_LOOKED_AT; i++) {
        const struct jam_lock_use *other = &finding->edges[i].holds;
        if (other->lock != use->lock && plain_lock_name(check, finding, other) == name)
            return true;
    }
    return false;
}

const char *jam_check_lock_name(struct jam_check *check, const struct jam_finding *finding,
                                const struct jam_lock_use *use)
{
    char text[JAM_NAME_TEXT_BYTES + 32];
    const char *name = plain_lock_name(check, finding, use);
    if (!has_namesake(check, finding, use, name))
        return name;
    snprintf(text, sizeof text, "%s (lock %u)", name, use->lock);
    return jam_check_keep(check, text);
}

/* "mutex created at open db.c"; the first user of a lock may be another one in each run. */
static void cut_line_number(char *place)
{
    char *line = strrchr(place, ':');
    if (line && strchr(place, ' '))
        *line = '\0';
}

static void put_created(const struct jam_check *check, const struct jam_contention_lock *lock,
                        char *text, size_t size)
{
    char site[JAM_NAME_TEXT_BYTES];
    uint32_t stack = lock->created_stack ? lock->created_stack : lock->first_stack;
    const char *verb = lock->created_stack ? "created" : "first used";
    const struct jam_python_lock *python =
        jam_frames_python_lock(check->report.processes[lock->process].frames, lock->kind, stack);
    if (python) {
        snprintf(text, size, "%s", python->name);
        cut_line_number(text);
        return;
    }
    jam_name_site(check->report.processes[lock->process].frames, stack, site);
    cut_line_number(site);
    snprintf(text, size, "%s %s at %s", jam_lock_kind_name(lock->kind), verb, site);
}

/* "made at f pool.py:12" without the line. */
static void drop_line(char *text)
{
    char *colon = strrchr(text, ':');
    if (colon && colon[1] && colon[1 + strspn(colon + 1, "0123456789")] == '\0')
        *colon = '\0';
}

/* A name that the program, or Python, gives: by annotation, as a Python object, as a variable. */
static bool find_given(const struct jam_report_process *process,
                       const struct jam_contention_lock *lock, char *name, size_t size)
{
    const struct jam_python_lock *python =
        jam_frames_python_lock(process->frames, lock->kind, lock->created_stack);
    const char *given = jam_frames_given_name(process->frames, lock->name);
    if (lock->kind == JAM_LOCK_GIL)
        given = JAM_NAME_OF_GIL;
    else if (!given && python)
        given = python->name;
    if (given)
        snprintf(name, size, "%s", given);
    return given ||
           (lock->address && jam_symbolizer_data_name(jam_frames_symbolizer(process->frames),
                                                      process->trace->header.module_generation,
                                                      lock->address, name, size));
}

const char *jam_check_class_name(struct jam_check *check, const struct jam_finding *finding,
                                 const struct jam_lock_use *use)
{
    char text[JAM_NAME_TEXT_BYTES + 64];
    char name[JAM_NAME_TEXT_BYTES];
    char clean[JAM_NAME_TEXT_BYTES];
    const struct jam_contention_lock *lock = jam_check_lock(check, finding, use);
    if (!lock)
        return "?";
    bool is_given = is_current(lock, use) && lock->kind != JAM_LOCK_THREAD &&
                    find_given(&check->report.processes[lock->process], lock, name, sizeof name);
    if (is_given) {
        jam_fingerprint_class(jam_human_clean(name, clean, sizeof clean), text, sizeof text);
        drop_line(text);
    } else {
        put_created(check, lock, text, sizeof text);
    }
    return jam_check_keep(check, text);
}

const char *jam_check_thread_name(struct jam_check *check, const struct jam_finding *finding,
                                  uint32_t thread)
{
    char name[THREAD_TEXT_BYTES];
    if (!thread)
        return "a thread";
    return jam_check_keep(check, jam_waiting_thread_name(&check->report, finding->process, thread,
                                                         name, sizeof name));
}

const char *jam_check_thread_label(struct jam_check *check, const struct jam_finding *finding,
                                   uint32_t thread)
{
    char name[LABEL_BYTES];
    if (!thread)
        return "a thread";
    return jam_check_keep(
        check, jam_role_thread_label(&check->report, finding->process, thread, name, sizeof name));
}

uint32_t jam_check_tid(const struct jam_check *check, const struct jam_finding *finding,
                       uint32_t thread)
{
    const struct jam_thread_record *record =
        jam_trace_thread(check->report.processes[finding->process].trace, thread);
    return record ? record->tid : 0;
}

bool jam_check_is_daemon(const struct jam_check *check, const struct jam_finding *finding,
                         uint32_t thread)
{
    const struct jam_thread_record *record =
        jam_trace_thread(check->report.processes[finding->process].trace, thread);
    return record && record->flags & JAM_THREAD_DAEMON;
}

const char *jam_check_place(struct jam_check *check, const struct jam_finding *finding,
                            uint32_t stack)
{
    if (!stack)
        return "an unknown place";
    return jam_report_site_name(&check->report, finding->process, stack);
}

struct jam_check_story jam_check_story(const struct jam_finding *finding)
{
    struct jam_check_story story = {
        .thread = finding->thread,
        .other_thread = finding->other_thread,
        .subject = finding->subject,
        .other = finding->other,
    };
    if (!finding->edge_count || finding->subject.lock)
        return story;
    const struct jam_finding_edge *edge = &finding->edges[0];
    story.thread = edge->thread;
    story.other_thread = finding->edges[finding->edge_count - 1].thread;
    story.subject = edge->wants;
    story.other = edge->holds;
    return story;
}
