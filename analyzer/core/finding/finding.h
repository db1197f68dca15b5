/*
 * Findings: what the detectors have to say, before anybody gives it words.
 *
 * A detector adds findings to a list; nothing here knows names, files or formats. What is told of a
 * finding depends on its family:
 *
 *      cycles (deadlock, inversion, ...)   edges: edge i holds what edge i - 1 wants; the last one's
 *                                          wish is what the first one holds
 *      waits (orphaned, lost, stuck)       thread, subject (what it waits for, where), other (the
 *                                          acquire, signal or exit that explains it)
 *      misuse                              thread, subject (object and place), other (the place that
 *                                          it contradicts)
 *
 * Dropped findings are findings too: `filter` names the reason, and `evidence` shows it. Locks,
 * threads and stacks are the ids and stack_refs of one trace, `process` tells which. Times are
 * ticks of that trace. 0 means none everywhere.
 */
#ifndef JAM_CORE_FINDING_H
#define JAM_CORE_FINDING_H

#include <stddef.h>
#include <stdint.h>

/* The names that users read are in one table: jam_finding_kind_name. */
enum jam_finding_kind {
    JAM_FINDING_DEADLOCK,
    JAM_FINDING_SELF_DEADLOCK,
    JAM_FINDING_LOCK_ORDER_INVERSION,
    JAM_FINDING_RWLOCK_UPGRADE,
    JAM_FINDING_ORPHANED_LOCK,
    JAM_FINDING_LOST_WAKEUP,
    JAM_FINDING_STUCK_WAIT,
    JAM_FINDING_LIVELOCK,
    JAM_FINDING_LOCK_CONVOY,
    JAM_FINDING_STARVATION,
    JAM_FINDING_UNLOCK_NOT_OWNER,
    JAM_FINDING_UNLOCK_UNLOCKED,
    JAM_FINDING_RELOCK,
    JAM_FINDING_DESTROY_LOCKED,
    JAM_FINDING_USE_AFTER_DESTROY,
    JAM_FINDING_EXIT_HOLDING_LOCK,
    JAM_FINDING_COND_WAIT_UNLOCKED,
    JAM_FINDING_COND_TWO_MUTEXES,
    JAM_FINDING_COND_DESTROY_WAITERS,
    JAM_FINDING_FORK_HOLDING_LOCK,
    JAM_FINDING_WAIT_HOLDING_LOCK,
    JAM_FINDING_TYPE_CONFUSION,
    JAM_FINDING_INVALID_ARGUMENT,
    JAM_FINDING_SEM_OVERPOST,
    JAM_FINDING_KINDS
};

/* How sure we are. Higher is surer. */
enum jam_grade {
    JAM_GRADE_WEAK = 1,     /* only an order that depends on scheduling speaks against it */
    JAM_GRADE_FEASIBLE = 2, /* no filter excludes it */
    JAM_GRADE_CONFIRMED = 3 /* it happened */
};

enum jam_severity { JAM_SEVERITY_NOTE = 1, JAM_SEVERITY_WARNING = 2, JAM_SEVERITY_ERROR = 3 };

/* Why a finding is none. */
enum jam_filter {
    JAM_FILTER_NONE,
    JAM_FILTER_GATE_LOCK,      /* evidence: the lock that both sides hold */
    JAM_FILTER_SINGLE_THREAD,  /* evidence: the thread */
    JAM_FILTER_HAPPENS_BEFORE, /* evidence: the thread whose create or join, or the barrier, that
                                   orders the sides */
    JAM_FILTER_SHARED_READERS, /* evidence: the lock that both sides only read */
    JAM_FILTER_TRY_LOCK,       /* evidence: the lock that is only tried */
    JAM_FILTER_UNPUBLISHED,    /* evidence: the lock that only one thread could reach */
    JAM_FILTER_SUPPRESSED,     /* by the user's file */
    JAM_FILTER_BASELINE,       /* known before */
    JAM_FILTERS
};

/* Why the grade is what it is, where that is not plain from the kind. */
enum jam_grade_reason {
    JAM_REASON_NONE,
    JAM_REASON_TIMED,        /* a wait of the cycle ends by itself */
    JAM_REASON_SOFT_ORDER,   /* only a condition or semaphore keeps the sides apart; evidence: it */
    JAM_REASON_READERS,      /* needs a writer that queues between two readers */
    JAM_REASON_SEARCH_BOUND, /* the search was cut short: there may be more */
    JAM_REASON_DECLARED,     /* violates the declared order */
    JAM_REASON_WAKEABLE,     /* a thread or signal that we cannot judge might still end the wait */
    JAM_REASON_SHARED,       /* another process that has the lock too might still release it */
    JAM_REASON_CLOSING,      /* who wants the GIL may have been destroying the lock; evidence: it */
    JAM_REASONS
};

/* A lock as a finding needs it: which, how, and where. */
struct jam_lock_use {
    uint32_t lock;
    uint32_t generation;
    uint32_t stack; /* stack_ref of the acquire, request or use */
    uint16_t mode;  /* enum jam_mode */
    uint16_t flags; /* enum jam_held_flags, or JAM_USE_QUEUED */
};

/* Not held: a writer waits there, and no reader may pass it. */
#define JAM_USE_QUEUED 0x8000u

/* One thread's part in a cycle: it holds one lock and wants the next. */
struct jam_finding_edge {
    uint32_t thread;
    struct jam_lock_use holds;
    struct jam_lock_use wants;
    size_t first_held, held_count; /* in jam_finding.held: all that it held when it wanted */
    uint64_t since_ticks;          /* when the wait began, for a cycle that happened */
};

struct jam_finding {
    enum jam_finding_kind kind;
    enum jam_grade grade;
    enum jam_grade_reason reason;
    enum jam_severity severity;
    enum jam_filter filter;
    uint32_t process; /* index in the caller's list of traces */
    uint32_t thread;
    struct jam_lock_use subject;
    uint32_t other_thread;
    struct jam_lock_use other;
    struct jam_lock_use evidence; /* of filter or reason */
    uint32_t evidence_thread;
    int32_t result;      /* misuse: error number that libc answered, -1 = no answer */
    uint16_t call;       /* wait-holding-lock: enum jam_blocking_call, 0 = waits for an object */
    uint64_t when_ticks; /* of the first occurrence, 0 = unknown */
    uint64_t count;      /* occurrences, or instances of one class; at least 1 */
    struct jam_finding_edge *edges;
    size_t edge_count, edge_capacity;
    struct jam_lock_use *held;
    size_t held_count, held_capacity;
};

struct jam_findings {
    struct jam_finding *list;
    size_t count, capacity;
    uint64_t dropped_more; /* findings with a filter that are not in the list: too many */
    uint64_t searches_cut; /* searches for cycles that reached their bound: there may be more */
};

/* An empty list is all zero. */
void jam_findings_fini(struct jam_findings *findings);

/*
 * Appends a finding with its kind's usual severity, count 1 and the rest zero. The pointer is valid
 * until the next one is added; NULL without memory.
 */
struct jam_finding *jam_findings_add(struct jam_findings *findings, enum jam_finding_kind kind,
                                     enum jam_grade grade);

/*
 * Appends an edge; held locks that are added next belong to it. Returns 0, or -1 without memory.
 */
int jam_finding_add_edge(struct jam_finding *finding, const struct jam_finding_edge *edge);
int jam_finding_add_held(struct jam_finding *finding, const struct jam_lock_use *held);

/* The severity of a kind at a grade: see the table in finding.c. */
enum jam_severity jam_finding_severity(enum jam_finding_kind kind, enum jam_grade grade);

/* The names of the outside contract: "lock-order-inversion", "feasible", "error", "gate-lock". */
const char *jam_finding_kind_name(enum jam_finding_kind kind);
const char *jam_grade_name(enum jam_grade grade);
const char *jam_severity_name(enum jam_severity severity);
const char *jam_filter_name(enum jam_filter filter); /* "" for none */

#endif
