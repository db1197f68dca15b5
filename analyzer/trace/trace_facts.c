/* Collects the facts of a process from header, strings and threads. */
#include "trace/trace_facts.h"

#include <stdlib.h>
#include <string.h>

#include "trace/trace_live.h"
#include "trace/trace_record.h"
#include "util/array.h"
#include "util/saturate.h"

static const char *const loss_texts[JAM_LOSS_KINDS] = {
    [JAM_LOSS_NO_SPACE] = "operations unrecorded: the file could not grow",
    [JAM_LOSS_NESTED] = "operations unrecorded: inside lockjam's own code",
    [JAM_LOSS_NO_LANE] = "operations unrecorded: no room for the thread",
    [JAM_LOSS_GROWTH_BUSY] = "facts unrecorded: the file was busy growing",
    [JAM_LOSS_EVENTS] = "events overwritten by newer ones (totals are complete)",
    [JAM_LOSS_STACKS] = "call stacks that end early",
    [JAM_LOSS_DEPENDENCIES] = "lock dependencies not stored",
    [JAM_LOSS_HELD] = "held locks not listed",
    [JAM_LOSS_THREADS_FOLDED] = "ended threads kept only as a sum",
    [JAM_LOSS_MISUSE] = "misuse not stored",
    [JAM_LOSS_ORDERS] = "orders between threads and failed tries not stored",
};

const char *jam_facts_loss_text(unsigned loss)
{
    const char *text = loss < JAM_LOSS_KINDS ? loss_texts[loss] : NULL;
    return text ? text : "facts of a kind unknown to this version";
}

uint64_t jam_facts_lost(const struct jam_facts *facts)
{
    uint64_t sum = 0;
    for (unsigned i = 0; i < JAM_LOSS_KINDS; i++)
        if (i != JAM_LOSS_THREADS_FOLDED)
            jam_saturate_add(&sum, facts->lost[i]);
    return sum;
}

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

const char *jam_facts_program(const struct jam_facts *facts)
{
    const char *typed = facts->argument_count ? base_name(facts->arguments[0]) : "";
    const char *name = *typed ? typed : base_name(facts->executable);
    return *name ? name : "program";
}

static int add_argument(struct jam_facts *facts, char *text)
{
    if (jam_array_reserve(&facts->arguments, &facts->argument_capacity, facts->argument_count,
                          sizeof *facts->arguments) != 0)
        return -1;
    facts->arguments[facts->argument_count++] = text;
    return 0;
}

static int take_string(struct jam_facts *facts, const struct jam_string *string)
{
    bool is_executable = string->key == JAM_STRING_EXECUTABLE && !facts->executable;
    if (!is_executable && string->key != JAM_STRING_ARGUMENT)
        return 0;
    char *text = strndup(string->text, string->length);
    if (!text)
        return -1;
    if (is_executable)
        facts->executable = text;
    else if (add_argument(facts, text) != 0) {
        free(text);
        return -1;
    }
    return 0;
}

static int take_strings(struct jam_facts *facts, struct jam_trace *trace)
{
    struct jam_cursor cursor;
    const struct jam_string *string;
    jam_cursor_start(&cursor, trace, JAM_EXTENT_STRINGS);
    while ((string = jam_cursor_next(&cursor)))
        if (take_string(facts, string) != 0)
            return -1;
    if (!facts->executable)
        facts->executable = strdup("");
    return facts->executable ? 0 : -1;
}

/* Times behind this are damage: no session lasts for thirty years. */
#define MOST_NS 1000000000000000000u

static void see(uint64_t *last_ns, const struct jam_timebase *base, uint64_t ticks)
{
    uint64_t ns = jam_timebase_since_start_ns(base, ticks);
    if (ns <= MOST_NS)
        jam_saturate_max(last_ns, ns);
}

/* The last sign of life; the header's clock is refreshed only now and then. */
static uint64_t last_sign_ns(const struct jam_facts *facts, struct jam_trace *trace)
{
    struct jam_cursor cursor;
    const struct jam_thread_record *thread;
    const struct jam_lane *lane;
    uint64_t last = 0;
    see(&last, &facts->base, trace->header.clock_last.ticks);
    jam_cursor_start(&cursor, trace, JAM_EXTENT_THREADS);
    while ((thread = jam_cursor_next(&cursor))) {
        see(&last, &facts->base, thread->start_ticks);
        see(&last, &facts->base, thread->end_ticks);
    }
    jam_cursor_start(&cursor, trace, JAM_EXTENT_LANE);
    while ((lane = jam_cursor_next(&cursor)))
        see(&last, &facts->base, lane->wait.since_ticks);
    return last;
}

static uint64_t duration_ns(const struct jam_facts *facts, struct jam_trace *trace)
{
    if (facts->is_running)
        return jam_trace_running_ns(&trace->header);
    if (trace->header.end_ticks > trace->header.clock_first.ticks)
        return jam_timebase_since_start_ns(&facts->base, trace->header.end_ticks);
    return last_sign_ns(facts, trace);
}

static void count_events(struct jam_facts *facts, const struct jam_trace *trace)
{
    for (size_t i = 0; i < trace->extent_count; i++)
        if (trace->extents[i].head.kind == JAM_EXTENT_RING && trace->extents[i].head.ring_sequence)
            facts->events += trace->extents[i].used_bytes / sizeof(struct jam_event);
}

int jam_facts_init(struct jam_facts *facts, struct jam_trace *trace, struct jam_error *error)
{
    const struct jam_header *header = &trace->header;
    *facts = (struct jam_facts){
        .pid = header->pid,
        .end_kind = header->end_kind,
        .end_value = header->end_value,
        .start_realtime_ns = header->start_realtime_ns,
        .trace_bytes = trace->end,
        .threads = header->threads_started,
    };
    jam_timebase_init(&facts->base, header);
    facts->retired_lifetime_ns =
        jam_timebase_duration_ns(&facts->base, header->retired_lifetime_ticks);
    memcpy(facts->lost, header->lost, sizeof facts->lost);
    facts->is_running = jam_trace_is_running(header);
    facts->duration_ns = duration_ns(facts, trace);
    count_events(facts, trace);
    return take_strings(facts, trace) == 0 ? 0 : jam_error_memory(error);
}

void jam_facts_fini(struct jam_facts *facts)
{
    for (size_t i = 0; i < facts->argument_count; i++)
        free(facts->arguments[i]);
    free(facts->arguments);
    free(facts->executable);
    *facts = (struct jam_facts){0};
}
