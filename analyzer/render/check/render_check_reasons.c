/* Why: grades, filters, roles, the verdict over all findings, and what losses can hide. */
#include <stdio.h>
#include <string.h>

#include "render/check/render_check_fill.h"
#include "render/check/render_check_name.h"
#include "render/check/render_check_words.h"
#include "util/human.h"

#define TEXT_BYTES 2048

static const char *const reason_texts[JAM_REASONS] = {
    [JAM_REASON_TIMED] = "one of the waits is timed, so the threads get out of it again: it costs "
                         "time, not a hang",
    [JAM_REASON_SOFT_ORDER] = "{evidence} kept the threads apart in this run; that depends on "
                              "scheduling, or on a protocol that cannot be seen from outside",
    [JAM_REASON_READERS] = "both sides only read; it needs a writer that queues in between",
    [JAM_REASON_SEARCH_BOUND] = "the search was cut short: there may be more such cycles",
    [JAM_REASON_DECLARED] = "the order is declared, so no cycle is needed",
    [JAM_REASON_WAKEABLE] = "a thread or signal that cannot be judged might still end the wait",
    [JAM_REASON_SHARED] = "the lock is shared with other processes, which might still release it",
    [JAM_REASON_CLOSING] = "{evidence} is gone since: who asked for the GIL under it may have been "
                           "closing what it guards, when nobody else could reach it any more",
};

static const char *const grade_texts[] = {
    [JAM_GRADE_WEAK] = "only an order that depends on scheduling speaks against it",
    [JAM_GRADE_FEASIBLE] = "nothing that was recorded keeps the threads apart: no common lock, no "
                           "create, join or barrier in between",
    [JAM_GRADE_CONFIRMED] = "it happened in this run",
};

static bool is_cycle(enum jam_finding_kind kind)
{
    return kind <= JAM_FINDING_RWLOCK_UPGRADE;
}

const char *jam_check_grade_text(struct jam_check *check, const struct jam_finding *finding)
{
    if (finding->reason != JAM_REASON_NONE)
        return jam_check_fill(check, finding, reason_texts[finding->reason]);
    if (finding->grade == JAM_GRADE_FEASIBLE && !is_cycle(finding->kind))
        return "what was recorded allows it";
    return grade_texts[finding->grade];
}

static const char *const filter_texts[JAM_FILTERS] = {
    [JAM_FILTER_GATE_LOCK] = "all sides hold {evidence}, so they never meet",
    [JAM_FILTER_SINGLE_THREAD] = "one thread alone does this: {threads}",
    [JAM_FILTER_HAPPENS_BEFORE] = "the sides never run at the same time, because of {evidence}",
    [JAM_FILTER_SHARED_READERS] = "the sides only read {evidence}, and readers let each other in",
    [JAM_FILTER_TRY_LOCK] = "{evidence} is only tried, so nobody waits for it",
    [JAM_FILTER_UNPUBLISHED] = "no other thread could reach {evidence} then",
    [JAM_FILTER_SUPPRESSED] = "suppressed",
    [JAM_FILTER_BASELINE] = "known: it is in the baseline",
};

const char *jam_check_filter_text(struct jam_check *check, const struct jam_check_item *item)
{
    char text[TEXT_BYTES];
    if (!item->filter)
        return "";
    if (item->filter != JAM_FILTER_SUPPRESSED || !*item->because)
        return jam_check_fill(check, item->finding, filter_texts[item->filter]);
    snprintf(text, sizeof text, "suppressed: %s", item->because);
    return jam_check_keep(check, text);
}

static const char *const kind_texts[JAM_FINDING_KINDS] = {
    [JAM_FINDING_DEADLOCK] = "Threads wait for each other for ever",
    [JAM_FINDING_SELF_DEADLOCK] = "A thread waits for a lock that it holds itself",
    [JAM_FINDING_LOCK_ORDER_INVERSION] = "Locks are taken in orders that can deadlock",
    [JAM_FINDING_RWLOCK_UPGRADE] = "A lock that is read is asked for for writing",
    [JAM_FINDING_ORPHANED_LOCK] = "A thread waits for a lock whose holder has ended",
    [JAM_FINDING_LOST_WAKEUP] = "A thread waits for a signal that came before the wait",
    [JAM_FINDING_STUCK_WAIT] = "A thread waits for an event that nobody left can cause",
    [JAM_FINDING_LIVELOCK] = "Threads keep giving way to each other without progress",
    [JAM_FINDING_LOCK_CONVOY] = "Threads queue up at a lock at each acquisition",
    [JAM_FINDING_STARVATION] = "A thread waits far longer for a lock than others",
    [JAM_FINDING_UNLOCK_NOT_OWNER] = "A lock is released by a thread that does not hold it",
    [JAM_FINDING_UNLOCK_UNLOCKED] = "A lock is released that is not locked",
    [JAM_FINDING_RELOCK] = "A thread takes a lock that it holds",
    [JAM_FINDING_DESTROY_LOCKED] = "A lock is destroyed while it is held or waited for",
    [JAM_FINDING_USE_AFTER_DESTROY] = "A lock is used after it was destroyed",
    [JAM_FINDING_EXIT_HOLDING_LOCK] = "A thread ends while it holds a lock",
    [JAM_FINDING_COND_WAIT_UNLOCKED] = "A condition wait with a mutex that is not locked",
    [JAM_FINDING_COND_TWO_MUTEXES] = "Waits for one condition with different mutexes",
    [JAM_FINDING_COND_DESTROY_WAITERS] = "A condition is destroyed while threads wait for it",
    [JAM_FINDING_FORK_HOLDING_LOCK] = "A process forks while another thread holds a lock",
    [JAM_FINDING_WAIT_HOLDING_LOCK] = "A thread waits for an event while it holds a lock",
    [JAM_FINDING_TYPE_CONFUSION] = "One object is used as two kinds of lock",
    [JAM_FINDING_INVALID_ARGUMENT] = "A lock function refuses its argument",
    [JAM_FINDING_SEM_OVERPOST] = "A semaphore is posted more often than it is waited for",
};

const char *jam_check_kind_text(enum jam_finding_kind kind)
{
    return kind_texts[kind];
}

/* --- roles ----------------------------------------------------------------------------------- */

const char *jam_check_hold_verb(const struct jam_check *check, const struct jam_finding *finding,
                                const struct jam_lock_use *use)
{
    static const char *const verbs[JAM_LOCK_KINDS] = {
        [JAM_LOCK_COND] = "would signal",
        [JAM_LOCK_BARRIER] = "is missing at",
        [JAM_LOCK_ONCE] = "is initialising",
        [JAM_LOCK_THREAD] = "is what is waited for:",
    };
    const struct jam_contention_lock *lock = jam_check_lock(check, finding, use);
    bool is_event = lock && lock->kind == JAM_LOCK_SEM && !(lock->flags & JAM_LOCK_LOCKLIKE);
    if (use->flags & JAM_USE_QUEUED)
        return "is queued as a writer for";
    if (is_event)
        return "would post";
    return lock && lock->kind < JAM_LOCK_KINDS && verbs[lock->kind] ? verbs[lock->kind] : "holds";
}

static const char *edge_role(struct jam_check *check, const struct jam_finding *finding,
                             const struct jam_finding_edge *edge)
{
    char text[TEXT_BYTES];
    const char *verb = finding->kind == JAM_FINDING_DEADLOCK ? "waits for" : "wants";
    bool is_reader = edge->wants.mode == JAM_SHARED;
    char taken[TEXT_BYTES / 4] = "";
    const char *holds = jam_check_hold_verb(check, finding, &edge->holds);
    if (*holds == 'h' && edge->holds.stack)
        snprintf(taken, sizeof taken, " (taken at %s)",
                 jam_check_place(check, finding, edge->holds.stack));
    snprintf(text, sizeof text, "%s %s%s and %s %s%s at %s", holds,
             jam_check_lock_name(check, finding, &edge->holds), taken, verb,
             jam_check_lock_name(check, finding, &edge->wants), is_reader ? " for reading" : "",
             jam_check_place(check, finding, edge->wants.stack));
    return jam_check_keep(check, text);
}

/* What a thread without edges does, and what the other one did. */
static const struct {
    const char *own, *other;
} role_texts[JAM_FINDING_KINDS] = {
    [JAM_FINDING_SELF_DEADLOCK] = {"holds {lock} and waits for it at {place}", NULL},
    [JAM_FINDING_RWLOCK_UPGRADE] = {"reads {lock} and wants to write it at {place}", NULL},
    [JAM_FINDING_ORPHANED_LOCK] = {"waits for {lock} at {place}",
                                   "took {lock} at {other_place} and ended"},
    [JAM_FINDING_LOST_WAKEUP] = {"waits for {lock} at {place}",
                                 "signalled {lock} at {other_place}"},
    [JAM_FINDING_STUCK_WAIT] = {"waits {wish} at {place}", "was the last at {other_place}"},
    [JAM_FINDING_UNLOCK_NOT_OWNER] = {"releases {lock} at {place}",
                                      "holds {lock} since {other_place}"},
    [JAM_FINDING_DESTROY_LOCKED] = {"destroys {lock} at {place}",
                                    "uses {lock} since {other_place}"},
    [JAM_FINDING_USE_AFTER_DESTROY] = {"uses {lock} at {place}",
                                       "destroyed {lock} at {other_place}"},
    [JAM_FINDING_EXIT_HOLDING_LOCK] = {"ends and holds {lock}", NULL},
    [JAM_FINDING_COND_TWO_MUTEXES] = {"waits for {lock} at {place}",
                                      "waits for {lock} at {other_place}"},
    [JAM_FINDING_COND_DESTROY_WAITERS] = {"destroys {lock} at {place}",
                                          "waits for {lock} at {other_place}"},
    [JAM_FINDING_FORK_HOLDING_LOCK] = {"forks at {place}", "holds {lock} since {other_place}"},
    [JAM_FINDING_WAIT_HOLDING_LOCK] = {"holds {other_lock} and waits for {lock} at {place}", NULL},
    [JAM_FINDING_TYPE_CONFUSION] = {"uses {lock} at {place}", "used {lock} at {other_place}"},
};

static const char *subject_role(struct jam_check *check, const struct jam_finding *finding,
                                bool is_other)
{
    const char *own = role_texts[finding->kind].own;
    const char *other = role_texts[finding->kind].other;
    if (is_other)
        return jam_check_fill(check, finding, other ? other : "is at {other_place}");
    if (finding->call)
        own = "holds {other_lock} and calls {call} at {place}";
    return jam_check_fill(check, finding, own ? own : "uses {lock} at {place}");
}

static void add_role(struct jam_check_role *roles, size_t room, size_t *count,
                     struct jam_check_role role)
{
    for (size_t i = 0; i < *count; i++)
        if (roles[i].thread == role.thread)
            return;
    if (*count < room)
        roles[(*count)++] = role;
}

size_t jam_check_roles(struct jam_check *check, const struct jam_finding *finding,
                       struct jam_check_role *roles, size_t room)
{
    size_t count = 0;
    for (size_t i = 0; i < finding->edge_count; i++) {
        const struct jam_finding_edge *edge = &finding->edges[i];
        struct jam_check_role role = {edge->thread, edge_role(check, finding, edge)};
        add_role(roles, room, &count, role);
    }
    if (finding->edge_count)
        return count;
    if (finding->thread)
        add_role(roles, room, &count,
                 (struct jam_check_role){finding->thread, subject_role(check, finding, false)});
    if (finding->other_thread)
        add_role(
            roles, room, &count,
            (struct jam_check_role){finding->other_thread, subject_role(check, finding, true)});
    return count;
}

/* --- the verdict ----------------------------------------------------------------------------- */

/* What a kind is counted as in the first sentence. */
struct family {
    const char *one, *many;
};
enum family_id {
    FAMILY_HAPPENED,
    FAMILY_POSSIBLE,
    FAMILY_ORDER,
    FAMILY_HANG,
    FAMILY_PROGRESS,
    FAMILY_MISUSE,
    FAMILY_NOTE
};
#define FAMILIES (FAMILY_NOTE + 1)

static const struct family families[FAMILIES] = {
    [FAMILY_HAPPENED] = {"deadlock happened", "deadlocks happened"},
    [FAMILY_POSSIBLE] = {"deadlock is possible", "deadlocks are possible"},
    [FAMILY_ORDER] = {"place breaks the declared order", "places break the declared order"},
    [FAMILY_HANG] = {"wait never ends", "waits never end"},
    [FAMILY_PROGRESS] = {"place makes no or slow progress", "places make no or slow progress"},
    [FAMILY_MISUSE] = {"misuse of a lock", "misuses of locks"},
    [FAMILY_NOTE] = {"place worth a look", "places worth a look"},
};

static enum family_id family_of(const struct jam_finding *finding)
{
    if (finding->severity == JAM_SEVERITY_NOTE)
        return FAMILY_NOTE;
    if (finding->reason == JAM_REASON_DECLARED)
        return FAMILY_ORDER;
    if (finding->kind <= JAM_FINDING_RWLOCK_UPGRADE)
        return finding->grade == JAM_GRADE_CONFIRMED ? FAMILY_HAPPENED : FAMILY_POSSIBLE;
    if (finding->kind <= JAM_FINDING_STUCK_WAIT)
        return FAMILY_HANG;
    return finding->kind <= JAM_FINDING_STARVATION ? FAMILY_PROGRESS : FAMILY_MISUSE;
}

const char *jam_check_verdict(struct jam_check *check)
{
    char text[TEXT_BYTES] = "";
    size_t counts[FAMILIES] = {0};
    if (!check->report.process_count)
        return "Nothing was recorded, so nothing was checked";
    for (size_t i = 0; i < check->shown_count; i++)
        counts[family_of(check->items[i].finding)]++;
    for (size_t i = 0; i < FAMILIES; i++) {
        const char *words = counts[i] == 1 ? families[i].one : families[i].many;
        size_t used = strlen(text);
        if (counts[i])
            snprintf(text + used, sizeof text - used, "%s%zu %s", used ? ", " : "", counts[i],
                     words);
    }
    return *text ? jam_check_keep(check, text) : "No deadlock, hang or misuse was found";
}

/* What a loss can hide from a check; NULL = nothing. */
static const char *const hidden_texts[JAM_LOSS_KINDS] = {
    [JAM_LOSS_NO_SPACE] = "operations were not recorded: what they did is unknown",
    [JAM_LOSS_NESTED] = "operations of signal handlers were not recorded: their locks are unknown",
    [JAM_LOSS_NO_LANE] = "operations of threads without a place in the trace were not recorded",
    [JAM_LOSS_GROWTH_BUSY] = "facts were not recorded: cycles and misuses may be missing",
    [JAM_LOSS_EVENTS] = "old events were overwritten: livelocks before them are not seen",
    [JAM_LOSS_STACKS] = "call stacks end early: different defects may look like one",
    [JAM_LOSS_DEPENDENCIES] = "lock dependencies were not stored: cycles through them are not seen",
    [JAM_LOSS_HELD] = "held locks were not listed: cycles through them are not seen",
};

static uint64_t lost(const struct jam_check *check, unsigned loss)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < check->report.process_count; i++)
        sum += check->report.processes[i].facts.lost[loss];
    return sum;
}

static bool is_damaged(const struct jam_check *check)
{
    for (size_t i = 0; i < check->report.process_count; i++) {
        const struct jam_trace *trace = check->report.processes[i].trace;
        if (trace->missing || trace->damage.count)
            return true;
    }
    return false;
}

const char *jam_check_losses(struct jam_check *check)
{
    char text[TEXT_BYTES] = "";
    char count[JAM_HUMAN_BYTES];
    size_t used = 0;
    if (!check->report.process_count)
        return "The program left no trace";
    for (unsigned i = 0; i < JAM_LOSS_KINDS && used < sizeof text; i++) {
        uint64_t sum = lost(check, i);
        if (sum && hidden_texts[i])
            used += (size_t)snprintf(text + used, sizeof text - used, "%s%s %s",
                                     used ? "; " : "Lost: ", jam_human_count(sum, count),
                                     hidden_texts[i]);
    }
    if (is_damaged(check) && used < sizeof text)
        snprintf(text + used, sizeof text - used,
                 "%sa trace is damaged: what stood in the damaged places is unknown",
                 used ? "; " : "Lost: ");
    used = strlen(text);
    if (check->findings.searches_cut)
        snprintf(text + used, sizeof text - used,
                 "%s%s searches for cycles reached their bound: there may be more cycles",
                 used ? "; " : "Cut short: ", jam_human_count(check->findings.searches_cut, count));
    return *text ? jam_check_keep(check, text) : "Nothing lost";
}
