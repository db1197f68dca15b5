/*
 * Locks in frames of the calling thread's own stack: when the frame has gone, so have they.
 *
 * Nothing is called when a function returns, so it is found out at the thread's next operation:
 *
 *     address of the lock ─▶ ┌──────────┐ ◀─ stack pointer above it: the frame was popped
 *                            │ frame    │
 *                            ├──────────┤    words that unwinding reads behind the lock: return
 *                            │ w0 w1    │ ◀─ addresses, saved registers. They stay as they are for
 *                            │ frame  w2│    as long as the frame lives; one that has changed says
 *                            └──────────┘    that the frame was popped and another took its place
 *
 * A lock is followed from the thread's first operation after the lock began, whoever used it first.
 * Two calls of one function from the same place, by the same chain of calls, cannot be told apart:
 * their locks are one, unless the thread did something recorded in between, further out.
 */
#ifndef JAM_LOCAL_H
#define JAM_LOCAL_H

#include "arch.h"
#include "lock.h"
#include "thread.h"

/* Some lock has begun since the thread looked, or it has locks on its stack to look after. */
void jam_local_look(struct jam_thread *self, const struct jam_call *call);

/*
 * With the registers of the operation's caller: before a lock is looked up, so that a dead one is
 * not found, and after one may have begun, while its frame is surely there.
 */
static inline void jam_local_check(struct jam_thread *self, const struct jam_call *call)
{
    /* Pairs with the release store of who began a lock. */
    if (JAM_UNLIKELY(self->local.due != __atomic_load_n(&jam_lock_births, __ATOMIC_ACQUIRE)))
        jam_local_look(self, call);
}

/* The thread leaves its start routine: its frames are gone. */
void jam_local_end(struct jam_thread *self);

#endif
