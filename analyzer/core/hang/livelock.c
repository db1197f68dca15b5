/* Looks for circles among streaks of failed tries. */
#include "core/hang/livelock.h"

#include <stdlib.h>

#include "util/array.h"

#define NOBODY SIZE_MAX

/* The streak of a record that counts: the current one if it is long enough, else the longest. */
struct streak {
    uint64_t since, until;
    bool is_current;
};

static struct streak streak_of(const struct jam_retry *retry)
{
    if (retry->streak >= JAM_LIVELOCK_FAILURES)
        return (struct streak){retry->streak_since_ticks, retry->last_ticks, true};
    return (struct streak){retry->longest_since_ticks, retry->longest_until_ticks, false};
}

int jam_livelock_add(struct jam_livelock *livelock, const struct jam_retry *retry)
{
    if (retry->streak < JAM_LIVELOCK_FAILURES && retry->longest < JAM_LIVELOCK_FAILURES)
        return 0;
    if (jam_array_reserve(&livelock->list, &livelock->capacity, livelock->count,
                          sizeof *livelock->list) != 0)
        return -1;
    livelock->list[livelock->count++] = *retry;
    return 0;
}

void jam_livelock_fini(struct jam_livelock *livelock)
{
    free(livelock->list);
    *livelock = (struct jam_livelock){0};
}

/* The search for the shortest circle through one record. */
struct search {
    const struct jam_livelock *livelock;
    size_t *parent, *queue;
    bool *is_told;
};

static bool overlap(const struct jam_livelock *livelock, const struct jam_retry *left,
                    const struct jam_retry *right)
{
    struct streak a = streak_of(left);
    struct streak b = streak_of(right);
    uint64_t since = a.since > b.since ? a.since : b.since;
    uint64_t until = a.until < b.until ? a.until : b.until;
    return until > since && until - since >= livelock->overlap_ticks;
}

/* `right` holds what `left` tries for, at the same time. */
static bool is_answered(const struct jam_livelock *livelock, const struct jam_retry *left,
                        const struct jam_retry *right)
{
    return right->held_lock == left->lock && right->thread != left->thread &&
           overlap(livelock, left, right);
}

/* The last record of a circle through `start`, NOBODY if there is none; parents lead back. */
static size_t find_circle(struct search *search, size_t start)
{
    const struct jam_livelock *livelock = search->livelock;
    size_t done = 0;
    size_t count = 0;
    for (size_t i = 0; i < livelock->count; i++)
        search->parent[i] = NOBODY;
    search->queue[count++] = start;
    while (done < count) {
        size_t at = search->queue[done++];
        const struct jam_retry *retry = &livelock->list[at];
        if (at != start && is_answered(livelock, retry, &livelock->list[start]))
            return at;
        for (size_t next = 0; next < livelock->count; next++) {
            bool is_new = next != start && search->parent[next] == NOBODY && !search->is_told[next];
            if (!is_new || !is_answered(livelock, retry, &livelock->list[next]))
                continue;
            search->parent[next] = at;
            search->queue[count++] = next;
        }
    }
    return NOBODY;
}

static bool goes_on(const struct jam_livelock *livelock, const struct jam_retry *retry)
{
    struct streak streak = streak_of(retry);
    return livelock->is_open && streak.is_current &&
           streak.until + livelock->overlap_ticks >= livelock->end_ticks;
}

static int add_edge(struct jam_finding *finding, const struct jam_retry *retry)
{
    const struct jam_finding_edge edge = {
        .thread = retry->thread,
        .holds = {.lock = retry->held_lock, .stack = retry->held_stack},
        .wants = {.lock = retry->lock,
                  .generation = retry->generation,
                  .stack = retry->stack,
                  .flags = JAM_HELD_TRY},
        .since_ticks = streak_of(retry).since,
    };
    return jam_finding_add_edge(finding, &edge);
}

static int tell(struct search *search, size_t last, struct jam_findings *findings)
{
    const struct jam_livelock *livelock = search->livelock;
    struct jam_finding *finding =
        jam_findings_add(findings, JAM_FINDING_LIVELOCK, JAM_GRADE_CONFIRMED);
    if (!finding)
        return -1;
    /* From the last one back: each edge then holds what the one before it wants. */
    size_t count = 0;
    for (size_t at = last; at != NOBODY; at = search->parent[at])
        search->queue[count++] = at;
    while (count-- > 0) {
        const struct jam_retry *retry = &livelock->list[search->queue[count]];
        search->is_told[search->queue[count]] = true;
        if (!goes_on(livelock, retry))
            finding->grade = JAM_GRADE_WEAK;
        if (add_edge(finding, retry) != 0)
            return -1;
    }
    finding->when_ticks = finding->edges[0].since_ticks;
    finding->severity = jam_finding_severity(finding->kind, finding->grade);
    return 0;
}

int jam_livelock_find(struct jam_livelock *livelock, struct jam_findings *findings)
{
    size_t room = livelock->count + 1;
    struct search search = {
        .livelock = livelock,
        .parent = calloc(room, sizeof *search.parent),
        .queue = calloc(room, sizeof *search.queue),
        .is_told = calloc(room, sizeof *search.is_told),
    };
    int status = search.parent && search.queue && search.is_told ? 0 : -1;
    for (size_t i = 0; !status && i < livelock->count; i++) {
        size_t last = search.is_told[i] ? NOBODY : find_circle(&search, i);
        if (last != NOBODY)
            status = tell(&search, last, findings);
    }
    free(search.parent);
    free(search.queue);
    free(search.is_told);
    return status;
}
