/* Converts, and keeps the records alive: the search only refers to them. */
#include "lock_order_shim.h"

#include <stdlib.h>
#include <string.h>

#include "core/order/lock_order.h"
#include "trace/trace_lock_order.h"

struct jam_shim_search {
    struct jam_lock_order *order;
    struct jam_findings findings;
    void **records;
    size_t count, capacity;
};

struct jam_shim_search *jam_shim_search_new(void)
{
    struct jam_shim_search *search = calloc(1, sizeof *search);
    search->order = jam_lock_order_new();
    return search;
}

void jam_shim_search_free(struct jam_shim_search *search)
{
    jam_lock_order_free(search->order);
    jam_findings_fini(&search->findings);
    for (size_t i = 0; i < search->count; i++)
        free(search->records[i]);
    free(search->records);
    free(search);
}

static void *keep(struct jam_shim_search *search, const void *record, size_t bytes, size_t more)
{
    if (search->count == search->capacity) {
        search->capacity = search->capacity ? search->capacity * 2 : 64;
        search->records = realloc(search->records, search->capacity * sizeof *search->records);
    }
    char *copy = calloc(1, bytes + more);
    memcpy(copy, record, bytes);
    return search->records[search->count++] = copy;
}

static void set_kind(struct jam_lock_record *record, enum jam_shim_kind kind)
{
    static const struct {
        uint16_t kind, flags;
    } kinds[] = {
        [JAM_SHIM_MUTEX] = {JAM_LOCK_MUTEX, 0},
        [JAM_SHIM_RWLOCK] = {JAM_LOCK_RWLOCK, 0},
        [JAM_SHIM_RWLOCK_PREFER_WRITER] = {JAM_LOCK_RWLOCK, JAM_LOCK_PREFER_WRITER},
        [JAM_SHIM_SPIN] = {JAM_LOCK_SPIN, 0},
        [JAM_SHIM_SEM] = {JAM_LOCK_SEM, 0},
        [JAM_SHIM_SEM_LOCKLIKE] = {JAM_LOCK_SEM, JAM_LOCK_LOCKLIKE},
        [JAM_SHIM_ONCE] = {JAM_LOCK_ONCE, 0},
        [JAM_SHIM_CUSTOM] = {JAM_LOCK_CUSTOM, JAM_LOCK_ANNOTATED},
        [JAM_SHIM_JOIN] = {JAM_LOCK_THREAD, 0},
        [JAM_SHIM_COND] = {JAM_LOCK_COND, 0},
        [JAM_SHIM_BARRIER] = {JAM_LOCK_BARRIER, 0},
    };
    record->kind = kinds[kind].kind;
    record->flags |= kinds[kind].flags;
}

void jam_shim_search_lock(struct jam_shim_search *search, const struct jam_shim_order_lock *lock)
{
    struct jam_lock_record record = {
        .id = lock->id,
        .generation = lock->generation,
        .flags = lock->is_initialized ? JAM_LOCK_INITIALIZED : 0,
        .created_stack = lock->created_stack,
        .first_stack = lock->first_stack,
        .first_thread = lock->first_thread,
        .thread = lock->thread,
        .born_ticks = lock->born_ticks,
        .shared_ticks = lock->shared_ticks,
        .handed_over_ticks = lock->handed_over_ticks,
    };
    set_kind(&record, lock->kind);
    jam_lock_order_add_lock(search->order, keep(search, &record, sizeof record, 0));
}

void jam_shim_search_thread(struct jam_shim_search *search,
                            const struct jam_shim_order_thread *thread)
{
    struct jam_thread_record record = {
        .id = thread->id,
        .parent = thread->parent,
        .parent_segment = thread->parent_segment,
        .joiner = thread->joiner,
        .joiner_segment = thread->joiner_segment,
        .start_ticks = thread->start_ticks,
    };
    jam_lock_order_add_thread(search->order, keep(search, &record, sizeof record, 0));
}

static uint16_t held_flags(unsigned how)
{
    return (how & JAM_SHIM_TRY ? JAM_HELD_TRY : 0) | (how & JAM_SHIM_TIMED ? JAM_HELD_TIMED : 0) |
           (how & JAM_SHIM_REACQUIRED ? JAM_HELD_REACQUIRED : 0) |
           (how & JAM_SHIM_UNPUBLISHED ? JAM_HELD_UNPUBLISHED : 0) |
           (how & JAM_SHIM_REENTRY ? JAM_HELD_REENTRY : 0);
}

static uint16_t wanted_flags(unsigned how)
{
    return (how & JAM_SHIM_TRY ? JAM_DEPENDENCY_TRY : 0) |
           (how & JAM_SHIM_TIMED ? JAM_DEPENDENCY_TIMED : 0) |
           (how & JAM_SHIM_REACQUIRED ? JAM_DEPENDENCY_REACQUIRED : 0) |
           (how & JAM_SHIM_UNPUBLISHED ? JAM_DEPENDENCY_UNPUBLISHED : 0);
}

void jam_shim_search_dependency(struct jam_shim_search *search,
                                const struct jam_shim_dependency *dependency)
{
    const struct jam_shim_use *wanted = &dependency->wanted;
    struct jam_dependency head = {
        .lock = wanted->lock,
        .generation = wanted->generation,
        .stack = wanted->stack,
        .mode = wanted->how & JAM_SHIM_SHARED ? JAM_SHARED : JAM_EXCLUSIVE,
        .flags = wanted_flags(wanted->how),
        .held_count = (uint16_t)dependency->held_count,
        .epoch = dependency->epoch,
        .instances = dependency->instances,
        .first_ticks = dependency->first_ticks,
        .last_ticks = dependency->last_ticks,
    };
    for (unsigned i = 0; i < JAM_DEPENDENCY_INSTANCES; i++)
        head.instance[i] = (struct jam_instance){dependency->threads[i], dependency->segments[i]};
    struct jam_dependency *record = keep(
        search, &head, sizeof head, dependency->held_count * sizeof(struct jam_dependency_held));
    for (size_t i = 0; i < dependency->held_count; i++) {
        const struct jam_shim_use *held = &dependency->held[i];
        record->held[i] = (struct jam_dependency_held){
            held->lock, held->generation, held->stack,
            held->how & JAM_SHIM_SHARED ? JAM_SHARED : JAM_EXCLUSIVE, held_flags(held->how)};
    }
    jam_lock_order_add_dependency(search->order, record);
}

void jam_shim_search_barrier(struct jam_shim_search *search, uint32_t lock, uint32_t round,
                             uint32_t thread, uint32_t segment)
{
    struct jam_order record = {
        .kind = JAM_ORDER_BARRIER,
        .lock = lock,
        .generation = 1,
        .thread = thread,
        .segment = segment,
        .round = round,
    };
    jam_lock_order_add_order(search->order, keep(search, &record, sizeof record, 0));
}

void jam_shim_search_wake(struct jam_shim_search *search, const struct jam_shim_wake *wake)
{
    struct jam_order record = {
        .kind = JAM_ORDER_WAKE,
        .lock = wake->lock,
        .generation = 1,
        .thread = wake->thread,
        .segment = wake->segment,
        .other_thread = wake->other_thread,
        .count = 1,
        .first_ticks = wake->first_ticks,
        .last_ticks = wake->last_ticks,
    };
    jam_lock_order_add_order(search->order, keep(search, &record, sizeof record, 0));
}

void jam_shim_search_site(struct jam_shim_search *search, const struct jam_shim_use *use,
                          uint32_t thread)
{
    struct jam_site record = {
        .first_thread = thread,
        .last_thread = thread,
        .threads = 1,
        .lock = use->lock,
        .stack = use->stack,
        .mode = use->how & JAM_SHIM_SHARED ? JAM_SHARED : JAM_EXCLUSIVE,
        .acquisitions = 1,
    };
    jam_lock_order_add_site(search->order, keep(search, &record, sizeof record, 0));
}

void jam_shim_search_bound(struct jam_shim_search *search, uint64_t steps)
{
    jam_lock_order_set_bound(search->order, steps);
}

size_t jam_shim_search_finish(struct jam_shim_search *search)
{
    return jam_lock_order_finish(search->order, &search->findings) == 0 ? search->findings.count
                                                                        : SIZE_MAX;
}

static const char *reason_name(enum jam_grade_reason reason)
{
    static const char *const names[JAM_REASONS] = {
        [JAM_REASON_NONE] = "",           [JAM_REASON_TIMED] = "timed",
        [JAM_REASON_SOFT_ORDER] = "soft", [JAM_REASON_READERS] = "readers",
        [JAM_REASON_CLOSING] = "closing",
    };
    return names[reason] ? names[reason] : "?";
}

struct jam_shim_found jam_shim_search_found(const struct jam_shim_search *search, size_t index)
{
    const struct jam_finding *finding = &search->findings.list[index];
    struct jam_shim_found found = {
        .kind = jam_finding_kind_name(finding->kind),
        .grade = jam_grade_name(finding->grade),
        .filter = jam_filter_name(finding->filter),
        .reason = reason_name(finding->reason),
        .evidence_lock = finding->evidence.lock,
        .evidence_thread = finding->evidence_thread,
        .count = finding->count,
        .edges = finding->edge_count,
    };
    for (size_t i = 0; i < finding->edge_count && i < JAM_SHIM_EDGES; i++) {
        found.threads[i] = finding->edges[i].thread;
        found.holds[i] = finding->edges[i].holds.lock;
        found.wants[i] = finding->edges[i].wants.lock;
        found.holds_stack[i] = finding->edges[i].holds.stack;
        found.wants_stack[i] = finding->edges[i].wants.stack;
        found.held[i] = finding->edges[i].held_count;
    }
    return found;
}

uint64_t jam_shim_search_cut(const struct jam_shim_search *search)
{
    return search->findings.searches_cut;
}

uint64_t jam_shim_search_dropped_more(const struct jam_shim_search *search)
{
    return search->findings.dropped_more;
}

struct jam_shim_search *jam_shim_search_trace(const char *path, size_t *count)
{
    struct jam_shim_search *search = jam_shim_search_new();
    struct jam_error error = {0};
    struct jam_trace *trace;
    struct jam_facts facts;
    int status = jam_trace_open(&trace, path, &error);
    if (!status) {
        status = jam_facts_init(&facts, trace, &error);
        if (!status)
            status = jam_trace_feed_lock_order(trace, &facts, &search->findings, &error);
        jam_facts_fini(&facts);
        jam_trace_close(trace);
    }
    *count = search->findings.count;
    if (!status)
        return search;
    jam_shim_search_free(search);
    return NULL;
}
