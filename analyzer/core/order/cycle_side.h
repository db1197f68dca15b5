/*
 * What the judgement of a cycle is about: its sides, what is known of the program, the verdict. See
 * cycle_judge.h.
 */
#ifndef JAM_CORE_CYCLE_SIDE_H
#define JAM_CORE_CYCLE_SIDE_H

#include "core/finding/finding.h"
#include "core/order/happens_before.h"
#include "core/order/relation.h"
#include "core/order/soft_order.h"

struct jam_cycle_side {
    uint32_t variant;
    uint32_t holds;                              /* node */
    const struct jam_variant_instance *instance; /* chosen by the judge */
};

/* Somebody took a lock exclusively. */
struct jam_writer {
    uint32_t lock; /* id */
    uint32_t thread;
};

struct jam_judge {
    const struct jam_relation *relation;
    struct jam_before *before;
    struct jam_soft *soft;
    const struct jam_thread_record *const *threads;
    size_t thread_count;
    const struct jam_writer *writers; /* by lock */
    size_t writer_count;
    uint64_t steps; /* work done so far */
};

struct jam_verdict {
    enum jam_filter filter; /* why not, JAM_FILTER_NONE = it can happen; then: */
    enum jam_grade grade;
    enum jam_grade_reason reason;
    struct jam_lock_use evidence;
    uint32_t evidence_thread;
};

/* The node as a finding names it. */
struct jam_lock_use jam_judge_use(const struct jam_judge *judge, uint32_t node);

#endif
