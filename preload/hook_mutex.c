/*
 * pthread_mutex_*: POSIX.1-2017, with the clock variants of glibc 2.30.
 *
 * A mutex is tried before it is locked: if that works there was no contention, and nobody was kept
 * waiting by our bookkeeping. Where trying is not the same as locking without a wait, the lock word
 * is looked at instead: a try on a mutex with a priority ceiling changes the caller's priority, and
 * glibc's try on a robust mutex that is beyond recovery leaves it locked.
 */
#include "hook_mutex.h"
#include "python/gil.h"
#include "limit.h"
#include "real.h"

#include <errno.h>
#include <limits.h>
#include <linux/futex.h>

/* The bits of __data.__kind, as in glibc's nptl/pthreadP.h. */
enum {
    KIND_TYPE = 3,
    KIND_ROBUST = 16,
    KIND_PI = 32,
    KIND_PROTECT = 64,
    KIND_PSHARED = 128,
};
enum { OWNER_NOT_RECOVERABLE = INT_MAX - 1 };         /* of __data.__owner, with KIND_ROBUST */
static const unsigned PRIO_CEILING_MASK = 0xfff80000; /* of __data.__lock, with KIND_PROTECT */

/* pthread_mutex_destroy leaves a kind of -1. */
inline uint16_t jam_mutex_death(const void *mutex)
{
    const pthread_mutex_t *same = mutex;
    return same->__data.__kind < 0 ? JAM_KEY_IS_DEAD : 0;
}

static uint16_t mutex_flags(const pthread_mutex_t *mutex)
{
    static const uint16_t types[] = {0, JAM_LOCK_RECURSIVE, JAM_LOCK_ERRORCHECK, JAM_LOCK_ADAPTIVE};
    int kind = mutex->__data.__kind;
    uint16_t flags = types[kind & KIND_TYPE];
    flags |= kind & KIND_ROBUST ? JAM_LOCK_ROBUST : 0;
    flags |= kind & KIND_PI ? JAM_LOCK_PI : 0;
    flags |= kind & KIND_PSHARED ? JAM_LOCK_PSHARED : 0;
    return flags | jam_mutex_death(mutex);
}

static struct jam_lock_key mutex_key(const pthread_mutex_t *mutex)
{
    return (struct jam_lock_key){(uint64_t)mutex, JAM_LOCK_MUTEX, mutex_flags(mutex), 0};
}

static inline void mutex_target(struct jam_target *target, const pthread_mutex_t *mutex,
                                uint16_t held_flags)
{
    jam_target_init(target, mutex, JAM_LOCK_MUTEX);
    target->key.flags = mutex_flags(mutex);
    target->flags = held_flags;
}

/* Out of line: it would only spread the path that does not wait. */
static __attribute__((noinline)) int mutex_wait(pthread_mutex_t *mutex, struct jam_limit limit)
{
    switch (limit.kind) {
    case JAM_LIMIT_TIMED:
        return jam_real.pthread_mutex_timedlock(mutex, limit.deadline);
    case JAM_LIMIT_CLOCK:
        return jam_real.pthread_mutex_clocklock(mutex, limit.clock, limit.deadline);
    default:
        return jam_real.pthread_mutex_lock(mutex);
    }
}

/* The word holds the owner of a robust mutex and the ceiling of a protected one beside the lock. */
static bool mutex_looks_free(const pthread_mutex_t *mutex)
{
    unsigned word = (unsigned)__atomic_load_n(&mutex->__data.__lock, __ATOMIC_RELAXED);
    unsigned mask = mutex->__data.__kind & KIND_PROTECT ? ~PRIO_CEILING_MASK : FUTEX_TID_MASK;
    return (word & mask) == 0;
}

static uint32_t mutex_owner(const pthread_mutex_t *mutex)
{
    return (uint32_t)__atomic_load_n(&mutex->__data.__owner, __ATOMIC_RELAXED);
}

/* Types that know their owner answer, the others obey. */
struct jam_view jam_mutex_view(const void *mutex)
{
    const pthread_mutex_t *same = mutex;
    int kind = same->__data.__kind, type = kind & KIND_TYPE;
    bool is_checked = type == PTHREAD_MUTEX_ERRORCHECK_NP || type == PTHREAD_MUTEX_RECURSIVE_NP ||
                      kind & (KIND_ROBUST | KIND_PI);
    return (struct jam_view){
        .owner_tid = mutex_owner(same),
        .is_locked = !mutex_looks_free(same) && mutex_owner(same) != OWNER_NOT_RECOVERABLE,
        .result = is_checked ? EPERM : 0,
    };
}

/* Get it without waiting, or EBUSY. An invalid clock must reach the real function, which says so.
 */
static inline __attribute__((always_inline)) int mutex_first(pthread_mutex_t *mutex,
                                                             struct jam_limit limit)
{
    bool has_clock = limit.kind == JAM_LIMIT_CLOCK;
    if (has_clock && limit.clock != CLOCK_REALTIME && limit.clock != CLOCK_MONOTONIC)
        return EBUSY;
    if (JAM_LIKELY(!(mutex->__data.__kind & (KIND_PROTECT | KIND_ROBUST))))
        return jam_real.pthread_mutex_trylock(mutex);
    return mutex_looks_free(mutex) ? mutex_wait(mutex, limit) : EBUSY;
}

/* The owner died: the caller has the lock all the same (pthread_mutex_lock(3p)). */
static bool mutex_is_got(int result)
{
    return result == 0 || result == EOWNERDEAD;
}

static int mutex_finish(struct jam_request *request, int result)
{
    if (JAM_UNLIKELY(result == EOWNERDEAD)) /* the dead do not hold it any more */
        jam_lock_hand_over(request->target.key.address);
    if (mutex_is_got(result))
        jam_request_acquired(request);
    else
        jam_request_failed(request, result);
    return result;
}

static inline __attribute__((always_inline)) int
mutex_acquire(const struct jam_call *call, pthread_mutex_t *mutex, struct jam_limit limit)
{
    struct jam_request request;
    mutex_target(&request.target, mutex, jam_limit_flags(limit));
    if (!jam_request_begin(&request, call))
        return mutex_wait(mutex, limit);
    int result = mutex_first(mutex, limit);
    if (JAM_UNLIKELY(result == EBUSY)) {
        jam_request_block(&request, JAM_OP_LOCK, mutex_owner(mutex));
        result = mutex_wait(mutex, limit);
        jam_request_unblock(&request, mutex_is_got(result));
    }
    return mutex_finish(&request, result);
}

JAM_EXPORT int pthread_mutex_lock(pthread_mutex_t *mutex)
{
    if (jam_gil_has(mutex))
        return jam_gil_lock(JAM_CALLER(), mutex);
    return mutex_acquire(JAM_CALLER(), mutex, (struct jam_limit){0});
}

JAM_EXPORT int pthread_mutex_trylock(pthread_mutex_t *mutex)
{
    struct jam_request request;
    mutex_target(&request.target, mutex, JAM_HELD_TRY);
    if (!jam_request_begin(&request, JAM_CALLER()))
        return jam_real.pthread_mutex_trylock(mutex);
    return mutex_finish(&request, jam_real.pthread_mutex_trylock(mutex));
}

JAM_EXPORT int pthread_mutex_timedlock(pthread_mutex_t *mutex, const struct timespec *deadline)
{
    return mutex_acquire(JAM_CALLER(), mutex, (struct jam_limit){JAM_LIMIT_TIMED, 0, deadline});
}

JAM_EXPORT int pthread_mutex_clocklock(pthread_mutex_t *mutex, clockid_t clock,
                                       const struct timespec *deadline)
{
    return mutex_acquire(JAM_CALLER(), mutex, (struct jam_limit){JAM_LIMIT_CLOCK, clock, deadline});
}

JAM_EXPORT int pthread_mutex_unlock(pthread_mutex_t *mutex)
{
    struct jam_release release;
    if (jam_gil_has(mutex))
        return jam_gil_unlock(JAM_CALLER(), mutex);
    jam_release_begin(&release, mutex);
    if (JAM_UNLIKELY(jam_release_is_foreign(&release)))
        jam_check_release(release.self, JAM_CALLER(), mutex_key(mutex), jam_mutex_view(mutex));
    int result = jam_real.pthread_mutex_unlock(mutex);
    jam_release_end(&release);
    return result;
}

/* libc marks every robust mutex as one that processes share: only the attributes tell. */
static struct jam_lock_key mutex_new_key(const pthread_mutex_t *mutex,
                                         const pthread_mutexattr_t *attributes)
{
    struct jam_lock_key key = mutex_key(mutex);
    int shared = PTHREAD_PROCESS_PRIVATE;
    if (attributes)
        pthread_mutexattr_getpshared(attributes, &shared);
    if (shared == PTHREAD_PROCESS_PRIVATE)
        key.flags &= (uint16_t)~JAM_LOCK_PSHARED;
    return key;
}

JAM_EXPORT int pthread_mutex_init(pthread_mutex_t *mutex, const pthread_mutexattr_t *attributes)
{
    const struct jam_call *call = JAM_CALLER();
    int result = jam_real.pthread_mutex_init(mutex, attributes);
    struct jam_thread *self = result == 0 ? jam_enter() : NULL;
    if (self) {
        jam_emit_created(self, call, mutex_new_key(mutex, attributes));
        jam_leave(self);
        jam_gil_born_mutex(mutex);
    }
    return result;
}

JAM_EXPORT int pthread_mutex_destroy(pthread_mutex_t *mutex)
{
    const struct jam_call *call = JAM_CALLER();
    struct jam_thread *self = jam_enter();
    struct jam_lock_key key = {(uint64_t)mutex, JAM_LOCK_MUTEX, jam_mutex_death(mutex), 0};
    struct jam_view view = jam_mutex_view(mutex);
    view.result = view.is_locked ? EBUSY : 0;
    if (self)
        jam_check_end(self, call, key, view);
    int result = jam_real.pthread_mutex_destroy(mutex);
    if (self) {
        if (result == 0)
            jam_emit_destroyed(self, call, key);
        jam_leave(self);
    }
    return result;
}

/* A robust mutex keeps its identity when it is made consistent: nothing to record yet. */
JAM_EXPORT int pthread_mutex_consistent(pthread_mutex_t *mutex)
{
    return jam_real.pthread_mutex_consistent(mutex);
}

/*
 * libc locks the mutex to change its ceiling. By its holder it is not locked again; nor is what has
 * no ceiling, which is an error.
 */
JAM_EXPORT int pthread_mutex_setprioceiling(pthread_mutex_t *mutex, int ceiling, int *old)
{
    struct jam_request request;
    struct jam_release release;
    mutex_target(&request.target, mutex, 0);
    bool locks = mutex->__data.__kind & KIND_PROTECT && !jam_emit_is_held(jam_self, mutex);
    if (!locks || !jam_request_begin(&request, JAM_CALLER()))
        return jam_real.pthread_mutex_setprioceiling(mutex, ceiling, old);
    bool waits = !mutex_looks_free(mutex);
    if (waits)
        jam_request_block(&request, JAM_OP_LOCK, mutex_owner(mutex));
    int result = jam_real.pthread_mutex_setprioceiling(mutex, ceiling, old);
    if (waits)
        jam_request_unblock(&request, result == 0);
    mutex_finish(&request, result);
    if (result != 0)
        return result;
    jam_release_begin(&release, mutex);
    jam_release_end(&release);
    return result;
}

JAM_EXPORT_OLD_NAME(pthread_mutex_init);
JAM_EXPORT_OLD_NAME(pthread_mutex_destroy);
JAM_EXPORT_OLD_NAME(pthread_mutex_lock);
JAM_EXPORT_OLD_NAME(pthread_mutex_trylock);
JAM_EXPORT_OLD_NAME(pthread_mutex_unlock);
