/*
 * Calls of the system that may block while the caller holds a lock.
 *
 * A hook asks jam_blocking_is_idle first: while the thread holds nothing, which is nearly always,
 * that is one load of thread-local data and one comparison, and the call is forwarded. Otherwise
 * jam_blocking_begin stands before the real call and jam_blocking_end behind it; between them the
 * guard is open and nothing is kept that a cancellation or a jump would leave behind. Such a call is
 * recorded when it is over: a cancelled one is not.
 *
 * Async-signal-safe, as the calls themselves are: inside our own code (a handler that interrupted
 * it) the call is only forwarded, and not counted as lost.
 */
#ifndef JAM_BLOCKING_H
#define JAM_BLOCKING_H

#include "emit.h"
#include "held.h"

struct jam_blocking {
    uint64_t since_ticks; /* 0 = not recorded */
    uint32_t stack;
    uint32_t held_lock, held_stack; /* the newest lock that the thread held then */
    uint16_t call;                  /* enum jam_blocking_call */
};

static inline bool jam_blocking_is_idle(void)
{
    const struct jam_thread *self = jam_self; /* NULL while the program is being relocated */
    return JAM_LIKELY(!self || !jam_held_any(self));
}

void jam_blocking_begin(struct jam_blocking *blocking, const struct jam_call *call, uint16_t kind);
void jam_blocking_end(const struct jam_blocking *blocking);

#endif
