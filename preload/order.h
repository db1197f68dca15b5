/*
 * Orders between threads that are not those of create and join: struct jam_order of a lane. Where
 * there is no space, the loss is counted.
 */
#ifndef JAM_ORDER_H
#define JAM_ORDER_H

#include "lock.h"
#include "thread.h"

/*
 * The thread has passed a barrier in its round number `round`: that ends its segment. After
 * JAM_ORDER_ROUNDS_MAX of a lane, nothing happens.
 */
void jam_order_note_barrier(struct jam_thread *self, const struct jam_lock_record *lock,
                            uint64_t round);

/*
 * The thread goes on because of what the condition or semaphore was given at or after `since`
 * (ticks): a wake that met waiters, or a post that was there already.
 */
void jam_order_note_wake(struct jam_thread *self, const struct jam_lock_record *lock,
                         uint64_t since);

#endif
