/* Reads the MISUSE extents. */
#include "trace/trace_misuse.h"

#include "core/finding/misuse.h"
#include "trace/trace_lock.h"
#include "trace/trace_record.h"

/* A thread that locks its own lock again, and hangs there, has been told of by then. */
static bool is_told(const struct jam_findings *findings, const struct jam_misuse *misuse)
{
    for (size_t i = 0; misuse->kind == JAM_MISUSE_RELOCK && i < findings->count; i++) {
        const struct jam_finding *finding = &findings->list[i];
        bool is_of_self = finding->kind == JAM_FINDING_SELF_DEADLOCK ||
                          finding->kind == JAM_FINDING_RWLOCK_UPGRADE;
        for (size_t edge = 0; is_of_self && edge < finding->edge_count; edge++)
            if (finding->grade == JAM_GRADE_CONFIRMED &&
                finding->edges[edge].thread == misuse->thread &&
                finding->edges[edge].wants.lock == misuse->lock)
                return true;
    }
    return false;
}

/*
 * A Python thread holds the lock that stands for its end for as long as it lives: nothing that its
 * program did.
 */
static bool is_python_routine(struct jam_trace *trace, const struct jam_misuse *misuse)
{
    struct jam_lock_record held;
    return misuse->kind == JAM_MISUSE_WAIT_HOLDING &&
           jam_trace_read_lock(trace, misuse->other_lock, &held) && held.kind == JAM_LOCK_SEM &&
           held.thread;
}

int jam_trace_feed_misuse(struct jam_trace *trace, const struct jam_facts *facts,
                          struct jam_findings *findings, struct jam_error *error)
{
    struct jam_cursor cursor;
    const struct jam_misuse *misuse;
    int status = 0;
    (void)facts;
    jam_cursor_start(&cursor, trace, JAM_EXTENT_MISUSE);
    while (!status && (misuse = jam_cursor_next(&cursor))) {
        struct jam_lock_record lock;
        if (is_told(findings, misuse) || is_python_routine(trace, misuse))
            continue;
        bool has_lock = jam_trace_read_lock(trace, misuse->lock, &lock);
        status = jam_misuse_tell(misuse, has_lock ? &lock : NULL, findings);
    }
    return status ? jam_error_memory(error) : 0;
}
