/*
 * What can be told to be wrong with an operation: compares what libc says of an object with what we
 * have seen, and notes the difference as misuse (misuse.h). Called inside the guard, and only where
 * something is unusual already: a release of what is not held, a wait, an end.
 *
 * Nothing is claimed that could be our own blindness: an acquire that we did not see (a signal
 * handler inside our code, another process) is no misuse.
 */
#ifndef JAM_CHECK_H
#define JAM_CHECK_H

#include "emit.h"

/* What libc says of an object, read by the hook before it calls libc. */
struct jam_view {
    uint32_t owner_tid; /* 0: libc does not say */
    bool is_locked;     /* mutex, rwlock, spin: held; sem: nothing left; barrier: round begun */
    int32_t result;     /* what the function will answer to misuse, -1 = it will not */
};

/*
 * A release of what this thread does not hold, before the real one. If libc is going to obey, the
 * one who holds it does not any more.
 */
void jam_check_release(struct jam_thread *self, const struct jam_call *call,
                       struct jam_lock_key key, struct jam_view view);

/* The object is about to be destroyed or initialised (again). */
void jam_check_end(struct jam_thread *self, const struct jam_call *call, struct jam_lock_key key,
                   struct jam_view view);

/* A request is about to wait; `owner_tid` as in jam_request_block. */
void jam_check_wait(const struct jam_request *request, uint16_t operation, uint32_t owner_tid);

/* A condition wait begins, with a mutex of which libc says this. `had_mutex`: it was held. */
void jam_check_cond(const struct jam_request *request, const struct jam_lock_record *mutex,
                    struct jam_view view, bool had_mutex);

/* A request has failed with this error number. */
void jam_check_failure(const struct jam_request *request, int error);

/* A function that is no request has failed with this error number. */
void jam_check_answer(const struct jam_call *call, struct jam_lock_key key, int error);

/* There is no live record for the key: was there another object, or is this one over? */
void jam_check_new(struct jam_thread *self, struct jam_lock_key key, uint32_t stack);

/* A lock-like semaphore is posted by this thread, which does not hold it. */
void jam_check_post(struct jam_thread *self, struct jam_lock_key key,
                    const struct jam_lock_record *lock, uint32_t stack);

/*
 * The thread has ended, and so have its destructors, or Python has done with it: what it holds now
 * nobody will release. Told once for each thread.
 */
void jam_check_exit(struct jam_thread *self);

/* The process is about to fork at `stack`: what do other threads hold? */
void jam_check_fork(struct jam_thread *self, uint32_t stack);

#endif
