/*
 * The columns of every table about locks, call sites, classes and threads.
 *
 * One row per column says everything: the key that --sort and other tools use, the heading, the
 * JSON field, the unit. A table row (struct jam_row) holds one value per column, so text, JSON and
 * whatever comes later print and compare them by number.
 */
#ifndef JAM_CORE_COLUMN_H
#define JAM_CORE_COLUMN_H

#include <stddef.h>
#include <stdint.h>

#include "core/contention/totals.h"

enum jam_unit { JAM_UNIT_TIME, JAM_UNIT_COUNT, JAM_UNIT_SHARE /* of JAM_SHARE_WHOLE */ };

/* What a table lists (--by). */
enum jam_by { JAM_BY_LOCK, JAM_BY_SITE, JAM_BY_CLASS, JAM_BY_THREAD, JAM_BY_ROLE, JAM_BYS };

#define JAM_IN(by)     (1u << (by))
#define JAM_IN_LOCKS   (JAM_IN(JAM_BY_LOCK) | JAM_IN(JAM_BY_SITE) | JAM_IN(JAM_BY_CLASS))
#define JAM_IN_THREADS (JAM_IN(JAM_BY_THREAD) | JAM_IN(JAM_BY_ROLE))
#define JAM_IN_ALL     (JAM_IN_LOCKS | JAM_IN_THREADS)
#define JAM_IN_MERGED  (JAM_IN(JAM_BY_SITE) | JAM_IN(JAM_BY_CLASS))
#define JAM_IN_NOTHING 0u

/* X(enumerator, key, heading, JSON field, unit, width, tables that show it unasked,
 *   tables that have it) */
#define JAM_COLUMN_ROWS(X)                                                                         \
    X(WAIT, "wait", "wait", "wait_ns", TIME, 9, JAM_IN_ALL, JAM_IN_ALL)                            \
    X(MAX, "max", "longest", "wait_max_ns", TIME, 9, JAM_IN_LOCKS, JAM_IN_LOCKS)                   \
    X(MEAN, "mean", "mean", "wait_mean_ns", TIME, 9, JAM_IN_NOTHING, JAM_IN_ALL)                   \
    X(CONTENDED, "contended", "waits", "contended", COUNT, 11, JAM_IN_ALL, JAM_IN_ALL)             \
    X(ACQUISITIONS, "acquisitions", "acquired", "acquisitions", COUNT, 13, JAM_IN_LOCKS,           \
      JAM_IN_LOCKS)                                                                                \
    X(HOLD, "hold", "held", "hold_ns", TIME, 9, JAM_IN_LOCKS, JAM_IN_LOCKS)                        \
    X(CRITICAL, "critical", "critical", "critical_path_share", SHARE, 8, JAM_IN_LOCKS,             \
      JAM_IN_LOCKS)                                                                                \
    X(HOLD_MAX, "hold-max", "max hold", "hold_max_ns", TIME, 9, JAM_IN_NOTHING, JAM_IN_LOCKS)      \
    X(HOLD_CONTENDED, "hold-contended", "contended hold", "hold_contended_ns", TIME, 14,           \
      JAM_IN_NOTHING, JAM_IN_LOCKS)                                                                \
    X(TRIES, "tries", "try failed", "try_failures", COUNT, 11, JAM_IN_NOTHING, JAM_IN_LOCKS)       \
    X(TIMEOUTS, "timeouts", "timeouts", "timeouts", COUNT, 11, JAM_IN_NOTHING, JAM_IN_LOCKS)       \
    X(CHANGES, "changes", "handed on", "owner_changes", COUNT, 11, JAM_IN_NOTHING,                 \
      JAM_IN(JAM_BY_LOCK) | JAM_IN(JAM_BY_CLASS))                                                  \
    X(WAITERS, "waiters", "queue", "max_waiters", COUNT, 7, JAM_IN_NOTHING,                        \
      JAM_IN(JAM_BY_LOCK) | JAM_IN(JAM_BY_CLASS))                                                  \
    X(LOCKS, "locks", "locks", "locks", COUNT, 7, JAM_IN_MERGED, JAM_IN_MERGED)                    \
    X(BLOCKED, "blocked", "blocked others", "blocked_others_ns", TIME, 14, JAM_IN_THREADS,         \
      JAM_IN_THREADS)                                                                              \
    X(LIFETIME, "lifetime", "lifetime", "lifetime_ns", TIME, 11, JAM_IN_THREADS, JAM_IN_THREADS)   \
    X(RUNNING, "running", "running", "running_ns", TIME, 9, JAM_IN_THREADS, JAM_IN_THREADS)        \
    X(THREADS, "threads", "threads", "threads", COUNT, 7, JAM_IN(JAM_BY_ROLE), JAM_IN(JAM_BY_ROLE))

#define JAM_COLUMN_ENUMERATOR(name, ...) JAM_COLUMN_##name,
enum jam_column_id {
    JAM_COLUMN_ROWS(JAM_COLUMN_ENUMERATOR) JAM_COLUMN_NAME, /* sorts by name; has no value */
    JAM_COLUMNS = JAM_COLUMN_NAME
};
#undef JAM_COLUMN_ENUMERATOR

struct jam_column {
    const char *key;
    const char *heading;
    const char *json;
    enum jam_unit unit;
    int width;
    unsigned shown_in; /* JAM_IN bits: tables that show it unasked */
    unsigned known_in; /* tables that have a value for it */
};

extern const struct jam_column jam_columns[JAM_COLUMNS];

/* Keys by enum jam_column_id, "name" last, then NULL: the choices of --sort. */
extern const char *const jam_column_keys[];

/* "lock", "site", "class", "thread", "role", NULL: the choices of --by. */
extern const char *const jam_by_choices[];

/* A line of a table. */
struct jam_row {
    const char *name; /* not owned */
    size_t subject;   /* what it is about: index of a lock or thread, of no meaning if merged */
    uint16_t kind;    /* enum jam_lock_kind, 0 = several or none */
    uint64_t value[JAM_COLUMNS];
};

/* Fills the columns that totals know. */
void jam_row_set_totals(struct jam_row *row, const struct jam_totals *totals);

/* Adds the values of another row: sums, or the larger one for maxima. */
void jam_row_merge(struct jam_row *row, const struct jam_row *more);

/* Sorts by a column, largest first (names: alphabetically); equal rows by wait, then by name. */
void jam_row_sort(struct jam_row *rows, size_t count, enum jam_column_id column);

#endif
