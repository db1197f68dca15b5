/*
 * Lock-order cycles of one process: deadlocks that a run can fall into.
 *
 *      records ──▶ relation ──▶ cycle_graph ──▶ cycle_search ──▶ cycle_group ──▶ findings
 *                  (who held      (only what       │    ▲          (one defect,
 *                   what when      can be in a     ▼    │           one finding)
 *                   they wanted)   cycle)        cycle_judge
 *                                                (filters, grade) ◀── happens_before, soft_order
 *
 * Feed the records of one trace in any order, then finish. What is added must stay valid until the
 * end: records are referred to, not copied. Their contents may be anything. Functions return 0, or
 * -1 when memory is short.
 */
#ifndef JAM_CORE_LOCK_ORDER_H
#define JAM_CORE_LOCK_ORDER_H

#include "core/finding/finding.h"
#include "trace_format.h"

struct jam_lock_order;

/* NULL without memory. */
struct jam_lock_order *jam_lock_order_new(void);
void jam_lock_order_free(struct jam_lock_order *order);

int jam_lock_order_add_lock(struct jam_lock_order *order, const struct jam_lock_record *lock);
int jam_lock_order_add_thread(struct jam_lock_order *order, const struct jam_thread_record *thread);
int jam_lock_order_add_dependency(struct jam_lock_order *order,
                                  const struct jam_dependency *dependency);
int jam_lock_order_add_order(struct jam_lock_order *order, const struct jam_order *record);

/*
 * An acquire, whatever was held. What counts are those of threads that are joined while locks are
 * held, and writers of rwlocks that let them block readers.
 */
int jam_lock_order_add_site(struct jam_lock_order *order, const struct jam_site *site);

/*
 * The search may do so many steps, about as many comparisons of held locks. Unless set,
 * JAM_SEARCH_STEPS, some seconds.
 */
void jam_lock_order_set_bound(struct jam_lock_order *order, uint64_t steps);

/* Cycles that cannot happen are added up to this number, and counted past it. */
#define JAM_LOCK_ORDER_DROPPED_MAX 200

/*
 * Searches, and adds findings of the kinds LOCK_ORDER_INVERSION, RWLOCK_UPGRADE and SELF_DEADLOCK
 * (of a recursive read), and those that a filter dropped. Their `process` is 0.
 */
int jam_lock_order_finish(struct jam_lock_order *order, struct jam_findings *findings);

#endif
