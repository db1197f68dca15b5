/* Writes the data of the page, part by part. */
#include "render/html/render_html_data.h"

#include <inttypes.h>
#include <signal.h>
#include <string.h>

#include "core/lock_kind.h"
#include "core/contention/timeline_thin.h"
#include "render/html/render_html_check.h"
#include "render/html/render_html_stacks.h"
#include "render/render_waiting.h"
#include "trace/trace_record.h"
#include "trace/trace_timeline.h"
#include "util/human.h"
#include "util/json_text.h"
#include "util/progress.h"

#define SLICES_SHOWN 60000 /* over all processes: about 3 MB, and drawn in a blink */

struct writing {
    struct jam_check *check;
    struct jam_report *report; /* the check's */
    struct jam_html_stacks stacks;
    struct jam_map threads; /* (process, thread id) to position */
    FILE *out;
    struct jam_error *error;
    int status;
};

static void print_number_list(FILE *out, const int64_t *numbers, size_t count)
{
    for (size_t i = 0; i < count; i++)
        fprintf(out, "%s%" PRId64, i ? "," : "[", numbers[i]);
    fputc(']', out);
}

#define PRINT_NUMBERS(out, ...)                                                                    \
    do {                                                                                           \
        const int64_t numbers[] = {__VA_ARGS__};                                                   \
        print_number_list(out, numbers, sizeof numbers / sizeof numbers[0]);                       \
    } while (0)

static int64_t number(uint64_t value)
{
    return value > INT64_MAX ? INT64_MAX : (int64_t)value;
}

static void print_end(const struct jam_facts *facts, FILE *out)
{
    char text[64] = "nobody saw how it ended";
    if (facts->end_kind == JAM_END_EXIT)
        snprintf(text, sizeof text, "exit status %u", facts->end_value);
    else if (facts->end_kind == JAM_END_SIGNAL)
        snprintf(text, sizeof text, "ended by signal %u", facts->end_value);
    else if (facts->end_kind == JAM_END_KILLED)
        snprintf(text, sizeof text, "killed by lockjam");
    else if (facts->is_running)
        snprintf(text, sizeof text, "still running");
    jam_json_text(text, out);
}

static void print_lost(const struct jam_facts *facts, FILE *out)
{
    bool is_first = true;
    char text[256];
    char count[JAM_HUMAN_BYTES];
    fputs(",\"lost\":[", out);
    for (unsigned i = 0; i < JAM_LOSS_KINDS; i++) {
        if (!facts->lost[i] || i == JAM_LOSS_THREADS_FOLDED)
            continue;
        snprintf(text, sizeof text, "%s %s", jam_human_count(facts->lost[i], count),
                 jam_facts_loss_text(i));
        fputs(is_first ? "" : ",", out);
        jam_json_text(text, out);
        is_first = false;
    }
    fputc(']', out);
}

static void print_processes(struct writing *writing)
{
    FILE *out = writing->out;
    for (size_t i = 0; i < writing->report->process_count; i++) {
        const struct jam_facts *facts = &writing->report->processes[i].facts;
        fprintf(out, "%s{\"pid\":%u,\"program\":", i ? ",\n" : "[", facts->pid);
        jam_json_text(jam_facts_program(facts), out);
        fputs(",\"executable\":", out);
        jam_json_text(facts->executable, out);
        fputs(",\"arguments\":[", out);
        for (size_t j = 0; j < facts->argument_count; j++) {
            fputs(j ? "," : "", out);
            jam_json_text(facts->arguments[j], out);
        }
        fprintf(out, "],\"threads\":%" PRIu64 ",\"duration\":%" PRIu64 ",\"started\":%" PRIu64,
                facts->threads, facts->duration_ns, facts->start_realtime_ns);
        fputs(",\"end\":", out);
        print_end(facts, out);
        print_lost(facts, out);
        fputc('}', out);
    }
    fputc(']', out);
}

static void print_totals(struct writing *writing)
{
    const struct jam_totals *totals = &writing->report->contention.totals;
    fprintf(writing->out,
            "{\"acquisitions\":%" PRIu64 ",\"contended\":%" PRIu64 ",\"wait\":%" PRIu64
            ",\"hold\":%" PRIu64 ",\"duration\":%" PRIu64 "}",
            totals->acquisitions, totals->contended, totals->wait_ns, totals->hold_ns,
            jam_report_duration_ns(writing->report));
}

/* When a thread lived, relative to its process; an end of 0: until the end of the trace. */
static void thread_life(struct writing *writing, const struct jam_contention_thread *thread,
                        uint64_t *begin, uint64_t *end)
{
    const struct jam_report_process *process = &writing->report->processes[thread->process];
    const struct jam_thread_record *record = jam_trace_thread(process->trace, thread->id);
    *begin = record ? jam_timebase_since_start_ns(&process->facts.base, record->start_ticks) : 0;
    *end = record && record->end_ticks
               ? jam_timebase_since_start_ns(&process->facts.base, record->end_ticks)
               : process->facts.duration_ns;
}

static void print_threads(struct writing *writing)
{
    const struct jam_contention *contention = &writing->report->contention;
    FILE *out = writing->out;
    fputc('[', out);
    for (size_t i = 0; i < contention->thread_count; i++) {
        const struct jam_contention_thread *thread = &contention->threads[i];
        uint64_t begin;
        uint64_t end;
        jam_map_insert(&writing->threads, thread->process, thread->id, (uint32_t)i);
        thread_life(writing, thread, &begin, &end);
        fputs(i ? ",\n[" : "\n[", out);
        jam_json_text(*thread->name ? thread->name : "thread", out);
        fputc(',', out);
        PRINT_NUMBERS(out, thread->process, thread->tid, number(thread->lifetime_ns),
                      number(thread->wait_ns), number(thread->waits),
                      number(thread->blocked_others_ns), number(begin), number(end));
        fputc(']', out);
    }
    fputc(']', out);
}

static void print_totals_row(const struct jam_totals *totals, FILE *out)
{
    PRINT_NUMBERS(out, number(totals->acquisitions), number(totals->contended),
                  number(totals->try_failures), number(totals->timeouts), number(totals->wait_ns),
                  number(totals->wait_max_ns), number(totals->hold_ns),
                  number(totals->hold_max_ns));
}

static void print_spread(const struct jam_spread *spread, const struct jam_timebase *base,
                         FILE *out)
{
    bool is_first = true;
    fputc('[', out);
    for (unsigned i = 0; i < JAM_HISTOGRAM_BUCKETS; i++) {
        if (!spread->count[i])
            continue;
        fputs(is_first ? "" : ",", out);
        PRINT_NUMBERS(out, number(jam_timebase_bucket_ns(base, i)), number(spread->count[i]));
        is_first = false;
    }
    fputc(']', out);
}

static void print_sites(struct writing *writing, const struct jam_contention_lock *lock)
{
    FILE *out = writing->out;
    fputs(",\n\"sites\":[", out);
    for (size_t i = 0; i < lock->site_count; i++) {
        const struct jam_contention_site *site =
            &writing->report->contention.sites[lock->first_site + i];
        fprintf(out, "%s[%" PRId64 ",%u,", i ? "," : "",
                jam_html_stack_number(&writing->stacks, lock->process, site->stack), site->mode);
        print_totals_row(&site->totals, out);
        fputc(']', out);
    }
    fputc(']', out);
}

static void print_blames(struct writing *writing, const struct jam_contention_lock *lock)
{
    FILE *out = writing->out;
    fputs(",\n\"blames\":[", out);
    for (size_t i = 0; i < lock->blame_count; i++) {
        const struct jam_contention_blame *blame =
            &writing->report->contention.blames[lock->first_blame + i];
        fputs(i ? "," : "", out);
        PRINT_NUMBERS(out,
                      jam_html_stack_number(&writing->stacks, lock->process, blame->waiter_stack),
                      jam_html_stack_number(&writing->stacks, lock->process, blame->blocker_stack),
                      number(blame->count), number(blame->wait_ns), number(blame->wait_max_ns));
    }
    fputc(']', out);
}

/* The part of the critical path that the lock is on, 0 to 1; 0 also if the path is not known. */
static double path_share(const struct jam_report *report, const struct jam_contention_lock *lock)
{
    return (double)jam_contention_path_share(&report->contention, lock->process,
                                             lock->totals.critical_ns) /
           JAM_SHARE_WHOLE;
}

static void print_lock(struct writing *writing, size_t index)
{
    const struct jam_contention_lock *lock = &writing->report->contention.locks[index];
    const struct jam_timebase *base = &writing->report->processes[lock->process].facts.base;
    FILE *out = writing->out;
    fputs("{\"name\":", out);
    jam_json_text(jam_report_lock_name(writing->report, index), out);
    fputs(",\"class\":", out);
    jam_json_text(jam_report_class_name(writing->report, index), out);
    fprintf(out,
            ",\"kind\":\"%s\",\"isLock\":%s,\"id\":%u,\"process\":%u,\"address\":\"0x%" PRIx64
            "\",\"created\":%" PRId64 ",\"changes\":%" PRIu64 ",\"queue\":%u,\"totals\":",
            jam_lock_kind_name(lock->kind),
            jam_lock_kind_section(lock->kind) == JAM_SECTION_LOCKS ? "true" : "false", lock->id,
            lock->process, lock->address,
            jam_html_stack_number(&writing->stacks, lock->process, lock->created_stack),
            lock->owner_changes, lock->max_waiters);
    print_totals_row(&lock->totals, out);
    fprintf(out, ",\"critical\":%.4f,\"waits\":", path_share(writing->report, lock));
    print_spread(&lock->wait_spread, base, out);
    fputs(",\"holds\":", out);
    print_spread(&lock->hold_spread, base, out);
    print_sites(writing, lock);
    print_blames(writing, lock);
    fputc('}', out);
}

static void print_locks(struct writing *writing)
{
    size_t count = writing->report->contention.lock_count;
    struct jam_progress progress = jam_progress_start("locks", count);
    fputc('[', writing->out);
    for (size_t i = 0; i < count; i++) {
        fputs(i ? ",\n" : "\n", writing->out);
        print_lock(writing, i);
        jam_progress_step(&progress, 1);
    }
    fputc(']', writing->out);
    jam_progress_end(&progress);
}

static int64_t position(const struct jam_map *map, size_t process, uint32_t id)
{
    uint32_t at = id ? jam_map_find(map, process, id) : JAM_MAP_NONE;
    return at == JAM_MAP_NONE ? -1 : (int64_t)at;
}

static void print_waiting(struct writing *writing)
{
    struct jam_waitings waitings;
    if (jam_waitings_init(&waitings, writing->report) != 0)
        writing->status = jam_error_memory(writing->error);
    fputc('[', writing->out);
    for (size_t i = 0; i < waitings.count && !writing->status; i++) {
        const struct jam_waiting *waiting = &waitings.items[i];
        struct jam_holder holder = {0};
        jam_waiting_holders(writing->report, waiting, &holder, 1);
        fputs(i ? "," : "", writing->out);
        PRINT_NUMBERS(writing->out, position(&writing->threads, waiting->process, waiting->thread),
                      waiting->lock == JAM_MAP_NONE ? -1 : (int64_t)waiting->lock,
                      jam_html_stack_number(&writing->stacks, waiting->process, waiting->stack),
                      number(waiting->for_ns),
                      position(&writing->threads, waiting->process, holder.thread),
                      jam_html_stack_number(&writing->stacks, waiting->process, holder.stack));
    }
    fputc(']', writing->out);
    jam_waitings_fini(&waitings);
}

static void print_slice(struct writing *writing, size_t process, const struct jam_slice *slice,
                        int64_t blocker)
{
    PRINT_NUMBERS(writing->out, position(&writing->threads, process, slice->thread), slice->kind,
                  number(slice->begin_ns), number(slice->end_ns - slice->begin_ns),
                  position(&writing->report->contention.lock_map, process, slice->lock),
                  jam_html_stack_number(&writing->stacks, process, slice->stack),
                  position(&writing->threads, process, slice->other), blocker, slice->flags);
}

static void print_kept(struct writing *writing, size_t process, const struct jam_timeline *timeline,
                       const struct jam_timeline_thin *thin)
{
    bool is_first = true;
    fputs("\"slices\":[", writing->out);
    for (size_t i = 0; i < timeline->count; i++) {
        const struct jam_slice *slice = &timeline->slices[i];
        if (thin->numbers[i] == JAM_SLICE_NONE)
            continue;
        uint32_t blocker =
            slice->blocker == JAM_SLICE_NONE ? JAM_SLICE_NONE : thin->numbers[slice->blocker];
        fputs(is_first ? "" : ",\n", writing->out);
        print_slice(writing, process, slice, blocker == JAM_SLICE_NONE ? -1 : (int64_t)blocker);
        is_first = false;
    }
    fputs("],\n\"densities\":[", writing->out);
    for (size_t i = 0; i < thin->density_count; i++) {
        const struct jam_density *density = &thin->densities[i];
        fputs(i ? "," : "", writing->out);
        PRINT_NUMBERS(writing->out, position(&writing->threads, process, density->thread),
                      density->bucket, number(density->wait_ns), number(density->hold_ns));
    }
    fputs("]", writing->out);
}

static void print_timeline(struct writing *writing, size_t process)
{
    const struct jam_report_process *of = &writing->report->processes[process];
    struct jam_timeline timeline;
    struct jam_timeline_thin thin = {0};
    writing->status = jam_trace_feed_timeline(of->trace, &of->facts, &timeline, writing->error);
    if (!writing->status &&
        jam_timeline_thin_init(&thin, &timeline, SLICES_SHOWN / writing->report->process_count,
                               of->facts.duration_ns) != 0)
        writing->status = jam_error_memory(writing->error);
    fprintf(writing->out, "%s{\"leftOut\":%zu,\"bucket\":%" PRIu64 ",", process ? ",\n" : "",
            thin.left_out_count, thin.bucket_ns);
    if (!writing->status)
        print_kept(writing, process, &timeline, &thin);
    fputs("}", writing->out);
    jam_timeline_thin_fini(&thin);
    jam_timeline_fini(&timeline);
}

static void print_timelines(struct writing *writing)
{
    fputc('[', writing->out);
    for (size_t i = 0; i < writing->report->process_count && !writing->status; i++)
        print_timeline(writing, i);
    fputc(']', writing->out);
}

static void print_findings(struct writing *writing)
{
    jam_html_findings(writing->check, &writing->stacks, writing->out);
}

static void print_graph(struct writing *writing)
{
    writing->status =
        jam_html_graph(writing->check, &writing->stacks, writing->out, writing->error);
}

/* Stacks come last: the parts before ask for them. */
static const struct {
    const char *name;
    void (*print)(struct writing *);
} parts[] = {
    {"processes", print_processes}, {"totals", print_totals},   {"threads", print_threads},
    {"locks", print_locks},         {"waiting", print_waiting}, {"timelines", print_timelines},
    {"check", print_findings},      {"graph", print_graph},
};

int jam_html_data(struct jam_check *check, FILE *out, struct jam_error *error)
{
    struct jam_report *report = &check->report;
    struct writing writing = {
        .check = check, .report = report, .stacks = {.report = report}, .out = out, .error = error};
    fputs("{\"schema\":\"lockjam.html/1\"", out);
    for (size_t i = 0; i < sizeof parts / sizeof parts[0] && !writing.status; i++) {
        fprintf(out, ",\n\"%s\":", parts[i].name);
        parts[i].print(&writing);
    }
    fputs(",\n", out);
    jam_html_stacks_print(&writing.stacks, out);
    fputs("}\n", out);
    if (!writing.status && writing.stacks.is_out_of_memory)
        writing.status = jam_error_memory(error);
    jam_html_stacks_fini(&writing.stacks);
    jam_map_fini(&writing.threads);
    return writing.status;
}
