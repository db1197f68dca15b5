/* Calls and converts, nothing else. */
#include "trace_shim.h"

#include <stdlib.h>
#include <string.h>

#include "core/timebase.h"
#include "render/render_dump.h"
#include "render/render_report.h"
#include "trace/trace_event.h"
#include "trace/trace_record.h"

struct jam_shim_opened jam_shim_open(const char *path)
{
    struct jam_shim_opened opened = {0};
    struct jam_error error = {0};
    struct jam_trace *trace;
    opened.status = jam_trace_open(&trace, path, &error);
    memcpy(opened.text, error.text, sizeof opened.text);
    if (opened.status)
        return opened;
    for (unsigned kind = 1; kind < JAM_EXTENT_KINDS; kind++) {
        struct jam_cursor cursor;
        jam_cursor_start(&cursor, trace, kind);
        while (jam_cursor_next(&cursor))
            ;
    }
    opened.extents = trace->extent_count;
    opened.damaged = trace->damage.count;
    opened.skipped_bytes = trace->damage.bytes;
    opened.missing_bytes = trace->missing;
    jam_trace_close(trace);
    return opened;
}

uint64_t jam_shim_offset(enum jam_shim_place place)
{
    static const size_t offsets[] = {
        [JAM_SHIM_VERSION] = offsetof(struct jam_header, version),
        [JAM_SHIM_OLDEST_READER] = offsetof(struct jam_header, oldest_reader),
        [JAM_SHIM_HEADER_BYTES] = offsetof(struct jam_header, header_bytes),
        [JAM_SHIM_CLOCK] = offsetof(struct jam_header, clock),
        [JAM_SHIM_USED_BYTES] = offsetof(struct jam_header, used_bytes),
        [JAM_SHIM_EXTENT_MAGIC] = offsetof(struct jam_extent, magic),
        [JAM_SHIM_EXTENT_KIND] = offsetof(struct jam_extent, kind),
        [JAM_SHIM_EXTENT_RECORD_BYTES] = offsetof(struct jam_extent, record_bytes),
        [JAM_SHIM_EXTENT_BYTES] = offsetof(struct jam_extent, bytes),
        [JAM_SHIM_EXTENT_USED_BYTES] = offsetof(struct jam_extent, used_bytes),
    };
    return offsets[place];
}

static struct jam_timebase make_base(const struct jam_shim_clock *clock)
{
    const struct jam_header header = {
        .clock = clock->kind,
        .clock_first = {clock->first_ticks, clock->first_ns},
        .clock_last = {clock->last_ticks, clock->last_ns},
        .tick_hz_hint = clock->hz,
    };
    struct jam_timebase base;
    jam_timebase_init(&base, &header);
    return base;
}

uint64_t jam_shim_duration_ns(const struct jam_shim_clock *clock, uint64_t ticks)
{
    struct jam_timebase base = make_base(clock);
    return jam_timebase_duration_ns(&base, ticks);
}

uint64_t jam_shim_since_start_ns(const struct jam_shim_clock *clock, uint64_t ticks)
{
    struct jam_timebase base = make_base(clock);
    return jam_timebase_since_start_ns(&base, ticks);
}

uint64_t jam_shim_bucket_ns(const struct jam_shim_clock *clock, unsigned bucket)
{
    struct jam_timebase base = make_base(clock);
    return jam_timebase_bucket_ns(&base, bucket);
}

unsigned jam_shim_bucket_of(uint64_t ticks)
{
    return jam_timebase_bucket_of(ticks);
}

static void copy_lock(struct jam_shim_lock *copy, const struct jam_contention *contention,
                      const struct jam_contention_lock *lock)
{
    *copy = (struct jam_shim_lock){
        .is_found = 1,
        .acquisitions = lock->totals.acquisitions,
        .contended = lock->totals.contended,
        .try_failures = lock->totals.try_failures,
        .timeouts = lock->totals.timeouts,
        .wait_ns = lock->totals.wait_ns,
        .wait_max_ns = lock->totals.wait_max_ns,
        .hold_ns = lock->totals.hold_ns,
        .hold_max_ns = lock->totals.hold_max_ns,
        .holds_contended = lock->totals.holds_contended,
        .hold_contended_ns = lock->totals.hold_contended_ns,
        .sites = lock->site_count,
        .blames = lock->blame_count,
    };
    memcpy(copy->wait_count, lock->wait_spread.count, sizeof copy->wait_count);
    memcpy(copy->hold_count, lock->hold_spread.count, sizeof copy->hold_count);
    if (lock->site_count)
        copy->first_site_wait_ns = contention->sites[lock->first_site].totals.wait_ns;
    if (lock->blame_count) {
        copy->first_blame_wait_ns = contention->blames[lock->first_blame].wait_ns;
        copy->first_blame_count = contention->blames[lock->first_blame].count;
    }
}

struct jam_shim_lock jam_shim_contention(const char *const *paths, size_t count, size_t process,
                                         uint32_t lock)
{
    struct jam_shim_lock copy = {0};
    struct jam_report report;
    struct jam_error error = {0};
    if (jam_report_open(&report, (char *const *)paths, count, &error) == 0)
        for (size_t i = 0; i < report.contention.lock_count; i++)
            if (report.contention.locks[i].id == lock &&
                report.contention.locks[i].process == process)
                copy_lock(&copy, &report.contention, &report.contention.locks[i]);
    jam_report_close(&report);
    return copy;
}

int jam_shim_stack_depth(const char *path, uint32_t stack_ref)
{
    struct jam_trace *trace;
    struct jam_error error = {0};
    if (jam_trace_open(&trace, path, &error) != 0)
        return -2;
    const struct jam_stack *stack = jam_trace_stack(trace, stack_ref);
    int depth = stack ? stack->depth : -1;
    jam_trace_close(trace);
    return depth;
}

static size_t copy_events(struct jam_event_merge *merge, struct jam_shim_event *events, size_t room)
{
    struct jam_event_view view;
    size_t count = 0;
    for (; jam_event_merge_next(merge, &view); count++)
        if (count < room)
            events[count] = (struct jam_shim_event){view.ticks, view.since_ticks, view.lane,
                                                    view.a,     view.b,           view.kind};
    return count;
}

size_t jam_shim_events(const char *path, struct jam_shim_event *events, size_t room)
{
    struct jam_trace *trace;
    struct jam_event_chunks chunks;
    struct jam_error error = {0};
    if (jam_trace_open(&trace, path, &error) != 0 ||
        jam_event_chunks_init(&chunks, trace, &error) != 0)
        abort();
    struct jam_event_merge *merge = jam_event_merge_new(&chunks);
    size_t count = copy_events(merge, events, room);
    jam_event_merge_free(merge);
    jam_event_chunks_fini(&chunks);
    jam_trace_close(trace);
    return count;
}

char *jam_shim_report(const char *const *paths, size_t count, const struct jam_shim_view *view)
{
    const struct jam_report_view as = {
        .by = view->by,
        .sort = view->sort,
        .limit = view->limit,
        .is_verbose = view->is_verbose,
    };
    struct jam_report report;
    struct jam_error error = {0};
    char *text = NULL;
    size_t size;
    if (jam_report_open(&report, (char *const *)paths, count, &error) == 0) {
        FILE *out = open_memstream(&text, &size);
        if (view->is_json)
            jam_report_json(&report, &as, out);
        else
            jam_report_text(&report, &as, out);
        fclose(out);
    }
    jam_report_close(&report);
    return text;
}

char *jam_shim_dump(const char *path)
{
    struct jam_facts facts;
    struct jam_trace *trace;
    struct jam_error error = {0};
    char *text = NULL;
    size_t size;
    if (jam_trace_open(&trace, path, &error) != 0)
        return NULL;
    struct jam_dump dump = {.trace = trace, .facts = &facts};
    if (jam_facts_init(&facts, trace, &error) == 0) {
        dump.frames = jam_frames_new(trace);
        dump.out = open_memstream(&text, &size);
        jam_dump_trace(&dump, &error);
        fclose(dump.out);
        jam_frames_free(dump.frames);
    }
    jam_facts_fini(&facts);
    jam_trace_close(trace);
    return text;
}
