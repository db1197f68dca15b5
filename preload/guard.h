/*
 * In and out of our own code.
 *
 * jam_enter() is the first thing a hook does. It answers NULL when the operation must only be
 * forwarded: because it comes from inside our own code (a signal handler that interrupted us, a
 * lock inside libc or libunwind that we caused), because the thread could get no lane, or because
 * this process is not recorded. All of these are counted.
 *
 * While a hook waits in the real function, the guard is open: a signal handler that runs then may
 * lock and post, and is recorded.
 */
#ifndef JAM_GUARD_H
#define JAM_GUARD_H

#include "thread.h"

static inline struct jam_thread *jam_enter(void)
{
    struct jam_thread *self = jam_self;
    if (JAM_UNLIKELY(!self || !self->is_open))
        return jam_enter_slow();
    self->is_open = 0;
    /* Signal handlers of this thread see the guard closed before anything else changes. */
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    return self;
}

static inline void jam_leave(struct jam_thread *self)
{
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    self->is_open = 1;
}

#endif
