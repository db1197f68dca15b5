/*
 * Who made a thread wait.
 *
 * Before it sleeps, the waiter looks for the holder in the lanes' held lists, and copies the lock's
 * table of holders (struct jam_holders). While somebody waits, each release adds its hold to that
 * table. After the wait, the table tells who held the lock meanwhile and how long; the wait is
 * divided among them in that proportion. So every nanosecond of a wait is somebody's, including
 * those in which the lock was free and on its way: they go with the holds around them. When nothing
 * was added, the holder that was found at the beginning has it all.
 *
 * Conditions, semaphores and joins have no holder: the one who woke the waiter is named.
 */
#ifndef JAM_BLAME_H
#define JAM_BLAME_H

#include "emit.h"

/* Fill in request->blame; `owner_tid` is the holder if libc names it, or 0. */
void jam_blame_begin(struct jam_request *request, uint32_t owner_tid);

/* Add a hold that ended while somebody waits. True: it begins a turn of another holder. */
bool jam_blame_note_hold(const struct jam_release *release);

/*
 * Divide the wait that ended at `now` (ticks). Returns the thread with the largest share, 0 =
 * unknown.
 */
uint32_t jam_blame_settle(struct jam_request *request, uint64_t now);

/* Whether the object is one that somebody holds: the others have only wakers. */
bool jam_blame_is_for_holders(const struct jam_request *request);

#endif
