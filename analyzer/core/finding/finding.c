/* Findings: one table row a kind, and lists that grow. */
#include "core/finding/finding.h"

#include <stdlib.h>

#include "util/array.h"

/* How bad a kind is when it is sure, and when only scheduling speaks against it. */
struct kind {
    const char *name;
    enum jam_severity severity;
    enum jam_severity weak_severity;
};

#define ERROR   JAM_SEVERITY_ERROR
#define WARNING JAM_SEVERITY_WARNING
#define NOTE    JAM_SEVERITY_NOTE

/* Errors are what deadlocks, hangs, or is undefined by POSIX. */
static const struct kind kinds[JAM_FINDING_KINDS] = {
    [JAM_FINDING_DEADLOCK] = {"deadlock", ERROR, WARNING},
    [JAM_FINDING_SELF_DEADLOCK] = {"self-deadlock", ERROR, WARNING},
    [JAM_FINDING_LOCK_ORDER_INVERSION] = {"lock-order-inversion", ERROR, WARNING},
    [JAM_FINDING_RWLOCK_UPGRADE] = {"rwlock-upgrade", ERROR, WARNING},
    [JAM_FINDING_ORPHANED_LOCK] = {"orphaned-lock", ERROR, WARNING},
    [JAM_FINDING_LOST_WAKEUP] = {"lost-wakeup", ERROR, WARNING},
    [JAM_FINDING_STUCK_WAIT] = {"stuck-wait", ERROR, NOTE},
    [JAM_FINDING_LIVELOCK] = {"livelock", ERROR, WARNING},
    [JAM_FINDING_LOCK_CONVOY] = {"lock-convoy", WARNING, NOTE},
    [JAM_FINDING_STARVATION] = {"starvation", WARNING, NOTE},
    [JAM_FINDING_UNLOCK_NOT_OWNER] = {"unlock-not-owner", ERROR, WARNING},
    [JAM_FINDING_UNLOCK_UNLOCKED] = {"unlock-unlocked", ERROR, WARNING},
    [JAM_FINDING_RELOCK] = {"relock", ERROR, WARNING},
    [JAM_FINDING_DESTROY_LOCKED] = {"destroy-locked", ERROR, WARNING},
    [JAM_FINDING_USE_AFTER_DESTROY] = {"use-after-destroy", ERROR, WARNING},
    [JAM_FINDING_EXIT_HOLDING_LOCK] = {"exit-holding-lock", WARNING, NOTE},
    [JAM_FINDING_COND_WAIT_UNLOCKED] = {"cond-wait-unlocked", ERROR, WARNING},
    [JAM_FINDING_COND_TWO_MUTEXES] = {"cond-two-mutexes", ERROR, WARNING},
    [JAM_FINDING_COND_DESTROY_WAITERS] = {"cond-destroy-waiters", ERROR, WARNING},
    [JAM_FINDING_FORK_HOLDING_LOCK] = {"fork-holding-lock", NOTE, NOTE},
    [JAM_FINDING_WAIT_HOLDING_LOCK] = {"wait-holding-lock", NOTE, NOTE},
    [JAM_FINDING_TYPE_CONFUSION] = {"type-confusion", ERROR, WARNING},
    [JAM_FINDING_INVALID_ARGUMENT] = {"invalid-argument", WARNING, NOTE},
    [JAM_FINDING_SEM_OVERPOST] = {"sem-overpost", WARNING, NOTE},
};

#undef ERROR
#undef WARNING
#undef NOTE

void jam_findings_fini(struct jam_findings *findings)
{
    for (size_t i = 0; i < findings->count; i++) {
        free(findings->list[i].edges);
        free(findings->list[i].held);
    }
    free(findings->list);
    *findings = (struct jam_findings){0};
}

struct jam_finding *jam_findings_add(struct jam_findings *findings, enum jam_finding_kind kind,
                                     enum jam_grade grade)
{
    if (jam_array_reserve(&findings->list, &findings->capacity, findings->count,
                          sizeof *findings->list) != 0)
        return NULL;
    struct jam_finding *finding = &findings->list[findings->count++];
    *finding = (struct jam_finding){
        .kind = kind,
        .grade = grade,
        .severity = jam_finding_severity(kind, grade),
        .count = 1,
    };
    return finding;
}

int jam_finding_add_edge(struct jam_finding *finding, const struct jam_finding_edge *edge)
{
    if (jam_array_reserve(&finding->edges, &finding->edge_capacity, finding->edge_count,
                          sizeof *finding->edges) != 0)
        return -1;
    struct jam_finding_edge *copy = &finding->edges[finding->edge_count++];
    *copy = *edge;
    copy->first_held = finding->held_count;
    copy->held_count = 0;
    return 0;
}

int jam_finding_add_held(struct jam_finding *finding, const struct jam_lock_use *held)
{
    if (!finding->edge_count || jam_array_reserve(&finding->held, &finding->held_capacity,
                                                  finding->held_count, sizeof *finding->held) != 0)
        return -1;
    finding->held[finding->held_count++] = *held;
    finding->edges[finding->edge_count - 1].held_count++;
    return 0;
}

enum jam_severity jam_finding_severity(enum jam_finding_kind kind, enum jam_grade grade)
{
    return grade == JAM_GRADE_WEAK ? kinds[kind].weak_severity : kinds[kind].severity;
}

const char *jam_finding_kind_name(enum jam_finding_kind kind)
{
    return kinds[kind].name;
}

const char *jam_grade_name(enum jam_grade grade)
{
    static const char *const names[] = {"", "weak", "feasible", "confirmed"};
    return names[grade];
}

const char *jam_severity_name(enum jam_severity severity)
{
    static const char *const names[] = {"", "note", "warning", "error"};
    return names[severity];
}

const char *jam_filter_name(enum jam_filter filter)
{
    static const char *const names[JAM_FILTERS] = {
        [JAM_FILTER_NONE] = "",
        [JAM_FILTER_GATE_LOCK] = "gate-lock",
        [JAM_FILTER_SINGLE_THREAD] = "single-thread",
        [JAM_FILTER_HAPPENS_BEFORE] = "happens-before",
        [JAM_FILTER_SHARED_READERS] = "shared-readers",
        [JAM_FILTER_TRY_LOCK] = "try-lock",
        [JAM_FILTER_UNPUBLISHED] = "unpublished",
        [JAM_FILTER_SUPPRESSED] = "suppressed",
        [JAM_FILTER_BASELINE] = "baseline",
    };
    return names[filter];
}
