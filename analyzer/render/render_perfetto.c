/*
 * The timeline in the Trace Event Format (JSON), which Perfetto's and Chrome's viewers open.
 *
 * Slices of one row of the viewer must lie within each other or apart; holds of a thread may
 * overlap in any way. So a thread has a row for its waits and wakes, and as many rows for its holds
 * as are needed. A row is known by a number in place of a thread id: the first is the thread's own,
 * the others are beyond what a kernel gives out. An arrow leads from the begin of a wait to the
 * hold or wake that ended it.
 */
#include <inttypes.h>
#include <stdlib.h>

#include "render/render_export.h"
#include "render/render_waiting.h"
#include "trace/trace_record.h"
#include "trace/trace_timeline.h"
#include "util/array.h"
#include "util/json_text.h"
#include "util/progress.h"

#define ROW_STEP (UINT64_C(1) << 22) /* PID_MAX_LIMIT: tids are below */

/* A row in which slices are nested: the ends of those that are open, outermost first. */
struct row {
    uint64_t *ends;
    size_t depth, capacity;
};

/* The rows of one thread; [0] is for waits and wakes. */
struct rows {
    struct row *rows;
    size_t count, capacity;
};

struct writing {
    struct jam_report *report;
    size_t process;
    struct jam_timeline timeline;
    uint64_t *row_numbers; /* of each slice */
    FILE *out;
    bool is_first; /* no event was printed yet */
};

static void free_rows(struct rows *rows)
{
    for (size_t i = 0; i < rows->count; i++)
        free(rows->rows[i].ends);
    free(rows->rows);
    *rows = (struct rows){0};
}

/* A viewer shows nothing of a slice without length. */
static uint64_t shown_end(const struct jam_slice *slice)
{
    return slice->end_ns > slice->begin_ns ? slice->end_ns : slice->begin_ns + 1;
}

static bool row_takes(struct row *row, const struct jam_slice *slice)
{
    while (row->depth && row->ends[row->depth - 1] <= slice->begin_ns)
        row->depth--;
    return !row->depth || row->ends[row->depth - 1] >= shown_end(slice);
}

/* The index of the row that the slice goes to, which is added if there is none; -1: no memory. */
static int choose_row(struct rows *rows, const struct jam_slice *slice)
{
    size_t at = slice->kind == JAM_SLICE_HOLD ? 1 : 0;
    while (at < rows->count && !row_takes(&rows->rows[at], slice))
        at += at ? 1 : 1000; /* waits that overlap, in a signal handler, go far behind the holds */
    while (rows->count <= at) {
        if (jam_array_reserve(&rows->rows, &rows->capacity, rows->count, sizeof *rows->rows) != 0)
            return -1;
        rows->rows[rows->count++] = (struct row){0};
    }
    struct row *row = &rows->rows[at];
    if (jam_array_reserve(&row->ends, &row->capacity, row->depth, sizeof *row->ends) != 0)
        return -1;
    row->ends[row->depth++] = shown_end(slice);
    return (int)at;
}

static uint64_t thread_row(const struct writing *writing, uint32_t thread)
{
    const struct jam_thread_record *record =
        jam_trace_thread(writing->report->processes[writing->process].trace, thread);
    return record && record->tid ? record->tid : ROW_STEP / 2 + thread % (ROW_STEP / 2);
}

static void begin_event(struct writing *writing)
{
    fputs(writing->is_first ? "\n{" : ",\n{", writing->out);
    writing->is_first = false;
}

/* Microseconds are the format's unit. */
static void print_time(const char *key, uint64_t ns, FILE *out)
{
    fprintf(out, ",\"%s\":%" PRIu64 ".%03u", key, ns / 1000, (unsigned)(ns % 1000));
}

static void print_name(struct writing *writing, const char *what, uint64_t row, const char *name)
{
    begin_event(writing);
    fprintf(writing->out, "\"ph\":\"M\",\"name\":\"%s\",\"pid\":%u,\"tid\":%" PRIu64, what,
            writing->report->processes[writing->process].facts.pid, row);
    fputs(",\"args\":{\"name\":", writing->out);
    jam_json_text(name, writing->out);
    fputs("}}", writing->out);
}

/* Rows of a thread stand below each other: the viewer sorts by this number. */
static void print_order(struct writing *writing, uint64_t row, uint64_t order)
{
    begin_event(writing);
    fprintf(writing->out,
            "\"ph\":\"M\",\"name\":\"thread_sort_index\",\"pid\":%u,\"tid\":%" PRIu64
            ",\"args\":{\"sort_index\":%" PRIu64 "}}",
            writing->report->processes[writing->process].facts.pid, row, order);
}

static void print_rows(struct writing *writing, uint32_t thread, const struct rows *rows)
{
    char name[JAM_TITLE_BYTES * 4];
    char text[sizeof name + 32];
    uint64_t first = thread_row(writing, thread);
    jam_waiting_thread_name(writing->report, writing->process, thread, name, sizeof name);
    for (size_t i = 0; i < rows->count; i++) {
        snprintf(text, sizeof text, "%s%s", name, i % 1000 ? " holds" : "");
        if (i && !rows->rows[i].capacity)
            continue;
        print_name(writing, "thread_name", first + i * ROW_STEP, text);
        print_order(writing, first + i * ROW_STEP, (uint64_t)thread * 1000 + i);
    }
}

/* Gives each slice of one thread its row. */
static int place_thread(struct writing *writing, size_t first, size_t end)
{
    struct rows rows = {0};
    const struct jam_slice *slices = writing->timeline.slices;
    int row = 0;
    for (size_t i = first; i < end && row >= 0; i++) {
        row = choose_row(&rows, &slices[i]);
        if (row >= 0)
            writing->row_numbers[i] =
                thread_row(writing, slices[i].thread) + (uint64_t)row * ROW_STEP;
    }
    if (row >= 0)
        print_rows(writing, slices[first].thread, &rows);
    free_rows(&rows);
    return row < 0 ? -1 : 0;
}

static const char *lock_name(struct writing *writing, uint32_t id)
{
    uint32_t index = jam_map_find(&writing->report->contention.lock_map, writing->process, id);
    return index == JAM_MAP_NONE ? "(unknown lock)" : jam_report_lock_name(writing->report, index);
}

/* Whom the wait's arrow leads to, else whom the preload named. */
static uint32_t who_ended(const struct writing *writing, const struct jam_slice *slice)
{
    return slice->blocker == JAM_SLICE_NONE ? slice->other
                                            : writing->timeline.slices[slice->blocker].thread;
}

static void print_arguments(struct writing *writing, const struct jam_slice *slice)
{
    char name[JAM_TITLE_BYTES * 4];
    fputs(",\"args\":{\"at\":", writing->out);
    jam_json_text(jam_report_site_name(writing->report, writing->process, slice->stack),
                  writing->out);
    uint32_t who = who_ended(writing, slice);
    if (who) {
        fputs(",\"until\":", writing->out);
        jam_json_text(
            jam_waiting_thread_name(writing->report, writing->process, who, name, sizeof name),
            writing->out);
    }
    if (slice->flags & JAM_SLICE_FAILED)
        fputs(",\"failed\":true", writing->out);
    if (slice->flags & JAM_SLICE_UNFINISHED)
        fputs(",\"unfinished\":true", writing->out);
    fputc('}', writing->out);
}

static void print_slice(struct writing *writing, size_t index)
{
    static const struct {
        const char *category, *verb;
    } kinds[JAM_SLICE_KINDS] = {
        [JAM_SLICE_WAIT] = {"wait", "wait for "},
        [JAM_SLICE_HOLD] = {"hold", "hold "},
        [JAM_SLICE_WAKE] = {"wake", "wake "},
    };
    const struct jam_slice *slice = &writing->timeline.slices[index];
    char text[512];
    snprintf(text, sizeof text, "%s%s", kinds[slice->kind].verb, lock_name(writing, slice->lock));
    begin_event(writing);
    fprintf(writing->out, "\"ph\":\"X\",\"cat\":\"%s\",\"name\":", kinds[slice->kind].category);
    jam_json_text(text, writing->out);
    fprintf(writing->out, ",\"pid\":%u,\"tid\":%" PRIu64,
            writing->report->processes[writing->process].facts.pid, writing->row_numbers[index]);
    print_time("ts", slice->begin_ns, writing->out);
    print_time("dur", shown_end(slice) - slice->begin_ns, writing->out);
    print_arguments(writing, slice);
    fputc('}', writing->out);
}

/* One end of an arrow: it sticks to the slice that is innermost in that row at that time. */
static void print_arrow_end(struct writing *writing, size_t id, size_t slice, uint64_t ns)
{
    bool is_start = id == slice;
    begin_event(writing);
    fprintf(
        writing->out,
        "\"ph\":\"%s\",\"cat\":\"blocked\",\"name\":\"blocked by\",\"id\":\"%zu.%zu\",\"pid\":%u"
        ",\"tid\":%" PRIu64,
        is_start ? "s" : "f\",\"bp\":\"e", writing->process, id,
        writing->report->processes[writing->process].facts.pid, writing->row_numbers[slice]);
    print_time("ts", ns, writing->out);
    fputc('}', writing->out);
}

/* Arrows cannot go back in time: where the blocker was over sooner, both ends are at its end. */
static void print_arrow(struct writing *writing, size_t index)
{
    const struct jam_slice *wait = &writing->timeline.slices[index];
    if (wait->blocker == JAM_SLICE_NONE)
        return;
    const struct jam_slice *blocker = &writing->timeline.slices[wait->blocker];
    uint64_t last = shown_end(blocker) - 1;
    print_arrow_end(writing, index, index, wait->begin_ns);
    print_arrow_end(writing, index, wait->blocker, last > wait->begin_ns ? last : wait->begin_ns);
}

static int write_timeline(struct writing *writing, struct jam_error *error)
{
    const struct jam_timeline *timeline = &writing->timeline;
    int status = 0;
    writing->row_numbers = calloc(timeline->count + 1, sizeof *writing->row_numbers);
    if (!writing->row_numbers)
        return jam_error_memory(error);
    struct jam_progress progress = jam_progress_start("slices", timeline->count);
    for (size_t i = 0, end; !status && i < timeline->count; i = end) {
        end = jam_timeline_thread_end(timeline, i);
        status = place_thread(writing, i, end);
    }
    for (size_t i = 0; !status && i < timeline->count; i++) {
        print_slice(writing, i);
        print_arrow(writing, i);
        jam_progress_step(&progress, 1);
    }
    jam_progress_end(&progress);
    free(writing->row_numbers);
    return status ? jam_error_memory(error) : 0;
}

int jam_export_perfetto(struct jam_report *report, const struct jam_export_view *view, FILE *out,
                        struct jam_error *error)
{
    struct writing writing = {.report = report, .out = out, .is_first = true};
    int status = 0;
    (void)view;
    fputs("{\"displayTimeUnit\":\"ns\",\"traceEvents\":[", out);
    for (; !status && writing.process < report->process_count; writing.process++) {
        const struct jam_report_process *process = &report->processes[writing.process];
        print_name(&writing, "process_name", process->facts.pid,
                   jam_facts_program(&process->facts));
        status = jam_trace_feed_timeline(process->trace, &process->facts, &writing.timeline, error);
        if (!status)
            status = write_timeline(&writing, error);
        jam_timeline_fini(&writing.timeline);
    }
    fputs("\n]}\n", out);
    return status;
}
