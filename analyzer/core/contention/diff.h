/*
 * Two recordings compared: what got better, worse, is new or gone.
 *
 * Locks are matched by what they are called, not by where they lie: a class (all locks of one
 * variable, field or place of creation) and a call site are texts without addresses, line numbers
 * and array indices, so that they survive a rebuild. What the caller adds under the same texts is
 * added up:
 *
 *      row: class                old totals | new totals | verdict
 *        row: class, call site   old totals | new totals | verdict
 *
 * What is compared is time waited. A change counts if it is larger than a part of the old value
 * (rule.percent) and larger than the noise: a waiting of less than JAM_DIFF_NOISE_NS, or of less
 * than a hundredth of all waiting of the worse run, is nothing.
 */
#ifndef JAM_CORE_DIFF_H
#define JAM_CORE_DIFF_H

#include <stdbool.h>

#include "core/contention/totals.h"
#include "util/intern.h"

#define JAM_DIFF_NOISE_NS 1000000

enum jam_diff_side { JAM_DIFF_OLD, JAM_DIFF_NEW, JAM_DIFF_SIDES };

enum jam_verdict {
    JAM_VERDICT_SAME, /* below the noise, or not by as much as the rule says */
    JAM_VERDICT_BETTER,
    JAM_VERDICT_WORSE,
    JAM_VERDICT_NEW,  /* waits in the new run only, or the lock was not there */
    JAM_VERDICT_GONE, /* the other way round */
    JAM_VERDICTS
};

struct jam_diff_row {
    uint32_t lock; /* number of the class's name */
    uint32_t site; /* number of the call site's name, JAM_MAP_NONE = the class as a whole */
    uint16_t kind; /* enum jam_lock_kind */
    bool is_there[JAM_DIFF_SIDES];
    struct jam_totals totals[JAM_DIFF_SIDES];
    enum jam_verdict verdict;
};

struct jam_diff {
    struct jam_diff_row *rows;
    size_t count, capacity;
    struct jam_map map; /* (lock, site) to row */
    struct jam_intern names;
    struct jam_totals totals[JAM_DIFF_SIDES]; /* over all classes */
    enum jam_verdict verdict;                 /* on these */
};

struct jam_diff_rule {
    double percent; /* smaller changes are none; 10 means a tenth */
};

/* All zero is an empty one. */
void jam_diff_fini(struct jam_diff *diff);

struct jam_diff_part {
    const char *lock; /* name of the class */
    const char *site; /* of the call site; NULL adds to the class and to the sum */
    uint16_t kind;
    struct jam_totals totals;
};

/* 0, or -1 without memory. The texts are copied. */
int jam_diff_add(struct jam_diff *diff, enum jam_diff_side side, const struct jam_diff_part *part);

/*
 * Judges all rows and sorts them: classes by how much their waiting changed, behind each its call
 * sites in the same way.
 */
void jam_diff_finish(struct jam_diff *diff, const struct jam_diff_rule *rule);

/*
 * How many classes, the sum of all included, got worse or are new by more than `percent` of what
 * they were.
 */
size_t jam_diff_regressions(const struct jam_diff *diff, double percent);

/* New minus old waiting in percent of old; 0 if there was none. */
double jam_diff_percent(const struct jam_totals totals[JAM_DIFF_SIDES]);

/* "better", "worse", "new", "gone", "same". */
const char *jam_verdict_name(enum jam_verdict verdict);

#endif
