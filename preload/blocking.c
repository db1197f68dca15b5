/* How long a call took under a lock: a record of the table of misuse. */
#include "blocking.h"
#include "clock.h"
#include "misuse.h"
#include "stack.h"

void jam_blocking_begin(struct jam_blocking *blocking, const struct jam_call *call, uint16_t kind)
{
    struct jam_thread *self = jam_self;
    blocking->since_ticks = 0;
    if (!self->is_open || self->magic != JAM_THREAD_MAGIC)
        return;
    self = jam_enter();
    if (!self)
        return;
    const struct jam_held *newest = jam_held_newest(self);
    /* Between about_to_wait and acquired: this is how a home-made lock waits. */
    bool is_waiting = self->lane->wait.operation != JAM_OP_NONE;
    if (!newest || is_waiting) {
        jam_leave(self);
        return;
    }
    blocking->call = kind;
    blocking->stack = jam_stack_capture(self, call);
    blocking->held_lock = newest->lock;
    blocking->held_stack = newest->stack;
    blocking->since_ticks = jam_ticks();
    jam_leave(self);
}

void jam_blocking_end(const struct jam_blocking *blocking)
{
    if (!blocking->since_ticks || !jam_self->is_open)
        return;
    uint64_t now = jam_ticks();
    struct jam_thread *self = jam_enter();
    if (!self)
        return;
    jam_misuse_note(self, &(struct jam_misuse_fact){
                              .kind = JAM_MISUSE_BLOCK_HOLDING,
                              .result = -1,
                              .stack = blocking->stack,
                              .other_stack = blocking->held_stack,
                              .other_thread = self->id,
                              .other_lock = blocking->held_lock,
                              .call = blocking->call,
                              .blocked_ticks = jam_ticks_between(blocking->since_ticks, now),
                          });
    jam_leave(self);
}
