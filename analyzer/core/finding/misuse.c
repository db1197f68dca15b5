/* One table row for each kind of misuse. */
#include "core/finding/misuse.h"

#include <stdbool.h>

#define USUAL 0 /* the severity of the finding's kind */

/* What POSIX says of it, for objects that report errors and for those that do not. */
static const struct row {
    enum jam_finding_kind kind;
    enum jam_severity checked; /* error-checking, recursive and robust mutexes answered an error */
    enum jam_severity unchecked; /* all others */
} rows[JAM_MISUSE_KINDS] = {
    /* pthread_mutex_lock(3p), table: EPERM and EDEADLK are defined for some types only. */
    [JAM_MISUSE_UNLOCK_NOT_OWNER] = {JAM_FINDING_UNLOCK_NOT_OWNER, JAM_SEVERITY_WARNING,
                                     JAM_SEVERITY_ERROR},
    [JAM_MISUSE_UNLOCK_UNLOCKED] = {JAM_FINDING_UNLOCK_UNLOCKED, JAM_SEVERITY_WARNING,
                                    JAM_SEVERITY_ERROR},
    [JAM_MISUSE_RELOCK] = {JAM_FINDING_RELOCK, JAM_SEVERITY_WARNING, JAM_SEVERITY_ERROR},
    /* Undefined for every type; EBUSY is libc's kindness. */
    [JAM_MISUSE_DESTROY_LOCKED] = {JAM_FINDING_DESTROY_LOCKED, JAM_SEVERITY_ERROR,
                                   JAM_SEVERITY_ERROR},
    [JAM_MISUSE_DESTROY_WAITED] = {JAM_FINDING_DESTROY_LOCKED, JAM_SEVERITY_ERROR,
                                   JAM_SEVERITY_ERROR},
    [JAM_MISUSE_USE_AFTER_DESTROY] = {JAM_FINDING_USE_AFTER_DESTROY, JAM_SEVERITY_ERROR,
                                      JAM_SEVERITY_ERROR},
    /* Memory that is never looked at again does no harm. */
    [JAM_MISUSE_FREE_LOCKED] = {JAM_FINDING_DESTROY_LOCKED, JAM_SEVERITY_WARNING,
                                JAM_SEVERITY_WARNING},
    [JAM_MISUSE_EXIT_HOLDING] = {JAM_FINDING_EXIT_HOLDING_LOCK, USUAL, USUAL},
    [JAM_MISUSE_FORK_HOLDING] = {JAM_FINDING_FORK_HOLDING_LOCK, USUAL, USUAL},
    /* pthread_cond_wait(3p): EPERM is defined for error-checking and robust mutexes. */
    [JAM_MISUSE_COND_WAIT_UNLOCKED] = {JAM_FINDING_COND_WAIT_UNLOCKED, JAM_SEVERITY_WARNING,
                                       JAM_SEVERITY_ERROR},
    [JAM_MISUSE_COND_TWO_MUTEXES] = {JAM_FINDING_COND_TWO_MUTEXES, JAM_SEVERITY_ERROR,
                                     JAM_SEVERITY_ERROR},
    [JAM_MISUSE_WAIT_HOLDING] = {JAM_FINDING_WAIT_HOLDING_LOCK, USUAL, USUAL},
    [JAM_MISUSE_TYPE_CONFUSION] = {JAM_FINDING_TYPE_CONFUSION, JAM_SEVERITY_ERROR,
                                   JAM_SEVERITY_ERROR},
    [JAM_MISUSE_INVALID_ARGUMENT] = {JAM_FINDING_INVALID_ARGUMENT, USUAL, USUAL},
    [JAM_MISUSE_SEM_OVERPOST] = {JAM_FINDING_SEM_OVERPOST, USUAL, USUAL},
};

static enum jam_finding_kind kind_of(const struct jam_misuse *misuse,
                                     const struct jam_lock_record *lock)
{
    bool is_cond = lock && lock->kind == JAM_LOCK_COND;
    return misuse->kind == JAM_MISUSE_DESTROY_WAITED && is_cond ? JAM_FINDING_COND_DESTROY_WAITERS
                                                                : rows[misuse->kind].kind;
}

int jam_misuse_tell(const struct jam_misuse *misuse, const struct jam_lock_record *lock,
                    struct jam_findings *findings)
{
    /* What takes time under a lock is no misuse by itself: reports tell how much. */
    if (!misuse->kind || misuse->kind >= JAM_MISUSE_KINDS ||
        misuse->kind == JAM_MISUSE_BLOCK_HOLDING)
        return 0;
    struct jam_finding *finding =
        jam_findings_add(findings, kind_of(misuse, lock), JAM_GRADE_CONFIRMED);
    if (!finding)
        return -1;
    const struct row *row = &rows[misuse->kind];
    enum jam_severity severity = misuse->result > 0 ? row->checked : row->unchecked;
    if (severity)
        finding->severity = severity;
    finding->thread = misuse->thread;
    finding->subject = (struct jam_lock_use){
        .lock = misuse->lock, .generation = misuse->generation, .stack = misuse->stack};
    finding->other_thread = misuse->other_thread;
    finding->other = (struct jam_lock_use){
        .lock = misuse->other_lock ? misuse->other_lock : misuse->lock,
        .generation = misuse->other_lock ? 0 : misuse->generation,
        .stack = misuse->other_stack,
    };
    finding->result = misuse->result;
    finding->when_ticks = misuse->first_ticks;
    finding->count = misuse->count ? misuse->count : 1;
    return 0;
}
