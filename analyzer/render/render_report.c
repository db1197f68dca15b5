/* Reads traces into a report and names what is in it. */
#include "render/render_report.h"

#include <stdlib.h>

#include "render/render_name.h"
#include "trace/trace_contention.h"
#include "trace/trace_record.h"
#include "trace/trace_run.h"
#include "util/saturate.h"

static int open_process(struct jam_report *report, struct jam_report_process *process,
                        const char *path, struct jam_error *error)
{
    int status = jam_trace_open(&process->trace, path, error);
    if (!status)
        status = jam_facts_init(&process->facts, process->trace, error);
    if (!status)
        status =
            jam_trace_feed_contention(process->trace, &process->facts, &report->contention, error);
    if (status)
        return status;
    process->frames = jam_frames_new(process->trace);
    return process->frames ? 0 : jam_error_memory(error);
}

static int replay_process(struct jam_report *report, struct jam_report_process *process,
                          struct jam_error *error)
{
    int status = jam_trace_run(process->trace, &process->facts, &process->run, error);
    if (!status && jam_contention_add_run(&report->contention, &process->run) != 0)
        status = jam_error_memory(error);
    return status;
}

/*
 * Semaphores that Python code created are locks of that program, or its waits for a notification.
 */
static void identify_python_locks(struct jam_report *report)
{
    for (size_t i = 0; i < report->contention.lock_count; i++) {
        struct jam_contention_lock *lock = &report->contention.locks[i];
        struct jam_frames *frames = report->processes[lock->process].frames;
        const struct jam_python_lock *python =
            lock->kind == JAM_LOCK_SEM
                ? jam_frames_python_lock(frames, lock->kind, lock->created_stack)
                : NULL;
        if (python)
            lock->kind = python->kind;
    }
}

static uint32_t number_place(void *context, uint32_t process, uint32_t stack)
{
    char text[JAM_NAME_TEXT_BYTES];
    struct jam_report *report = context;
    return jam_intern_add(&report->names,
                          jam_name_site(report->processes[process].frames, stack, text));
}

static int find_blocking(struct jam_report *report, uint32_t process)
{
    struct jam_cursor cursor;
    const void *misuse;
    jam_cursor_start(&cursor, report->processes[process].trace, JAM_EXTENT_MISUSE);
    while ((misuse = jam_cursor_next(&cursor)))
        if (jam_shapes_add_blocking(&report->shapes, &report->contention, process, misuse) != 0)
            return -1;
    return 0;
}

static int find_shapes(struct jam_report *report, struct jam_error *error)
{
    const struct jam_shape_places places = {report, number_place};
    for (uint32_t i = 0; i < report->process_count; i++)
        if (jam_shapes_find(&report->shapes, &report->contention, i, &report->processes[i].run,
                            &places) != 0 ||
            find_blocking(report, i) != 0)
            return jam_error_memory(error);
    return 0;
}

static int open_processes(struct jam_report *report, char *const *paths, size_t count,
                          bool is_replayed, struct jam_error *error)
{
    *report = (struct jam_report){0};
    report->processes = calloc(count, sizeof *report->processes);
    if (!report->processes)
        return jam_error_memory(error);
    for (size_t i = 0; i < count; i++) {
        report->process_count++;
        int status = open_process(report, &report->processes[i], paths[i], error);
        if (!status && is_replayed)
            status = replay_process(report, &report->processes[i], error);
        if (status)
            return status;
    }
    identify_python_locks(report);
    jam_contention_finish(&report->contention);
    return 0;
}

int jam_report_open(struct jam_report *report, char *const *paths, size_t count,
                    struct jam_error *error)
{
    int status = open_processes(report, paths, count, true, error);
    return status ? status : find_shapes(report, error);
}

int jam_report_open_totals(struct jam_report *report, char *const *paths, size_t count,
                           struct jam_error *error)
{
    return open_processes(report, paths, count, false, error);
}

void jam_report_close(struct jam_report *report)
{
    for (size_t i = 0; i < report->process_count; i++) {
        struct jam_report_process *process = &report->processes[i];
        jam_run_fini(&process->run);
        jam_frames_free(process->frames);
        jam_facts_fini(&process->facts);
        jam_trace_close(process->trace);
    }
    free(report->processes);
    jam_shapes_fini(&report->shapes);
    jam_contention_fini(&report->contention);
    jam_intern_fini(&report->names);
    *report = (struct jam_report){0};
}

static const char *keep(struct jam_report *report, const char *text)
{
    uint32_t number = jam_intern_add(&report->names, text);
    return number == JAM_MAP_NONE ? "(no memory)" : jam_intern_text(&report->names, number);
}

const char *jam_report_lock_name(struct jam_report *report, size_t index)
{
    char text[JAM_NAME_TEXT_BYTES];
    const struct jam_contention_lock *lock = &report->contention.locks[index];
    struct jam_report_process *process = &report->processes[lock->process];
    return keep(report, jam_name_lock(process->frames, process->trace, lock, text));
}

const char *jam_report_class_name(struct jam_report *report, size_t index)
{
    char text[JAM_NAME_TEXT_BYTES];
    const struct jam_contention_lock *lock = &report->contention.locks[index];
    return keep(report, jam_name_class(report->processes[lock->process].frames, lock, text));
}

const char *jam_report_site_name(struct jam_report *report, size_t process, uint32_t stack_ref)
{
    char text[JAM_NAME_TEXT_BYTES];
    return keep(report, jam_name_site(report->processes[process].frames, stack_ref, text));
}

uint64_t jam_report_duration_ns(const struct jam_report *report)
{
    uint64_t longest = 0;
    for (size_t i = 0; i < report->process_count; i++)
        jam_saturate_max(&longest, report->processes[i].facts.duration_ns);
    return longest;
}

uint64_t jam_report_lost(const struct jam_report *report)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < report->process_count; i++)
        jam_saturate_add(&sum, jam_facts_lost(&report->processes[i].facts));
    return sum;
}

void jam_report_notes(const struct jam_report *report, FILE *out)
{
    for (size_t i = 0; i < report->process_count; i++)
        jam_frames_notes(report->processes[i].trace, report->processes[i].frames, out);
}
