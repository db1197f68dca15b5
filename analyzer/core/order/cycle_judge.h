/*
 * Whether a cycle of the lock-dependency relation can happen: the filters and the grade.
 *
 *      side i:  a thread holds `holds` and wants what side i + 1 holds; the last one wants what
 *               side 0 holds
 *
 * The sides can only meet if they are of one epoch, nobody merely tries, each wish really waits for
 * the hold that it meets, no two sides hold a common lock (unless both only read it), and there
 * are instances of the sides in pairwise different threads which neither create, join nor a
 * barrier orders and of which none was alone with its lock. The judge looks for such instances
 * and, of those, for the ones of the highest grade.
 */
#ifndef JAM_CORE_CYCLE_JUDGE_H
#define JAM_CORE_CYCLE_JUDGE_H

#include "core/order/cycle_side.h"

/* Chooses the instances of the sides and says what is to be thought of the cycle. */
struct jam_verdict jam_judge_cycle(struct jam_judge *judge, struct jam_cycle_side *sides,
                                   size_t count);

/*
 * Whether two sides can be part of one cycle as far as their held sets and epochs tell; the verdict
 * says why not.
 */
bool jam_judge_may_meet(struct jam_judge *judge, uint32_t variant, uint32_t other,
                        struct jam_verdict *verdict);

/* Whether `wanting` waits for the node that `holding` holds; the verdict says why not. */
bool jam_judge_blocks(struct jam_judge *judge, uint32_t holding, uint32_t wanting,
                      struct jam_verdict *verdict);

#endif
