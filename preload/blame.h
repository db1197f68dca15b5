/*
 * Who made a thread wait.
 *
 * Before it sleeps, the waiter looks for the holder in the lanes' held lists. While somebody
 * waits, each holder leaves its turn (struct jam_turns) before it releases. After the wait, the
 * waiter divides its time among the turns that fell into it; what no turn covers belongs to the
 * holder that was found first. Conditions and semaphores have no holder: the one who woke is named.
 */
#ifndef JAM_BLAME_H
#define JAM_BLAME_H

#include "emit.h"

/* Fill in request->blocker_*; called while the request is about to block. */
void jam_blame_find_holder(struct jam_request *request, uint16_t operation, uint32_t owner_tid);

/* Whether the object is one that somebody holds: the others have only wakers. */
bool jam_blame_is_for_holders(const struct jam_request *request);

/* Divide the wait that ended at `now` (ticks). Returns the thread to name, 0 = unknown. */
uint32_t jam_blame_settle(struct jam_request *request, uint64_t now);

#endif
