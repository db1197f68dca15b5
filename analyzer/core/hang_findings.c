/*
 * Why threads are stuck: the root causes, not those who merely wait behind them. Ties come first:
 * what closes a circle or leads to a dead thread is certain. Only if there is none of that, somebody
 * waits for an event that nobody can cause any more.
 */
#include "core/hang.h"

#include <stdlib.h>

#define NOBODY UINT32_MAX

/* What all steps share. */
struct story {
    struct jam_hang *hang;
    struct jam_findings *findings;
    size_t first;     /* of our findings in the list */
    uint32_t *parent; /* for the search of circles: tie by which a thread was reached */
    uint32_t *queue;
};

static struct jam_lock_use use_of_wait(const struct jam_hang_thread *thread)
{
    const struct jam_wait_word *wait = &thread->wait;
    return (struct jam_lock_use){wait->lock, wait->generation, wait->stack, wait->mode, 0};
}

static struct jam_lock_use use_of_held(const struct jam_held *held)
{
    return (struct jam_lock_use){held->lock, held->generation, held->stack, held->mode,
                                 held->flags};
}

/* What `from` wants by this tie: of a condition wait it may be the mutex. */
static struct jam_lock_use use_of_wish(const struct jam_hang *hang, const struct jam_hang_tie *tie)
{
    struct jam_lock_use use = use_of_wait(&hang->threads[tie->from]);
    if (tie->kind == JAM_TIE_REACQUIRE) {
        use.lock = hang->helds[tie->held].lock;
        use.generation = hang->helds[tie->held].generation;
        use.flags = JAM_HELD_REACQUIRED;
    }
    return use;
}

/* What `to` has that `from` waits for. */
static struct jam_lock_use use_of_hold(const struct jam_hang *hang, const struct jam_hang_tie *tie)
{
    struct jam_lock_use use = use_of_wait(&hang->threads[tie->from]);
    switch (tie->kind) {
    case JAM_TIE_LIVES:
        use.stack = hang->threads[tie->to].create_stack;
        return use;
    case JAM_TIE_QUEUED:
        return use_of_wait(&hang->threads[tie->to]);
    default:
        return use_of_held(&hang->helds[tie->held]);
    }
}

static int add_edge(struct story *story, struct jam_finding *finding, uint32_t index,
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

/* The finding of that kind about a lock, NULL if there is none yet. */
static struct jam_finding *find(const struct story *story, enum jam_finding_kind kind,
                                const struct jam_lock_use *use)
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

/* Sets the grade by who might still cause the event, as far as we cannot judge that. */
static void grade_event(const struct jam_hang *hang, const struct jam_hang_thread *thread,
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

/* --- who waits for itself --- */

static const struct jam_hang_tie *find_tie_to_self(const struct jam_hang *hang, uint32_t index)
{
    const struct jam_hang_thread *thread = &hang->threads[index];
    for (size_t i = 0; i < thread->tie_count; i++)
        if (hang->ties[thread->first_tie + i].to == index)
            return &hang->ties[thread->first_tie + i];
    return NULL;
}

static int tell_self(struct story *story, const struct jam_hang_tie *tie)
{
    struct jam_finding_edge edge = {.holds = use_of_hold(story->hang, tie),
                                    .wants = use_of_wish(story->hang, tie)};
    bool is_upgrade = edge.holds.mode == JAM_SHARED && edge.wants.mode == JAM_EXCLUSIVE;
    enum jam_finding_kind kind =
        is_upgrade ? JAM_FINDING_RWLOCK_UPGRADE : JAM_FINDING_SELF_DEADLOCK;
    struct jam_finding *finding = find(story, kind, &edge.wants);
    if (!finding)
        finding = jam_findings_add(story->findings, kind, JAM_GRADE_CONFIRMED);
    if (!finding)
        return -1;
    if (story->hang->threads[tie->from].wait.operation == JAM_OP_SEM_WAIT)
        grade_event(story->hang, &story->hang->threads[tie->from], finding);
    return add_edge(story, finding, tie->from, &edge);
}

static int tell_selves(struct story *story)
{
    int status = 0;
    for (size_t i = 0; !status && i < story->hang->thread_count; i++) {
        const struct jam_hang_tie *tie =
            story->hang->threads[i].is_stuck ? find_tie_to_self(story->hang, (uint32_t)i) : NULL;
        if (tie)
            status = tell_self(story, tie);
    }
    return status;
}

/* --- circles --- */

static bool is_in_search(const struct jam_hang_thread *thread)
{
    return thread->is_stuck && !thread->is_told;
}

/*
 * The tie that closes the shortest circle through `start`, NOBODY if there is none; story->parent
 * leads back from it.
 */
static uint32_t find_circle(struct story *story, uint32_t start)
{
    const struct jam_hang *hang = story->hang;
    size_t done = 0;
    size_t count = 0;
    for (size_t i = 0; i < hang->thread_count; i++)
        story->parent[i] = NOBODY;
    story->queue[count++] = start;
    while (done < count) {
        const struct jam_hang_thread *thread = &hang->threads[story->queue[done++]];
        for (size_t i = thread->first_tie; i < thread->first_tie + thread->tie_count; i++) {
            uint32_t to = hang->ties[i].to;
            if (to == start)
                return (uint32_t)i;
            if (story->parent[to] != NOBODY || !is_in_search(&hang->threads[to]))
                continue;
            story->parent[to] = (uint32_t)i;
            story->queue[count++] = to;
        }
    }
    return NOBODY;
}

/*
 * A semaphore that looks like a lock may still be posted by a thread that we do not know. Not by a
 * signal handler: so far only those who had waited for it have posted it.
 */
static bool is_soft(const struct jam_hang *hang, const struct jam_hang_tie *tie)
{
    return hang->threads[tie->from].wait.operation == JAM_OP_SEM_WAIT && hang->strangers > 0;
}

static int tell_circle(struct story *story, uint32_t start, uint32_t last)
{
    const struct jam_hang *hang = story->hang;
    struct jam_finding *finding =
        jam_findings_add(story->findings, JAM_FINDING_DEADLOCK, JAM_GRADE_CONFIRMED);
    if (!finding)
        return -1;
    /* story->queue is free now: it takes the circle's ties, first to last. */
    size_t count = 0;
    for (uint32_t at = last;; at = story->parent[hang->ties[at].from]) {
        story->queue[count++] = at;
        if (is_soft(hang, &hang->ties[at])) {
            finding->grade = JAM_GRADE_WEAK;
            finding->reason = JAM_REASON_WAKEABLE;
        }
        if (hang->ties[at].from == start)
            break;
    }
    finding->severity = jam_finding_severity(finding->kind, finding->grade);
    for (size_t i = 0; i < count; i++) {
        const struct jam_hang_tie *wish = &hang->ties[story->queue[count - 1 - i]];
        const struct jam_hang_tie *hold = &hang->ties[story->queue[i ? count - i : 0]];
        struct jam_finding_edge edge = {.holds = use_of_hold(hang, hold),
                                        .wants = use_of_wish(hang, wish)};
        if (add_edge(story, finding, wish->from, &edge) != 0)
            return -1;
    }
    return 0;
}

static int tell_circles(struct story *story)
{
    int status = 0;
    for (size_t i = 0; !status && i < story->hang->thread_count; i++) {
        uint32_t last =
            is_in_search(&story->hang->threads[i]) ? find_circle(story, (uint32_t)i) : NOBODY;
        if (last != NOBODY)
            status = tell_circle(story, (uint32_t)i, last);
    }
    return status;
}

/* --- locks of the dead --- */

static int tell_orphan(struct story *story, const struct jam_hang_tie *tie)
{
    struct jam_hang_thread *waiter = &story->hang->threads[tie->from];
    struct jam_lock_use wish = use_of_wish(story->hang, tie);
    struct jam_finding *finding = find(story, JAM_FINDING_ORPHANED_LOCK, &wish);
    waiter->is_told = true;
    if (finding) {
        finding->count++;
        return 0;
    }
    finding = jam_findings_add(story->findings, JAM_FINDING_ORPHANED_LOCK, JAM_GRADE_CONFIRMED);
    if (!finding)
        return -1;
    finding->thread = waiter->id;
    finding->subject = wish;
    finding->other_thread = story->hang->threads[tie->to].id;
    finding->other = use_of_hold(story->hang, tie);
    finding->when_ticks = waiter->wait.since_ticks;
    return 0;
}

static int tell_orphans(struct story *story)
{
    const struct jam_hang *hang = story->hang;
    int status = 0;
    for (size_t i = 0; !status && i < hang->tie_count; i++) {
        const struct jam_hang_tie *tie = &hang->ties[i];
        if (is_in_search(&hang->threads[tie->from]) &&
            hang->threads[tie->to].state == JAM_HANG_ENDED)
            status = tell_orphan(story, tie);
    }
    return status;
}

/* --- events --- */

static bool is_open_event(const struct jam_hang *hang, const struct jam_hang_thread *thread)
{
    return is_in_search(thread) && jam_hang_waits_for_event(hang, thread);
}

/*
 * Somebody waits for a lock that the thread keeps during its wait for an event: it may be who would
 * have caused the event. Who has done so before is the best guess.
 */
static const struct jam_hang_tie *find_blocked(const struct jam_hang *hang, uint32_t index)
{
    const struct jam_lock_record *lock = jam_hang_lock(hang, hang->threads[index].wait.lock);
    const struct jam_hang_tie *best = NULL;
    for (size_t i = 0; i < hang->tie_count; i++) {
        const struct jam_hang_tie *tie = &hang->ties[i];
        if (tie->to != index || tie->from == index || tie->kind == JAM_TIE_LIVES ||
            !is_in_search(&hang->threads[tie->from]))
            continue;
        uint32_t id = hang->threads[tie->from].id;
        if (!best || (lock && (lock->wake_thread == id || lock->signal_thread == id)))
            best = tie;
    }
    return best;
}

static int tell_event_circle(struct story *story, const struct jam_hang_tie *tie)
{
    const struct jam_hang *hang = story->hang;
    const struct jam_hang_thread *waiter = &hang->threads[tie->to];
    struct jam_finding *finding =
        jam_findings_add(story->findings, JAM_FINDING_DEADLOCK, JAM_GRADE_CONFIRMED);
    if (!finding)
        return -1;
    grade_event(hang, waiter, finding);
    struct jam_finding_edge waits = {.holds = use_of_hold(hang, tie), .wants = use_of_wait(waiter)};
    struct jam_finding_edge would_wake = {.holds = use_of_wait(waiter),
                                          .wants = use_of_wish(hang, tie)};
    would_wake.holds.stack = 0; /* an event has no holder: nothing was acquired */
    int status = add_edge(story, finding, tie->to, &waits);
    return status ? status : add_edge(story, finding, tie->from, &would_wake);
}

static int tell_event_circles(struct story *story)
{
    int status = 0;
    for (size_t i = 0; !status && i < story->hang->thread_count; i++) {
        const struct jam_hang_tie *tie = is_open_event(story->hang, &story->hang->threads[i])
                                             ? find_blocked(story->hang, (uint32_t)i)
                                             : NULL;
        if (tie)
            status = tell_event_circle(story, tie);
    }
    return status;
}

/* The last signal of this condition met nobody, and came before the wait. */
static bool is_wakeup_lost(const struct jam_hang *hang, const struct jam_hang_thread *thread)
{
    const struct jam_lock_record *lock = jam_hang_lock(hang, thread->wait.lock);
    return lock && thread->wait.operation == JAM_OP_COND_WAIT && lock->signal_ticks &&
           lock->signal_ticks >= lock->wake_ticks && lock->signal_ticks >= lock->born_ticks &&
           lock->signal_ticks <= thread->wait.since_ticks;
}

static int tell_event(struct story *story, struct jam_hang_thread *thread,
                      enum jam_finding_kind kind)
{
    struct jam_lock_use wish = use_of_wait(thread);
    struct jam_finding *finding = find(story, kind, &wish);
    thread->is_told = true;
    if (finding) {
        finding->count++;
        return 0;
    }
    finding = jam_findings_add(story->findings, kind, JAM_GRADE_CONFIRMED);
    if (!finding)
        return -1;
    grade_event(story->hang, thread, finding);
    finding->thread = thread->id;
    finding->subject = wish;
    finding->when_ticks = thread->wait.since_ticks;
    const struct jam_lock_record *lock = jam_hang_lock(story->hang, wish.lock);
    if (kind == JAM_FINDING_LOST_WAKEUP) {
        finding->other_thread = lock->signal_thread;
        finding->other = (struct jam_lock_use){
            .lock = lock->id, .generation = wish.generation, .stack = lock->signal_stack};
        finding->when_ticks = lock->signal_ticks;
    }
    return 0;
}

static int tell_events(struct story *story, enum jam_finding_kind kind)
{
    int status = 0;
    for (size_t i = 0; !status && i < story->hang->thread_count; i++) {
        struct jam_hang_thread *thread = &story->hang->threads[i];
        bool fits = kind == JAM_FINDING_STUCK_WAIT || is_wakeup_lost(story->hang, thread);
        if (fits && is_open_event(story->hang, thread))
            status = tell_event(story, thread, kind);
    }
    return status;
}

/* --- in this order --- */

static int tell_lost(struct story *story)
{
    return tell_events(story, JAM_FINDING_LOST_WAKEUP);
}

static int tell_stuck(struct story *story)
{
    return tell_events(story, JAM_FINDING_STUCK_WAIT);
}

/* Steps of one stage are told together; a later stage only if all earlier ones found nothing. */
static const struct {
    int stage;
    int (*tell)(struct story *);
} steps[] = {
    {1, tell_selves},        {1, tell_circles}, {1, tell_orphans},
    {2, tell_event_circles}, {3, tell_lost},    {4, tell_stuck},
};

static int tell(struct story *story)
{
    int status = 0;
    int stage = 0;
    for (size_t i = 0; !status && i < sizeof steps / sizeof *steps; i++) {
        if (story->findings->count > story->first && steps[i].stage != stage)
            break;
        stage = steps[i].stage;
        status = steps[i].tell(story);
    }
    return status;
}

int jam_hang_explain(struct jam_hang *hang, struct jam_findings *findings)
{
    size_t room = hang->thread_count + hang->tie_count + 1;
    struct story story = {
        .hang = hang,
        .findings = findings,
        .first = findings->count,
        .parent = calloc(room, sizeof *story.parent),
        .queue = calloc(room, sizeof *story.queue),
    };
    for (size_t i = 0; i < hang->thread_count; i++)
        hang->threads[i].is_told = false;
    int status = story.parent && story.queue ? tell(&story) : -1;
    free(story.parent);
    free(story.queue);
    return status;
}
