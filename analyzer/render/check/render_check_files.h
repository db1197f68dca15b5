/*
 * The user's files of a check: suppressions, baseline, declared lock order.
 *
 *      jam_check_files_open    reads those that were named
 *      jam_check_apply_order   adds findings for what is against the declared order
 *      jam_check_judge         (render_check.h) applies suppressions and baseline
 *      jam_check_write_...     writes such files from what was found
 */
#ifndef JAM_RENDER_CHECK_FILES_H
#define JAM_RENDER_CHECK_FILES_H

#include "core/finding/baseline.h"
#include "core/order/declared_order.h"
#include "core/finding/suppress.h"
#include "render/check/render_check.h"

/* Which files: NULL = none. `suppressions` may name several, separated by commas. */
struct jam_check_paths {
    const char *suppressions, *baseline, *lock_order;
};

struct jam_check_files {
    struct jam_suppressions suppressions;
    struct jam_baseline baseline;
    struct jam_declared_order order;
    bool has_order;
};

/*
 * Reads them. 0; JAM_ERROR_INPUT with file, line and reason; JAM_ERROR_SYSTEM. To be ended with
 * jam_check_files_close in any case.
 */
int jam_check_files_open(struct jam_check_files *files, const struct jam_check_paths *paths,
                         struct jam_error *error);
void jam_check_files_close(struct jam_check_files *files);

/* Adds a finding for each place that takes locks against the order. Before jam_check_judge. */
int jam_check_apply_order(struct jam_check *check, struct jam_declared_order *order,
                          struct jam_error *error);

/* The pairs of lock classes that were seen, as a file of the declared order. */
int jam_check_write_order(struct jam_check *check, const char *path, struct jam_error *error);

/* All that is shown, and what the baseline held already, as a baseline. After jam_check_judge. */
int jam_check_write_baseline(struct jam_check *check, const char *path, struct jam_error *error);

/* A suppression of our own form that fits exactly this item. The text lives as long as the check. */
const char *jam_check_suppression(struct jam_check *check, const struct jam_check_item *item);

/* All of them, as a file: --gen-suppressions. */
void jam_check_suppressions(struct jam_check *check, const struct jam_check_view *view, FILE *out);

/* Prints which suppressions matched (if verbose), are unused or expired, for standard error. */
void jam_check_files_notes(const struct jam_check_files *files, bool is_verbose, FILE *out);

/* Finds the suppression of a finding; its hit is counted. NULL: none, or no memory. */
const struct jam_suppress_rule *jam_check_find_rule(struct jam_check *check,
                                                    struct jam_suppressions *list,
                                                    const struct jam_check_item *item);

#endif
