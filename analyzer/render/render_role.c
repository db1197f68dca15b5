/* Roles of threads, and waits by thread and lock. */
#include "render/render_role.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "core/function_name.h"
#include "render/render_json_parts.h"
#include "render/render_name.h"
#include "render/render_waiting.h"
#include "trace/trace_record.h"
#include "util/array.h"
#include "util/human.h"

#define FIRST_THREAD 1  /* the id of the thread that the process began with */
#define START_BYTES  48 /* of the function behind a thread's name */

static const char *keep(struct jam_report *report, const char *text)
{
    uint32_t number = jam_intern_add(&report->names, text);
    return number == JAM_MAP_NONE ? "" : jam_intern_text(&report->names, number);
}

/* The function at an address, shortened; false if it has no name. */
static bool name_start(struct jam_report *report, const struct jam_contention_thread *thread,
                       char *buffer, size_t size)
{
    const struct jam_report_process *process = &report->processes[thread->process];
    const struct jam_symbol_frame *frames;
    if (!thread->start_routine)
        return false;
    size_t count = jam_symbolizer_resolve(jam_frames_symbolizer(process->frames),
                                          process->trace->header.module_generation,
                                          thread->start_routine, false, &frames);
    if (!count || !frames[count - 1].function)
        return false;
    jam_function_shorten(frames[count - 1].function, buffer, size);
    return true;
}

/* "teller-3" to "teller-". */
static void drop_number(char *name)
{
    size_t end = strlen(name);
    while (end > 1 && isdigit((unsigned char)name[end - 1]))
        end--;
    name[end] = 0;
}

/* "worker" of Python's own "Thread-3 (worker)"; else the title without its number. */
static void name_by_title(const char *title, char *name, size_t size)
{
    size_t length = strlen(title);
    const char *target = strchr(title, '(');
    if (strncmp(title, "Thread-", 7) == 0 && target && title[length - 1] == ')')
        snprintf(name, size, "%.*s", (int)(title + length - 1 - (target + 1)), target + 1);
    else
        snprintf(name, size, "%s", title);
    drop_number(name);
}

const char *jam_role_name(struct jam_report *report, const struct jam_contention_thread *thread)
{
    char name[JAM_NAME_TEXT_BYTES];
    char clean[JAM_NAME_TEXT_BYTES];
    if (thread->has_title) {
        name_by_title(thread->name, name, sizeof name);
    } else if (!name_start(report, thread, name, sizeof name)) {
        snprintf(name, sizeof name, "%s", *thread->name ? thread->name : "thread");
        drop_number(name);
    }
    return keep(report, jam_human_clean(name, clean, sizeof clean));
}

/* Whether it has the name that the kernel gave it: that of the thread that made it. */
static bool is_unnamed(struct jam_trace *trace, const struct jam_thread_record *thread)
{
    const struct jam_thread_record *first = jam_trace_thread(trace, FIRST_THREAD);
    return thread && first && thread->start_routine && !*thread->title &&
           strncmp(first->name, thread->name, sizeof thread->name) == 0;
}

/* The function that a thread of a Python program starts in is the same for all. */
static bool runs_python(struct jam_trace *trace)
{
    struct jam_cursor cursor;
    jam_cursor_start(&cursor, trace, JAM_EXTENT_PYTHON);
    return jam_cursor_next(&cursor) != NULL;
}

char *jam_role_thread_label(struct jam_report *report, size_t process, uint32_t thread,
                            char *buffer, size_t size)
{
    struct jam_trace *trace = report->processes[process].trace;
    const struct jam_thread_record *record = jam_trace_thread(trace, thread);
    char start[JAM_NAME_TEXT_BYTES];
    char clean[JAM_NAME_TEXT_BYTES];
    jam_waiting_thread_name(report, process, thread, buffer, size);
    if (!is_unnamed(trace, record) || runs_python(trace))
        return buffer;
    const struct jam_contention_thread started = {.process = (uint32_t)process,
                                                  .start_routine = record->start_routine};
    size_t used = strlen(buffer);
    if (name_start(report, &started, start, sizeof start))
        snprintf(buffer + used, size - used, " (%s)", jam_human_clean(start, clean, START_BYTES));
    return buffer;
}

static int compare_pairs(const void *left, const void *right)
{
    const struct jam_run_pair *const *a = left;
    const struct jam_run_pair *const *b = right;
    if ((*a)->wait_ticks != (*b)->wait_ticks)
        return (*a)->wait_ticks < (*b)->wait_ticks ? 1 : -1;
    return ((*a)->lock > (*b)->lock) - ((*a)->lock < (*b)->lock);
}

static json_t *pair_json(struct jam_report *report, const struct jam_contention_thread *thread,
                         const struct jam_run_pair *pair)
{
    const struct jam_report_process *process = &report->processes[thread->process];
    uint32_t id = process->run.replay.locks[pair->lock].id;
    uint32_t lock = jam_map_find(&report->contention.lock_map, thread->process, id);
    json_t *object = json_object();
    jam_json_set_number(object, "lock", id);
    jam_json_set_text(object, "name",
                      lock == JAM_MAP_NONE ? NULL : jam_report_lock_name(report, lock));
    jam_json_set_number(object, "waits", pair->waits);
    jam_json_set_number(object, "wait_ns",
                        jam_timebase_duration_ns(&process->facts.base, pair->wait_ticks));
    jam_json_set_number(object, "blocked_others_ns",
                        jam_timebase_duration_ns(&process->facts.base, pair->blocked_ticks));
    return object;
}

/* The pairs of a thread, to be freed; NULL without memory. */
static const struct jam_run_pair **pairs_of(const struct jam_run *run, uint32_t thread,
                                            size_t *count)
{
    const struct jam_run_pair **pairs = NULL;
    size_t capacity = 0;
    *count = 0;
    for (uint32_t i = run->threads[thread].first_pair; i != JAM_REPLAY_NONE;
         i = run->pairs[i].next) {
        if (jam_array_reserve(&pairs, &capacity, *count, sizeof *pairs) != 0)
            break;
        pairs[(*count)++] = &run->pairs[i];
    }
    return pairs;
}

json_t *jam_role_waits_json(struct jam_report *report, const struct jam_contention_thread *thread)
{
    const struct jam_run *run = &report->processes[thread->process].run;
    uint32_t index = jam_replay_find_thread(&run->replay, thread->id);
    json_t *array = json_array();
    size_t count;
    if (index >= run->thread_count)
        return array;
    const struct jam_run_pair **pairs = pairs_of(run, index, &count);
    if (count)
        qsort(pairs, count, sizeof *pairs, compare_pairs);
    for (size_t i = 0; i < count; i++)
        json_array_append_new(array, pair_json(report, thread, pairs[i]));
    free(pairs);
    return array;
}
