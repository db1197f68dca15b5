/*
 * Findings in words: one table row for each kind, reason and filter.
 *
 * All texts are plain sentences without line breaks; they live as long as the check.
 */
#ifndef JAM_RENDER_CHECK_WORDS_H
#define JAM_RENDER_CHECK_WORDS_H

#include "render/check/render_check.h"

/* What is wrong, in one sentence without full stop: threads, locks and places by name. */
const char *jam_check_message(struct jam_check *check, const struct jam_finding *finding);

/*
 * How a thread of a cycle has what another one waits for: "holds" a lock, "would signal" a
 * condition, "is" a thread that is joined.
 */
const char *jam_check_hold_verb(const struct jam_check *check, const struct jam_finding *finding,
                                const struct jam_lock_use *use);

/* What a kind means, for rules that are listed without a finding. */
const char *jam_check_kind_text(enum jam_finding_kind kind);

/* What to do about it; check may be NULL for a kind as such. */
const char *jam_check_advice(const struct jam_check *check, const struct jam_finding *finding);

/* Why the grade is what it is. */
const char *jam_check_grade_text(struct jam_check *check, const struct jam_finding *finding);

/* Why it is filtered, with the evidence; "" if it is not. */
const char *jam_check_filter_text(struct jam_check *check, const struct jam_check_item *item);

/*
 * Roles: what one thread of the finding does, as in "holds a, wants b". Stores up to `room` of
 * them, a thread once, and returns how many there are.
 */
struct jam_check_role {
    uint32_t thread;
    const char *text;
};
size_t jam_check_roles(struct jam_check *check, const struct jam_finding *finding,
                       struct jam_check_role *roles, size_t room);

/* The first sentence of every output: how many deadlocks, hangs, misuses there are. */
const char *jam_check_verdict(struct jam_check *check);

/* What was lost, and what that can hide; "Nothing lost" without. */
const char *jam_check_losses(struct jam_check *check);

#endif
