/*
 * The growth lock: the one lock inside the preload. Held whenever a table of the process grows
 * (extents, locks, stacks, modules, threads, unwind rules), never on a path that finds what it
 * looks for, never across a call of the target's.
 *
 * It is made of a futex, so it cannot meet the target's locks, and it gives up: a thread that was
 * killed by asynchronous cancellation inside it must not hang the others. The owner may take it
 * again. Not to be used from a signal handler that interrupted us: the guard sees to that.
 */
#ifndef JAM_GROWTH_H
#define JAM_GROWTH_H

#include <stdbool.h>

/*
 * False after five seconds, which means that its owner is gone: the caller drops what it wanted to
 * record and counts JAM_LOSS_GROWTH_BUSY. From then on nobody waits until it is released.
 */
bool jam_growth_lock(void);
void jam_growth_unlock(void);

/* In a child of fork(2): nobody holds it. */
void jam_growth_reset(void);

#endif
