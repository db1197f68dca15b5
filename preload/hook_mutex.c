/*
 * pthread_mutex_*: POSIX.1-2017, with the clock variants of glibc 2.30.
 *
 * A mutex is tried before it is locked: if that works there was no contention, and nobody was kept
 * waiting by our bookkeeping. Where trying would mean something else (priority ceilings change
 * the caller's priority), the real function is called at once and the wait is judged by the
 * mutex's own lock word.
 */
#include "emit.h"
#include "real.h"

#include <errno.h>

/* The bits of __data.__kind, as in glibc's nptl/pthreadP.h. */
enum {
    KIND_TYPE = 3,
    KIND_ROBUST = 16,
    KIND_PI = 32,
    KIND_PROTECT = 64,
    KIND_PSHARED = 128,
};
static const unsigned PRIO_CEILING_MASK = 0xfff80000; /* of __data.__lock, with KIND_PROTECT */

static uint16_t mutex_flags(const pthread_mutex_t *mutex)
{
    static const uint16_t types[] = {0, JAM_LOCK_RECURSIVE, JAM_LOCK_ERRORCHECK, JAM_LOCK_ADAPTIVE};
    int kind = mutex->__data.__kind;
    uint16_t flags = types[kind & KIND_TYPE];
    flags |= kind & KIND_ROBUST ? JAM_LOCK_ROBUST : 0;
    flags |= kind & KIND_PI ? JAM_LOCK_PI : 0;
    flags |= kind & KIND_PSHARED ? JAM_LOCK_PSHARED : 0;
    return flags;
}

static struct jam_target mutex_target(const pthread_mutex_t *mutex, uint16_t held_flags)
{
    return (struct jam_target){
        .key = {(uint64_t)mutex, JAM_LOCK_MUTEX, mutex_flags(mutex)},
        .mode = JAM_EXCLUSIVE,
        .flags = held_flags,
    };
}

static struct jam_lock_key mutex_key(const pthread_mutex_t *mutex)
{
    return mutex_target(mutex, 0).key;
}

/* EBUSY without asking where asking has side effects. */
static int mutex_try(pthread_mutex_t *mutex)
{
    unsigned word = (unsigned)__atomic_load_n(&mutex->__data.__lock, __ATOMIC_RELAXED);
    bool is_busy = (mutex->__data.__kind & KIND_PROTECT) && (word & ~PRIO_CEILING_MASK) != 0;
    return is_busy ? EBUSY : jam_real.pthread_mutex_trylock(mutex);
}

/* The owner died: the caller has the lock all the same (pthread_mutex_lock(3p)). */
static bool mutex_is_got(int result)
{
    return result == 0 || result == EOWNERDEAD;
}

static int mutex_finish(struct jam_request *request, int result)
{
    if (mutex_is_got(result))
        jam_request_acquired(request);
    else
        jam_request_failed(request, result);
    return result;
}

static uint32_t mutex_owner(const pthread_mutex_t *mutex)
{
    return (uint32_t)__atomic_load_n(&mutex->__data.__owner, __ATOMIC_RELAXED);
}

JAM_EXPORT int pthread_mutex_lock(pthread_mutex_t *mutex)
{
    struct jam_request request;
    request.target = mutex_target(mutex, 0);
    if (!jam_request_begin(&request, JAM_CALLER()))
        return jam_real.pthread_mutex_lock(mutex);
    int result = mutex_try(mutex);
    if (JAM_UNLIKELY(result == EBUSY)) {
        jam_request_block(&request, JAM_OP_LOCK, mutex_owner(mutex));
        result = jam_real.pthread_mutex_lock(mutex);
        jam_request_unblock(&request, mutex_is_got(result));
    }
    return mutex_finish(&request, result);
}

JAM_EXPORT int pthread_mutex_trylock(pthread_mutex_t *mutex)
{
    struct jam_request request;
    request.target = mutex_target(mutex, JAM_HELD_TRY);
    if (!jam_request_begin(&request, JAM_CALLER()))
        return jam_real.pthread_mutex_trylock(mutex);
    return mutex_finish(&request, jam_real.pthread_mutex_trylock(mutex));
}

JAM_EXPORT int pthread_mutex_timedlock(pthread_mutex_t *mutex, const struct timespec *deadline)
{
    struct jam_request request;
    request.target = mutex_target(mutex, JAM_HELD_TIMED);
    if (!jam_request_begin(&request, JAM_CALLER()))
        return jam_real.pthread_mutex_timedlock(mutex, deadline);
    int result = mutex_try(mutex);
    if (result == EBUSY) {
        jam_request_block(&request, JAM_OP_LOCK, mutex_owner(mutex));
        result = jam_real.pthread_mutex_timedlock(mutex, deadline);
        jam_request_unblock(&request, mutex_is_got(result));
    }
    return mutex_finish(&request, result);
}

JAM_EXPORT int pthread_mutex_clocklock(pthread_mutex_t *mutex, clockid_t clock,
                                       const struct timespec *deadline)
{
    struct jam_request request;
    bool is_valid =
        clock == CLOCK_REALTIME || clock == CLOCK_MONOTONIC; /* else: EINVAL, unlocked */
    request.target = mutex_target(mutex, JAM_HELD_TIMED);
    if (!jam_request_begin(&request, JAM_CALLER()))
        return jam_real.pthread_mutex_clocklock(mutex, clock, deadline);
    int result = is_valid ? mutex_try(mutex) : EBUSY;
    if (result == EBUSY) {
        jam_request_block(&request, JAM_OP_LOCK, mutex_owner(mutex));
        result = jam_real.pthread_mutex_clocklock(mutex, clock, deadline);
        jam_request_unblock(&request, mutex_is_got(result));
    }
    return mutex_finish(&request, result);
}

JAM_EXPORT int pthread_mutex_unlock(pthread_mutex_t *mutex)
{
    struct jam_release release;
    jam_release_begin(&release, mutex);
    int result = jam_real.pthread_mutex_unlock(mutex);
    jam_release_end(&release);
    return result;
}

JAM_EXPORT int pthread_mutex_init(pthread_mutex_t *mutex, const pthread_mutexattr_t *attributes)
{
    struct jam_call call = JAM_CALLER();
    int result = jam_real.pthread_mutex_init(mutex, attributes);
    struct jam_thread *self = result == 0 ? jam_enter() : NULL;
    if (self) {
        jam_emit_created(self, call, mutex_key(mutex));
        jam_leave(self);
    }
    return result;
}

JAM_EXPORT int pthread_mutex_destroy(pthread_mutex_t *mutex)
{
    struct jam_thread *self = jam_enter();
    struct jam_lock_key key = {(uint64_t)mutex, JAM_LOCK_MUTEX, 0};
    int result = jam_real.pthread_mutex_destroy(mutex);
    if (self) {
        if (result == 0)
            jam_emit_destroyed(self, key);
        jam_leave(self);
    }
    return result;
}

/* A robust mutex keeps its identity when it is made consistent: nothing to record yet. */
JAM_EXPORT int pthread_mutex_consistent(pthread_mutex_t *mutex)
{
    return jam_real.pthread_mutex_consistent(mutex);
}
