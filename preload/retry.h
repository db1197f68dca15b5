/*
 * Failed tries of a thread that holds a lock: struct jam_retry of a lane. Where there is no space,
 * the loss is counted.
 */
#ifndef JAM_RETRY_H
#define JAM_RETRY_H

#include "lock.h"
#include "thread.h"

/* A try of `lock` at `stack`, or a wait with a limit, has failed; something is held. */
void jam_retry_note_failure(struct jam_thread *self, const struct jam_lock_record *lock,
                            uint32_t stack);

/* The thread has got the lock, in whatever way. To be called if self->streak_count is not 0. */
void jam_retry_note_success(struct jam_thread *self, const struct jam_lock_record *lock);

#endif
