/* From patterns to findings. */
#include "trace/trace_shapes.h"

#include "core/contention/shape.h"
#include "trace/trace_contention.h"
#include "trace/trace_record.h"
#include "trace/trace_run.h"

/* The thread that waited longest for the lock, 0 = unknown. */
static uint32_t longest_waiter(const struct jam_run *run, uint32_t lock_id)
{
    uint32_t lock = jam_replay_find_lock(&run->replay, lock_id);
    const struct jam_run_pair *longest = NULL;
    for (size_t i = 0; i < run->pair_count; i++)
        if (run->pairs[i].lock == lock &&
            (!longest || run->pairs[i].wait_ticks > longest->wait_ticks))
            longest = &run->pairs[i];
    return longest ? run->replay.threads[longest->thread].id : 0;
}

static int add_finding(struct jam_findings *findings, const struct jam_contention *contention,
                       const struct jam_run *run, const struct jam_shape *shape)
{
    const struct jam_contention_lock *lock = &contention->locks[shape->lock];
    bool is_convoy = shape->kind == JAM_SHAPE_CONVOY;
    struct jam_finding *finding =
        jam_findings_add(findings, is_convoy ? JAM_FINDING_LOCK_CONVOY : JAM_FINDING_STARVATION,
                         JAM_GRADE_CONFIRMED);
    if (!finding)
        return -1;
    finding->thread = longest_waiter(run, lock->id);
    finding->subject = (struct jam_lock_use){
        .lock = lock->id,
        .generation = lock->generation,
        .stack = is_convoy && lock->site_count ? contention->sites[lock->first_site].stack
                                               : shape->stack,
        .mode = shape->mode,
    };
    return 0;
}

static int add_blocking(struct jam_findings *findings, const struct jam_misuse *misuse)
{
    struct jam_finding *finding =
        jam_findings_add(findings, JAM_FINDING_WAIT_HOLDING_LOCK, JAM_GRADE_CONFIRMED);
    if (!finding)
        return -1;
    finding->thread = finding->other_thread = misuse->thread;
    finding->subject = (struct jam_lock_use){.lock = misuse->other_lock, .stack = misuse->stack};
    finding->other =
        (struct jam_lock_use){.lock = misuse->other_lock, .stack = misuse->other_stack};
    finding->call = (uint16_t)misuse->call;
    finding->when_ticks = misuse->first_ticks;
    finding->count = misuse->count;
    return 0;
}

/* Calls of the system under a lock: the same ones that a report calls a pattern. */
static int find_blocking(struct jam_trace *trace, const struct jam_contention *contention,
                         struct jam_findings *findings)
{
    struct jam_shapes shapes = {0};
    struct jam_cursor cursor;
    const struct jam_misuse *misuse;
    int status = 0;
    jam_cursor_start(&cursor, trace, JAM_EXTENT_MISUSE);
    while (!status && (misuse = jam_cursor_next(&cursor))) {
        size_t before = shapes.count;
        status = jam_shapes_add_blocking(&shapes, contention, 0, misuse);
        if (!status && shapes.count > before)
            status = add_blocking(findings, misuse);
    }
    jam_shapes_fini(&shapes);
    return status;
}

static int find(struct jam_trace *trace, const struct jam_facts *facts,
                struct jam_contention *contention, struct jam_run *run, struct jam_error *error)
{
    int status = jam_trace_feed_contention(trace, facts, contention, error);
    if (!status)
        status = jam_trace_run(trace, facts, run, error);
    if (!status && jam_contention_add_run(contention, run) != 0)
        status = jam_error_memory(error);
    if (!status)
        jam_contention_finish(contention);
    return status;
}

int jam_trace_feed_shapes(struct jam_trace *trace, const struct jam_facts *facts,
                          struct jam_findings *findings, struct jam_error *error)
{
    struct jam_contention contention = {0};
    struct jam_run run = {0};
    struct jam_shapes shapes = {0};
    int status = find(trace, facts, &contention, &run, error);
    if (!status && jam_shapes_find(&shapes, &contention, 0, &run, NULL) != 0)
        status = jam_error_memory(error);
    for (size_t i = 0; !status && i < shapes.count; i++)
        if (shapes.list[i].kind <= JAM_SHAPE_STARVATION &&
            add_finding(findings, &contention, &run, &shapes.list[i]) != 0)
            status = jam_error_memory(error);
    if (!status && find_blocking(trace, &contention, findings) != 0)
        status = jam_error_memory(error);
    jam_shapes_fini(&shapes);
    jam_run_fini(&run);
    jam_contention_fini(&contention);
    return status;
}
