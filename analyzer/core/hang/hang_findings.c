/*
 * Why threads are stuck: the root causes, not those who merely wait behind them. Ties come first:
 * what closes a circle or leads to a dead thread is certain. Only if there is none of that, somebody
 * waits for an event that nobody can cause any more.
 */
#include "core/hang/hang.h"
#include "core/hang/hang_story.h"

#include <stdlib.h>

#define NOBODY UINT32_MAX

/* --- who waits for itself --- */

static const struct jam_hang_tie *find_tie_to_self(const struct jam_hang *hang, uint32_t index)
{
    const struct jam_hang_thread *thread = &hang->threads[index];
    for (size_t i = 0; i < thread->tie_count; i++)
        if (hang->ties[thread->first_tie + i].to == index)
            return &hang->ties[thread->first_tie + i];
    return NULL;
}

static int tell_self(struct jam_hang_story *story, const struct jam_hang_tie *tie)
{
    struct jam_finding_edge edge = {.holds = jam_hang_use_of_hold(story->hang, tie),
                                    .wants = jam_hang_use_of_wish(story->hang, tie)};
    bool is_upgrade = edge.holds.mode == JAM_SHARED && edge.wants.mode == JAM_EXCLUSIVE;
    enum jam_finding_kind kind =
        is_upgrade ? JAM_FINDING_RWLOCK_UPGRADE : JAM_FINDING_SELF_DEADLOCK;
    struct jam_finding *finding = jam_hang_story_find(story, kind, &edge.wants);
    if (!finding)
        finding = jam_findings_add(story->findings, kind, JAM_GRADE_CONFIRMED);
    if (!finding)
        return -1;
    if (story->hang->threads[tie->from].wait.operation == JAM_OP_SEM_WAIT)
        jam_hang_story_grade(story->hang, &story->hang->threads[tie->from], finding);
    else
        jam_hang_story_doubt(story->hang, tie, finding);
    return jam_hang_story_edge(story, finding, tie->from, &edge);
}

/*
 * It took the semaphore, and waits for it again, and nobody has posted it since: used as a lock. The
 * preload has given up the hold, because somebody else might have posted.
 */
static bool waits_for_own_unit(const struct jam_hang *hang, const struct jam_hang_thread *thread)
{
    const struct jam_lock_record *lock = jam_hang_lock(hang, thread->wait.lock);
    return lock && thread->wait.operation == JAM_OP_SEM_WAIT && lock->unit_thread == thread->id &&
           lock->generation == thread->wait.generation &&
           lock->handed_over_ticks > lock->born_ticks &&
           lock->handed_over_ticks > lock->wake_ticks &&
           lock->handed_over_ticks > lock->signal_ticks &&
           lock->handed_over_ticks <= thread->wait.since_ticks;
}

static int tell_own_unit(struct jam_hang_story *story, uint32_t index)
{
    const struct jam_hang_thread *thread = &story->hang->threads[index];
    struct jam_finding_edge edge = {.holds = jam_hang_use_of_wait(thread),
                                    .wants = jam_hang_use_of_wait(thread)};
    edge.holds.stack = 0; /* not known any more */
    struct jam_finding *finding =
        jam_findings_add(story->findings, JAM_FINDING_SELF_DEADLOCK, JAM_GRADE_CONFIRMED);
    if (!finding)
        return -1;
    jam_hang_story_grade(story->hang, thread, finding);
    return jam_hang_story_edge(story, finding, index, &edge);
}

static int tell_own_units(struct jam_hang_story *story)
{
    int status = 0;
    for (size_t i = 0; !status && i < story->hang->thread_count; i++) {
        const struct jam_hang_thread *thread = &story->hang->threads[i];
        if (jam_hang_is_untold(thread) && waits_for_own_unit(story->hang, thread))
            status = tell_own_unit(story, (uint32_t)i);
    }
    return status;
}

static int tell_selves(struct jam_hang_story *story)
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

/*
 * The tie that closes the shortest circle through `start`, NOBODY if there is none; story->parent
 * leads back from it.
 */
static uint32_t find_circle(struct jam_hang_story *story, uint32_t start)
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
            if (story->parent[to] != NOBODY || !jam_hang_is_untold(&hang->threads[to]))
                continue;
            story->parent[to] = (uint32_t)i;
            story->queue[count++] = to;
        }
    }
    return NOBODY;
}

static int tell_circle(struct jam_hang_story *story, uint32_t start, uint32_t last)
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
        jam_hang_story_doubt(hang, &hang->ties[at], finding);
        if (hang->ties[at].from == start)
            break;
    }
    for (size_t i = 0; i < count; i++) {
        const struct jam_hang_tie *wish = &hang->ties[story->queue[count - 1 - i]];
        const struct jam_hang_tie *hold = &hang->ties[story->queue[i ? count - i : 0]];
        struct jam_finding_edge edge = {.holds = jam_hang_use_of_hold(hang, hold),
                                        .wants = jam_hang_use_of_wish(hang, wish)};
        if (jam_hang_story_edge(story, finding, wish->from, &edge) != 0)
            return -1;
    }
    return 0;
}

static int tell_circles(struct jam_hang_story *story)
{
    int status = 0;
    for (size_t i = 0; !status && i < story->hang->thread_count; i++) {
        uint32_t last =
            jam_hang_is_untold(&story->hang->threads[i]) ? find_circle(story, (uint32_t)i) : NOBODY;
        if (last != NOBODY)
            status = tell_circle(story, (uint32_t)i, last);
    }
    return status;
}

/* --- locks of the dead --- */

static int tell_orphan(struct jam_hang_story *story, const struct jam_hang_tie *tie)
{
    struct jam_hang_thread *waiter = &story->hang->threads[tie->from];
    struct jam_lock_use wish = jam_hang_use_of_wish(story->hang, tie);
    struct jam_finding *finding = jam_hang_story_find(story, JAM_FINDING_ORPHANED_LOCK, &wish);
    waiter->is_told = true;
    if (finding) {
        finding->count++;
        return 0;
    }
    finding = jam_findings_add(story->findings, JAM_FINDING_ORPHANED_LOCK, JAM_GRADE_CONFIRMED);
    if (!finding)
        return -1;
    jam_hang_story_doubt(story->hang, tie, finding);
    finding->thread = waiter->id;
    finding->subject = wish;
    finding->other_thread = story->hang->threads[tie->to].id;
    finding->other = jam_hang_use_of_hold(story->hang, tie);
    finding->when_ticks = waiter->wait.since_ticks;
    return 0;
}

static int tell_orphans(struct jam_hang_story *story)
{
    const struct jam_hang *hang = story->hang;
    int status = 0;
    for (size_t i = 0; !status && i < hang->tie_count; i++) {
        const struct jam_hang_tie *tie = &hang->ties[i];
        if (jam_hang_is_untold(&hang->threads[tie->from]) &&
            hang->threads[tie->to].state == JAM_HANG_ENDED)
            status = tell_orphan(story, tie);
    }
    return status;
}

/* --- events --- */

static bool is_open_event(const struct jam_hang *hang, const struct jam_hang_thread *thread)
{
    return jam_hang_is_untold(thread) && jam_hang_waits_for_event(hang, thread);
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
            !jam_hang_is_untold(&hang->threads[tie->from]))
            continue;
        uint32_t id = hang->threads[tie->from].id;
        if (!best || (lock && (lock->wake_thread == id || lock->signal_thread == id)))
            best = tie;
    }
    return best;
}

static int tell_event_circle(struct jam_hang_story *story, const struct jam_hang_tie *tie)
{
    const struct jam_hang *hang = story->hang;
    const struct jam_hang_thread *waiter = &hang->threads[tie->to];
    struct jam_finding *finding =
        jam_findings_add(story->findings, JAM_FINDING_DEADLOCK, JAM_GRADE_CONFIRMED);
    if (!finding)
        return -1;
    jam_hang_story_grade(hang, waiter, finding);
    struct jam_finding_edge waits = {.holds = jam_hang_use_of_hold(hang, tie),
                                     .wants = jam_hang_use_of_wait(waiter)};
    struct jam_finding_edge would_wake = {.holds = jam_hang_use_of_wait(waiter),
                                          .wants = jam_hang_use_of_wish(hang, tie)};
    would_wake.holds.stack = 0; /* an event has no holder: nothing was acquired */
    int status = jam_hang_story_edge(story, finding, tie->to, &waits);
    return status ? status : jam_hang_story_edge(story, finding, tie->from, &would_wake);
}

static int tell_event_circles(struct jam_hang_story *story)
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

static int tell_event(struct jam_hang_story *story, struct jam_hang_thread *thread,
                      enum jam_finding_kind kind)
{
    struct jam_lock_use wish = jam_hang_use_of_wait(thread);
    struct jam_finding *finding = jam_hang_story_find(story, kind, &wish);
    thread->is_told = true;
    if (finding) {
        finding->count++;
        return 0;
    }
    finding = jam_findings_add(story->findings, kind, JAM_GRADE_CONFIRMED);
    if (!finding)
        return -1;
    jam_hang_story_grade(story->hang, thread, finding);
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

static int tell_events(struct jam_hang_story *story, enum jam_finding_kind kind)
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

static int tell_lost(struct jam_hang_story *story)
{
    return tell_events(story, JAM_FINDING_LOST_WAKEUP);
}

static int tell_stuck(struct jam_hang_story *story)
{
    return tell_events(story, JAM_FINDING_STUCK_WAIT);
}

/* Steps of one stage are told together; a later stage only if all earlier ones found nothing. */
static const struct {
    int stage;
    int (*tell)(struct jam_hang_story *);
} steps[] = {
    {1, tell_selves},        {1, tell_own_units}, {1, tell_circles}, {1, tell_orphans},
    {2, tell_event_circles}, {3, tell_lost},      {4, tell_stuck},
};

static int tell(struct jam_hang_story *story)
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
    struct jam_hang_story story = {
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
