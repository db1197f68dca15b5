/* Turns ties into the uses and edges of findings, and grades what is said about events. */
#include "core/hang/hang_story.h"

struct jam_lock_use jam_hang_use_of_wait(const struct jam_hang_thread *thread)
{
    const struct jam_wait_word *wait = &thread->wait;
    return (struct jam_lock_use){wait->lock, wait->generation, wait->stack, wait->mode, 0};
}

static struct jam_lock_use use_of_held(const struct jam_held *held)
{
    return (struct jam_lock_use){held->lock, held->generation, held->stack, held->mode,
                                 held->flags};
}

struct jam_lock_use jam_hang_use_of_wish(const struct jam_hang *hang,
                                         const struct jam_hang_tie *tie)
{
    struct jam_lock_use use = jam_hang_use_of_wait(&hang->threads[tie->from]);
    if (tie->kind == JAM_TIE_REACQUIRE) {
        use.lock = hang->helds[tie->held].lock;
        use.generation = hang->helds[tie->held].generation;
        use.flags = JAM_HELD_REACQUIRED;
    }
    return use;
}

struct jam_lock_use jam_hang_use_of_hold(const struct jam_hang *hang,
                                         const struct jam_hang_tie *tie)
{
    struct jam_lock_use use = jam_hang_use_of_wait(&hang->threads[tie->from]);
    switch (tie->kind) {
    case JAM_TIE_LIVES:
        use.stack = hang->threads[tie->to].create_stack;
        return use;
    case JAM_TIE_QUEUED:
        use = jam_hang_use_of_wait(&hang->threads[tie->to]);
        use.flags = JAM_USE_QUEUED;
        return use;
    default:
        return use_of_held(&hang->helds[tie->held]);
    }
}

int jam_hang_story_edge(struct jam_hang_story *story, struct jam_finding *finding, uint32_t index,
                        struct jam_finding_edge *edge)
{
    struct jam_hang_thread *thread = &story->hang->threads[index];
    edge->thread = thread->id;
    edge->since_ticks = thread->wait.since_ticks;
    thread->is_told = true;
    if (finding->when_ticks < edge->since_ticks)
        finding->when_ticks = edge->since_ticks;
    if (jam_finding_add_edge(finding, edge) != 0)
        return -1;
    for (size_t i = 0; i < thread->held_count; i++) {
        struct jam_lock_use use = use_of_held(&story->hang->helds[thread->first_held + i]);
        if (jam_finding_add_held(finding, &use) != 0)
            return -1;
    }
    return 0;
}

struct jam_finding *jam_hang_story_find(const struct jam_hang_story *story,
                                        enum jam_finding_kind kind, const struct jam_lock_use *use)
{
    for (size_t i = story->first; i < story->findings->count; i++) {
        struct jam_finding *finding = &story->findings->list[i];
        const struct jam_lock_use *subject =
            finding->edge_count ? &finding->edges[0].wants : &finding->subject;
        if (finding->kind == kind && subject->lock == use->lock &&
            subject->generation == use->generation)
            return finding;
    }
    return NULL;
}

static void lower(struct jam_finding *finding, enum jam_grade grade, enum jam_grade_reason reason)
{
    if (finding->grade <= grade)
        return;
    finding->grade = grade;
    finding->reason = reason;
    finding->severity = jam_finding_severity(finding->kind, grade);
}

/*
 * A semaphore that looks like a lock may still be posted by a thread or process that we do not know.
 * Not by a signal handler: so far only those who had waited for it have posted it.
 */
void jam_hang_story_doubt(const struct jam_hang *hang, const struct jam_hang_tie *tie,
                          struct jam_finding *finding)
{
    struct jam_lock_use use = jam_hang_use_of_wish(hang, tie);
    const struct jam_lock_record *lock = jam_hang_lock(hang, use.lock);
    bool is_shared = lock && lock->flags & JAM_LOCK_PSHARED;
    bool is_semaphore = hang->threads[tie->from].wait.operation == JAM_OP_SEM_WAIT;
    uint16_t python = jam_hang_python_kind(hang, &hang->threads[tie->from]);
    if (python == JAM_LOCK_PYTHON_LOCK && (hang->strangers || hang->able_count))
        lower(finding, JAM_GRADE_FEASIBLE, JAM_REASON_WAKEABLE);
    else if (!python && is_semaphore && (hang->strangers || is_shared))
        lower(finding, JAM_GRADE_WEAK, JAM_REASON_WAKEABLE);
    else if (is_shared)
        lower(finding, JAM_GRADE_FEASIBLE, JAM_REASON_SHARED);
}

void jam_hang_story_grade(const struct jam_hang *hang, const struct jam_hang_thread *thread,
                          struct jam_finding *finding)
{
    const struct jam_lock_record *lock = jam_hang_lock(hang, thread->wait.lock);
    bool is_shared = lock && lock->flags & JAM_LOCK_PSHARED;
    uint16_t operation = thread->wait.operation;
    bool is_posted =
        (operation == JAM_OP_SEM_WAIT || operation == JAM_OP_CUSTOM) && hang->has_handlers;
    bool is_wakeable = hang->strangers > 0 || is_shared || is_posted;
    enum jam_grade sure = hang->event_grade ? hang->event_grade : JAM_GRADE_CONFIRMED;
    finding->grade = is_wakeable ? JAM_GRADE_WEAK : sure;
    finding->reason = is_wakeable ? JAM_REASON_WAKEABLE : JAM_REASON_NONE;
    finding->severity = jam_finding_severity(finding->kind, finding->grade);
}

bool jam_hang_is_untold(const struct jam_hang_thread *thread)
{
    return thread->is_stuck && !thread->is_told;
}
