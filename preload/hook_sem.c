/*
 * sem_*: POSIX.1-2017 semaphores, unnamed and named, with sem_clockwait of glibc 2.30.
 *
 * sem_wait is a cancellation point even when it need not wait. glibc acts on a pending
 * cancellation first and then tries; so do we, and the rest is the same as without us. Whether a
 * semaphore is a lock, held from wait to post, or a signal, is found out by its use (lock.h).
 */
#include "check.h"
#include "limit.h"
#include "python/python_park.h"
#include "real.h"

#include <errno.h>

/* The value is the first word in glibc 2.21 and later; a different one costs wrong guesses. */
static uint32_t sem_value(const sem_t *sem)
{
    return __atomic_load_n((const uint32_t *)sem, __ATOMIC_RELAXED);
}

/* Shared among processes: not 0 behind the value and the waiters, in glibc 2.21 and later. */
static uint16_t sem_flags(const sem_t *sem)
{
    const int *is_shared = (const int *)sem + 2;
    return *is_shared ? JAM_LOCK_PSHARED : 0;
}

static void sem_target(struct jam_target *target, const sem_t *sem, uint16_t held_flags)
{
    jam_target_init(target, sem, JAM_LOCK_SEM);
    target->key.flags = sem_flags(sem);
    target->key.value = sem_value(sem);
    target->flags = held_flags;
}

/* Of one whose state does not matter. */
static struct jam_lock_key sem_key(const sem_t *sem)
{
    return (struct jam_lock_key){(uint64_t)sem, JAM_LOCK_SEM, 0, 0};
}

/* Like sem_trywait, but errno stays as it was when the answer is "would wait". */
static bool sem_try(sem_t *sem)
{
    int saved_errno = errno;
    bool got_it = jam_real.sem_trywait(sem) == 0;
    errno = saved_errno;
    return got_it;
}

/* `result` and errno are the real function's; both go back untouched. */
static int sem_finish(struct jam_request *request, int result)
{
    if (result == 0)
        jam_request_acquired_semaphore(request);
    else
        jam_request_failed(request, errno);
    return result;
}

/* A wait that is cancelled leaves through here: the thread no longer waits. */
static void sem_cancelled(void *argument)
{
    struct jam_request *request = argument;
    jam_request_unblock(request, false);
    jam_request_failed(request, ECANCELED);
}

static int sem_real_wait(sem_t *sem, struct jam_limit limit)
{
    switch (limit.kind) {
    case JAM_LIMIT_TIMED:
        return jam_real.sem_timedwait(sem, limit.deadline);
    case JAM_LIMIT_CLOCK:
        return jam_real.sem_clockwait(sem, limit.clock, limit.deadline);
    default:
        return jam_real.sem_wait(sem);
    }
}

static int sem_wait_blocking(struct jam_request *request, sem_t *sem, struct jam_limit limit)
{
    int result;
    jam_request_block(request, JAM_OP_SEM_WAIT, 0);
    pthread_cleanup_push(sem_cancelled, request);
    result = sem_real_wait(sem, limit);
    pthread_cleanup_pop(0);
    jam_request_unblock(request, result == 0);
    return sem_finish(request, result);
}

/* glibc answers EINVAL for an invalid limit before it looks at anything else. */
static int sem_acquire(const struct jam_call *call, sem_t *sem, struct jam_limit limit)
{
    struct jam_request request;
    bool is_valid = jam_limit_is_valid(limit);
    if (JAM_UNLIKELY(jam_python_parks) && jam_python_park_is(sem))
        return jam_python_park_wait(sem, limit, call, sem_real_wait);
    if (is_valid)
        pthread_testcancel();
    sem_target(&request.target, sem, jam_limit_flags(limit));
    if (!jam_request_begin(&request, call))
        return sem_real_wait(sem, limit);
    if (is_valid && sem_try(sem))
        return sem_finish(&request, 0);
    return sem_wait_blocking(&request, sem, limit);
}

JAM_EXPORT int sem_wait(sem_t *sem)
{
    return sem_acquire(JAM_CALLER(), sem, (struct jam_limit){0});
}

JAM_EXPORT int sem_timedwait(sem_t *sem, const struct timespec *deadline)
{
    return sem_acquire(JAM_CALLER(), sem, (struct jam_limit){JAM_LIMIT_TIMED, 0, deadline});
}

JAM_EXPORT int sem_clockwait(sem_t *sem, clockid_t clock, const struct timespec *deadline)
{
    return sem_acquire(JAM_CALLER(), sem, (struct jam_limit){JAM_LIMIT_CLOCK, clock, deadline});
}

JAM_EXPORT int sem_trywait(sem_t *sem)
{
    struct jam_request request;
    uint16_t flags = jam_emit_try_flags();
    sem_target(&request.target, sem, flags);
    if (!jam_request_begin(&request, JAM_CALLER()))
        return jam_real.sem_trywait(sem);
    int result = jam_real.sem_trywait(sem);
    if (result == 0 || flags & JAM_HELD_TRY)
        return sem_finish(&request, result);
    jam_request_withdraw(&request);
    return result;
}

JAM_EXPORT int sem_post(sem_t *sem)
{
    struct jam_target target;
    struct jam_release release;
    if (JAM_UNLIKELY(jam_python_parks) && jam_python_park_wakes(sem, JAM_CALLER()))
        return jam_real.sem_post(sem);
    sem_target(&target, sem, 0);
    jam_release_begin_post(&release, JAM_CALLER(), &target.key);
    int result = jam_real.sem_post(sem);
    jam_release_end(&release);
    if (JAM_UNLIKELY(result != 0))
        jam_check_answer(JAM_CALLER(), sem_key(sem), errno);
    return result;
}

JAM_EXPORT int sem_init(sem_t *sem, int is_shared, unsigned value)
{
    const struct jam_call *call = JAM_CALLER();
    int result = jam_real.sem_init(sem, is_shared, value);
    if (JAM_UNLIKELY(jam_python_parks) && value == 0 && jam_python_park_begin(sem, call))
        return result;
    if (JAM_UNLIKELY(result != 0))
        jam_check_answer(call, sem_key(sem), errno);
    struct jam_thread *self = result == 0 ? jam_enter() : NULL;
    if (self) {
        uint16_t flags = is_shared ? JAM_LOCK_PSHARED : 0;
        jam_emit_created(self, call,
                         (struct jam_lock_key){(uint64_t)sem, JAM_LOCK_SEM, flags, value});
        jam_leave(self);
    }
    return result;
}

static void sem_check_end(struct jam_thread *self, const struct jam_call *call, const sem_t *sem)
{
    struct jam_view view = {.is_locked = sem_value(sem) == 0};
    if (self)
        jam_check_end(self, call, sem_key(sem), view);
}

/* The end of a semaphore's life, by sem_destroy or sem_close. */
static void sem_end(struct jam_thread *self, const struct jam_call *call, const sem_t *sem,
                    int result)
{
    if (!self)
        return;
    if (result == 0)
        jam_emit_destroyed(self, call, sem_key(sem));
    jam_leave(self);
}

JAM_EXPORT int sem_destroy(sem_t *sem)
{
    const struct jam_call *call = JAM_CALLER();
    if (JAM_UNLIKELY(jam_python_parks) && jam_python_park_is(sem)) {
        jam_python_park_end();
        return jam_real.sem_destroy(sem);
    }
    struct jam_thread *self = jam_enter();
    sem_check_end(self, call, sem);
    int result = jam_real.sem_destroy(sem);
    sem_end(self, call, sem, result);
    return result;
}

/*
 * Named semaphores: libc gives everybody who opens a name in this process the same address, and the
 * semaphore is there until it was closed as often. Beyond 64 at once the first close ends it for us.
 */
enum { SEMS_NAMED = 64 };
static struct {
    const sem_t *sem; /* atomic; NULL = free */
    uint32_t opens;   /* atomic */
} sems_named[SEMS_NAMED];

/* The place of this semaphore; with NULL a free one. SEMS_NAMED: there is none. */
static unsigned sem_find_named(const sem_t *sem)
{
    unsigned i = 0;
    while (i < SEMS_NAMED && __atomic_load_n(&sems_named[i].sem, __ATOMIC_ACQUIRE) != sem)
        i++;
    return i;
}

/* Whether it was not open before. */
static bool sem_note_open(const sem_t *sem)
{
    unsigned i = sem_find_named(sem);
    if (i < SEMS_NAMED)
        return __atomic_fetch_add(&sems_named[i].opens, 1, __ATOMIC_RELAXED) == 0;
    while ((i = sem_find_named(NULL)) < SEMS_NAMED) {
        const sem_t *none = NULL;
        if (__atomic_compare_exchange_n(&sems_named[i].sem, &none, sem, false, __ATOMIC_RELEASE,
                                        __ATOMIC_RELAXED))
            return __atomic_fetch_add(&sems_named[i].opens, 1, __ATOMIC_RELAXED) == 0;
    }
    return true;
}

/* Whether this close is the last one. */
static bool sem_note_close(const sem_t *sem)
{
    unsigned i = sem_find_named(sem);
    if (i == SEMS_NAMED)
        return true;
    if (__atomic_sub_fetch(&sems_named[i].opens, 1, __ATOMIC_RELAXED) > 0)
        return false;
    __atomic_store_n(&sems_named[i].sem, NULL, __ATOMIC_RELEASE);
    return true;
}

JAM_EXPORT sem_t *sem_open(const char *name, int flags, ...)
{
    const struct jam_call *call = JAM_CALLER();
    mode_t mode = JAM_FURTHER_ARGUMENT(flags, 0, mode_t);
    unsigned value = JAM_FURTHER_ARGUMENT(flags, 1, unsigned);
    sem_t *sem = jam_real.sem_open(name, flags, mode, value);
    bool is_new = sem != SEM_FAILED && sem_note_open(sem);
    struct jam_thread *self = is_new ? jam_enter() : NULL;
    if (self) {
        jam_emit_created(self, call,
                         (struct jam_lock_key){(uint64_t)sem, JAM_LOCK_SEM, JAM_LOCK_PSHARED,
                                               (uint32_t)sem_value(sem)});
        jam_leave(self);
    }
    return sem;
}

/* The name goes, the semaphore stays until it is closed: nothing to record. */
JAM_EXPORT int sem_unlink(const char *name)
{
    return jam_real.sem_unlink(name);
}

JAM_EXPORT int sem_close(sem_t *sem)
{
    const struct jam_call *call = JAM_CALLER();
    bool is_last = sem_note_close(sem);
    struct jam_thread *self = is_last ? jam_enter() : NULL;
    sem_check_end(self, call, sem);
    int result = jam_real.sem_close(sem);
    sem_end(self, call, sem, result);
    return result;
}
