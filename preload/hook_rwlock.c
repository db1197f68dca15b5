/*
 * pthread_rwlock_*: POSIX.1-2017, with the clock variants of glibc 2.30.
 *
 * Eight ways to acquire differ in mode and in how long they are ready to wait. They share one
 * shape: try; if busy, wait in the real function.
 */
#include "check.h"
#include "limit.h"
#include "real.h"

#include <errno.h>

static uint16_t rwlock_flags(const pthread_rwlock_t *rwlock)
{
    uint16_t flags = rwlock->__data.__shared ? JAM_LOCK_PSHARED : 0;
    if (rwlock->__data.__flags == PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP)
        flags |= JAM_LOCK_PREFER_WRITER;
    return flags;
}

static struct jam_lock_key rwlock_key(const pthread_rwlock_t *rwlock)
{
    return (struct jam_lock_key){(uint64_t)rwlock, JAM_LOCK_RWLOCK, rwlock_flags(rwlock), 0};
}

static void rwlock_target(struct jam_target *target, const pthread_rwlock_t *rwlock, uint16_t mode,
                          uint16_t held_flags)
{
    jam_target_init(target, rwlock, JAM_LOCK_RWLOCK);
    target->key.flags = rwlock_flags(rwlock);
    target->mode = mode;
    target->flags = held_flags;
}

static int rwlock_try(pthread_rwlock_t *rwlock, uint16_t mode)
{
    return mode == JAM_SHARED ? jam_real.pthread_rwlock_tryrdlock(rwlock)
                              : jam_real.pthread_rwlock_trywrlock(rwlock);
}

/* __readers counts them above three bits of its own (glibc 2.25 and later). */
static struct jam_view rwlock_view(const pthread_rwlock_t *rwlock)
{
    enum { READER_SHIFT = 3 };
    unsigned readers = __atomic_load_n(&rwlock->__data.__readers, __ATOMIC_RELAXED) >> READER_SHIFT;
    int writer = __atomic_load_n(&rwlock->__data.__cur_writer, __ATOMIC_RELAXED);
    return (struct jam_view){.owner_tid = (uint32_t)writer, .is_locked = writer || readers};
}

static int rwlock_finish(struct jam_request *request, int result)
{
    if (result == 0)
        jam_request_acquired(request);
    else
        jam_request_failed(request, result);
    return result;
}

/* libc names the writer; 0 while readers hold it. */
static void rwlock_block(struct jam_request *request, const pthread_rwlock_t *rwlock)
{
    int writer = __atomic_load_n(&rwlock->__data.__cur_writer, __ATOMIC_RELAXED);
    jam_request_block(request, JAM_OP_LOCK, (uint32_t)writer);
}

static int rwlock_wait_shared(pthread_rwlock_t *rwlock, struct jam_limit limit)
{
    switch (limit.kind) {
    case JAM_LIMIT_TIMED:
        return jam_real.pthread_rwlock_timedrdlock(rwlock, limit.deadline);
    case JAM_LIMIT_CLOCK:
        return jam_real.pthread_rwlock_clockrdlock(rwlock, limit.clock, limit.deadline);
    default:
        return jam_real.pthread_rwlock_rdlock(rwlock);
    }
}

static int rwlock_wait_exclusive(pthread_rwlock_t *rwlock, struct jam_limit limit)
{
    switch (limit.kind) {
    case JAM_LIMIT_TIMED:
        return jam_real.pthread_rwlock_timedwrlock(rwlock, limit.deadline);
    case JAM_LIMIT_CLOCK:
        return jam_real.pthread_rwlock_clockwrlock(rwlock, limit.clock, limit.deadline);
    default:
        return jam_real.pthread_rwlock_wrlock(rwlock);
    }
}

static int rwlock_wait(pthread_rwlock_t *rwlock, uint16_t mode, struct jam_limit limit)
{
    return mode == JAM_SHARED ? rwlock_wait_shared(rwlock, limit)
                              : rwlock_wait_exclusive(rwlock, limit);
}

/* glibc looks at the limit before it looks at the lock: an invalid one is not tried. */
static int rwlock_acquire(const struct jam_call *call, pthread_rwlock_t *rwlock, uint16_t mode,
                          struct jam_limit limit)
{
    struct jam_request request;
    rwlock_target(&request.target, rwlock, mode, jam_limit_flags(limit));
    if (!jam_request_begin(&request, call))
        return rwlock_wait(rwlock, mode, limit);
    int result = jam_limit_is_valid(limit) ? rwlock_try(rwlock, mode) : EBUSY;
    if (JAM_UNLIKELY(result == EBUSY)) {
        rwlock_block(&request, rwlock);
        result = rwlock_wait(rwlock, mode, limit);
        jam_request_unblock(&request, result == 0);
    }
    return rwlock_finish(&request, result);
}

JAM_EXPORT int pthread_rwlock_rdlock(pthread_rwlock_t *rwlock)
{
    return rwlock_acquire(JAM_CALLER(), rwlock, JAM_SHARED, (struct jam_limit){0});
}

JAM_EXPORT int pthread_rwlock_wrlock(pthread_rwlock_t *rwlock)
{
    return rwlock_acquire(JAM_CALLER(), rwlock, JAM_EXCLUSIVE, (struct jam_limit){0});
}

JAM_EXPORT int pthread_rwlock_timedrdlock(pthread_rwlock_t *rwlock, const struct timespec *deadline)
{
    struct jam_limit limit = {JAM_LIMIT_TIMED, 0, deadline};
    return rwlock_acquire(JAM_CALLER(), rwlock, JAM_SHARED, limit);
}

JAM_EXPORT int pthread_rwlock_timedwrlock(pthread_rwlock_t *rwlock, const struct timespec *deadline)
{
    struct jam_limit limit = {JAM_LIMIT_TIMED, 0, deadline};
    return rwlock_acquire(JAM_CALLER(), rwlock, JAM_EXCLUSIVE, limit);
}

JAM_EXPORT int pthread_rwlock_clockrdlock(pthread_rwlock_t *rwlock, clockid_t clock,
                                          const struct timespec *deadline)
{
    struct jam_limit limit = {JAM_LIMIT_CLOCK, clock, deadline};
    return rwlock_acquire(JAM_CALLER(), rwlock, JAM_SHARED, limit);
}

JAM_EXPORT int pthread_rwlock_clockwrlock(pthread_rwlock_t *rwlock, clockid_t clock,
                                          const struct timespec *deadline)
{
    struct jam_limit limit = {JAM_LIMIT_CLOCK, clock, deadline};
    return rwlock_acquire(JAM_CALLER(), rwlock, JAM_EXCLUSIVE, limit);
}

JAM_EXPORT int pthread_rwlock_tryrdlock(pthread_rwlock_t *rwlock)
{
    struct jam_request request;
    rwlock_target(&request.target, rwlock, JAM_SHARED, JAM_HELD_TRY);
    if (!jam_request_begin(&request, JAM_CALLER()))
        return jam_real.pthread_rwlock_tryrdlock(rwlock);
    return rwlock_finish(&request, jam_real.pthread_rwlock_tryrdlock(rwlock));
}

JAM_EXPORT int pthread_rwlock_trywrlock(pthread_rwlock_t *rwlock)
{
    struct jam_request request;
    rwlock_target(&request.target, rwlock, JAM_EXCLUSIVE, JAM_HELD_TRY);
    if (!jam_request_begin(&request, JAM_CALLER()))
        return jam_real.pthread_rwlock_trywrlock(rwlock);
    return rwlock_finish(&request, jam_real.pthread_rwlock_trywrlock(rwlock));
}

JAM_EXPORT int pthread_rwlock_unlock(pthread_rwlock_t *rwlock)
{
    struct jam_release release;
    jam_release_begin(&release, rwlock);
    if (JAM_UNLIKELY(jam_release_is_foreign(&release)))
        jam_check_release(release.self, JAM_CALLER(), rwlock_key(rwlock), rwlock_view(rwlock));
    int result = jam_real.pthread_rwlock_unlock(rwlock);
    jam_release_end(&release);
    return result;
}

JAM_EXPORT int pthread_rwlock_init(pthread_rwlock_t *rwlock, const pthread_rwlockattr_t *attributes)
{
    const struct jam_call *call = JAM_CALLER();
    int result = jam_real.pthread_rwlock_init(rwlock, attributes);
    struct jam_thread *self = result == 0 ? jam_enter() : NULL;
    if (self) {
        jam_emit_created(self, call, rwlock_key(rwlock));
        jam_leave(self);
    }
    return result;
}

JAM_EXPORT int pthread_rwlock_destroy(pthread_rwlock_t *rwlock)
{
    const struct jam_call *call = JAM_CALLER();
    struct jam_thread *self = jam_enter();
    struct jam_lock_key key = {(uint64_t)rwlock, JAM_LOCK_RWLOCK, 0, 0};
    if (self)
        jam_check_end(self, call, key, rwlock_view(rwlock));
    int result = jam_real.pthread_rwlock_destroy(rwlock);
    if (self) {
        if (result == 0)
            jam_emit_destroyed(self, call, key);
        jam_leave(self);
    }
    return result;
}

JAM_EXPORT_OLD_NAME(pthread_rwlock_init);
JAM_EXPORT_OLD_NAME(pthread_rwlock_destroy);
JAM_EXPORT_OLD_NAME(pthread_rwlock_rdlock);
JAM_EXPORT_OLD_NAME(pthread_rwlock_tryrdlock);
JAM_EXPORT_OLD_NAME(pthread_rwlock_wrlock);
JAM_EXPORT_OLD_NAME(pthread_rwlock_trywrlock);
JAM_EXPORT_OLD_NAME(pthread_rwlock_unlock);
