/*
 * The choice of instances for the sides of a cycle: see cycle_judge.h, which this is a part of.
 */
#ifndef JAM_CORE_CYCLE_INSTANCES_H
#define JAM_CORE_CYCLE_INSTANCES_H

#include "core/order/cycle_side.h"

/*
 * Looks for instances of the sides that can meet. Of the ways to choose, JAM_INSTANCE_TRIES pairs
 * are compared at most; past it what was found till then is the answer.
 */
#define JAM_INSTANCE_TRIES 4096
struct jam_verdict jam_instances_choose(struct jam_judge *judge, struct jam_cycle_side *sides,
                                        size_t count);

/*
 * Whether a writer that waits for the node makes readers wait: its kind lets him, and somebody is
 * known to write.
 */
bool jam_judge_has_writer(const struct jam_judge *judge, uint32_t node);

/*
 * The same for readers of which one holds and the other wants: the writer is surely another thread
 * than all sides, and nothing orders him and them.
 */
bool jam_judge_has_sure_writer(struct jam_judge *judge, uint32_t node,
                               const struct jam_cycle_side *sides, size_t count);

/*
 * Whether a side's thread was alone with one of its two locks: it had made it, nobody else had used
 * it, and the other lock was in public use before. Stores the lock.
 */
bool jam_judge_is_private(struct jam_judge *judge, const struct jam_cycle_side *side,
                          uint32_t *node);

#endif
