/*
 * What a child of fork(2) has from its parent: the locks that were held.
 *
 *     parent: jam_inherit_note ─▶ fork ─┬─▶ parent: jam_inherit_forget
 *                                       └─▶ child: with its first operation (JAM_HELD_INHERITED)
 *
 * The forking thread goes on holding what it held. The other threads do not exist in the child, but
 * what they held stays locked: each gets a record with JAM_THREAD_ABSENT and a lane in state
 * JAM_LANE_ENDED, whose held list says what it was and where it was taken. At most 256 locks of 64
 * threads are kept; the child counts what did not fit (JAM_LOSS_HELD).
 */
#ifndef JAM_INHERIT_H
#define JAM_INHERIT_H

#include "thread.h"

/* Under the growth lock, which is kept until after the fork. */
void jam_inherit_note(struct jam_thread *self);
void jam_inherit_forget(void);

#endif
