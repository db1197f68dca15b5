/*
 * Threads that want what they hold themselves: cycles of one lock.
 */
#ifndef JAM_CORE_CYCLE_SELF_H
#define JAM_CORE_CYCLE_SELF_H

#include "core/order/cycle_finding.h"

/*
 * Adds to the results
 *   upgrades  a reader wants to write. On a rwlock of POSIX it waits for itself, always; on others
 *             two of them, in different threads, wait for each other
 *   rereads   a reader wants to read once more, and a writer that queues in between makes it wait
 * 0, or -1 without memory. A thread that locks a mutex twice is no prediction: it has happened.
 */
int jam_cycle_self_find(struct jam_judge *judge, struct jam_cycle_results *results);

#endif
