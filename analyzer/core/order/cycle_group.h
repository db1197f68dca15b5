/*
 * Cycles put together: one defect is one finding, however many locks and call paths it shows in.
 *
 * Two cycles are the same defect if they are made by the same code on locks of the same classes (an
 * array of locks, a lock in each object), or if they join the same locks (reached by different call
 * paths). A lock's class is the call stack that created it, or used it first. Of a group, the
 * strongest cycle is shown: highest grade, then fewest sides, then earliest.
 */
#ifndef JAM_CORE_CYCLE_GROUP_H
#define JAM_CORE_CYCLE_GROUP_H

#include "core/order/cycle_judge.h"

struct jam_cycle {
    struct jam_cycle_side *sides;
    size_t count;
    struct jam_verdict verdict;
};

struct jam_group {
    struct jam_cycle best;
    uint64_t count;  /* different sets of locks */
    uint32_t parent; /* group that it was found to be a part of; itself = none */
};

struct jam_groups {
    const struct jam_relation *relation;
    struct jam_group *list;
    size_t count, capacity;
    struct jam_map by_code, by_locks;
};

void jam_groups_init(struct jam_groups *groups, const struct jam_relation *relation);
void jam_groups_fini(struct jam_groups *groups);

/* Adds a cycle, which is copied. 0, or -1 without memory. */
int jam_groups_add(struct jam_groups *groups, const struct jam_cycle *cycle);

/* Whether a cycle of the same code or the same locks was added. */
bool jam_groups_know(const struct jam_groups *groups, const struct jam_cycle *cycle);

/* What a side does, by class of lock and call stack; equal for equal code. */
uint64_t jam_cycle_side_code(const struct jam_relation *relation,
                             const struct jam_cycle_side *side);

/* The call stack at which the record's thread got the node; 0 for the thread itself. */
uint32_t jam_record_held_stack(const struct jam_relation *relation,
                               const struct jam_dependency *record, uint32_t node);

/* When each of its sides had been seen. */
uint64_t jam_cycle_complete_ticks(const struct jam_cycle *cycle);

/* Whether a is to be shown rather than b. */
bool jam_verdict_is_stronger(const struct jam_verdict *a, const struct jam_verdict *b);

#endif
