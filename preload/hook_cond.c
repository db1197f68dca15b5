/*
 * pthread_cond_*: POSIX.1-2017, with pthread_cond_clockwait of glibc 2.30, and the versions of
 * before glibc 2.3.2 that old binaries still ask for.
 *
 * A wait gives the mutex back and takes it again inside libc, where no hook sees it: recorded here
 * as a release before and an acquisition after. A wait that is cancelled has its mutex again when
 * the cleanup handlers run, so our own handler puts it back into the held list first.
 */
#include "hook_cond.h"
#include "python/gil.h"
#include "hook_mutex.h"
#include "real.h"

#include <errno.h>

/*
 * Bit of __wrefs in glibc 2.25 and later. The conditions of before glibc 2.3.2 are as large and have
 * zeros there. A child of fork(2) has not seen how the condition was made: it is asked itself.
 */
#define COND_SHARED 1

static uint16_t cond_flags(const void *cond)
{
    unsigned state =
        __atomic_load_n(&((const pthread_cond_t *)cond)->__data.__wrefs, __ATOMIC_RELAXED);
    return state & COND_SHARED ? JAM_LOCK_PSHARED : 0;
}

static struct jam_lock_key cond_key(const void *cond)
{
    return (struct jam_lock_key){(uint64_t)cond, JAM_LOCK_COND, cond_flags(cond), 0};
}

static bool cond_begin(struct jam_cond_wait *wait)
{
    struct jam_target *target = &wait->request.target;
    jam_target_init(target, wait->cond, JAM_LOCK_COND);
    target->key.flags = cond_flags(wait->cond);
    target->flags = jam_limit_flags(wait->limit);
    if (!jam_request_begin(&wait->request, wait->call))
        return false;
    struct jam_thread *self = wait->request.self;
    const struct jam_lock_record *mutex =
        jam_lock_find((struct jam_lock_key){(uint64_t)wait->mutex, JAM_LOCK_MUTEX, 0, 0});
    struct jam_view view = jam_mutex_view(wait->mutex);
    target->partner = mutex ? mutex->id : 0;
    wait->request.lock->partner = target->partner;
    uint16_t again = jam_emit_is_reacquired(self, wait->mutex) ? JAM_EVENT_WAIT_AGAIN : 0;
    wait->had_mutex = jam_emit_release(self, wait->mutex, &wait->was_reentry);
    jam_check_cond(&wait->request, mutex, view, wait->had_mutex);
    jam_request_depend_cond(&wait->request, wait->was_reentry ? NULL : mutex);
    jam_request_block(&wait->request, JAM_OP_COND_WAIT | again, 0);
    return true;
}

/* The mutex is ours again: libc has taken it. */
static void cond_reacquired(const struct jam_cond_wait *wait)
{
    struct jam_request request;
    jam_target_init(&request.target, wait->mutex, JAM_LOCK_MUTEX);
    request.target.flags = JAM_HELD_REACQUIRED | (wait->was_reentry ? JAM_HELD_REENTRY : 0);
    if (jam_request_begin(&request, wait->call))
        jam_request_acquired(&request);
}

static void cond_end(struct jam_cond_wait *wait, int result)
{
    jam_request_unblock(&wait->request, result == 0);
    if (result == 0)
        jam_request_passed(&wait->request);
    else
        jam_request_failed(&wait->request, result);
    /* An error other than ETIMEDOUT means that the mutex was never given back. */
    if (wait->had_mutex)
        cond_reacquired(wait);
}

static void cond_cancelled(void *argument)
{
    cond_end(argument, ECANCELED);
}

int jam_cond_wait(struct jam_cond_wait *wait)
{
    int result;
    if (!cond_begin(wait))
        return wait->real(wait);
    pthread_cleanup_push(cond_cancelled, wait);
    result = wait->real(wait);
    pthread_cleanup_pop(0);
    cond_end(wait, wait->error_of ? wait->error_of(result) : result);
    return result;
}

void jam_cond_woken(const struct jam_call *call, const void *cond, bool is_broadcast)
{
    struct jam_thread *self = jam_enter();
    if (!self)
        return;
    jam_emit_wake(self, call, cond_key(cond), is_broadcast);
    jam_leave(self);
}

void jam_cond_created(const struct jam_call *call, const void *cond)
{
    struct jam_thread *self = jam_enter();
    if (!self)
        return;
    jam_emit_created(self, call, cond_key(cond));
    jam_leave(self);
}

void jam_cond_destroyed(const struct jam_call *call, const void *cond)
{
    struct jam_thread *self = jam_enter();
    if (!self)
        return;
    jam_check_end(self, call, cond_key(cond), (struct jam_view){.is_locked = true});
    jam_emit_destroyed(self, call, cond_key(cond));
    jam_leave(self);
}

/* --- pthread_cond_* --- */

static int cond_real_wait(const struct jam_cond_wait *wait)
{
    switch (wait->limit.kind) {
    case JAM_LIMIT_TIMED:
        return jam_real.pthread_cond_timedwait(wait->cond, wait->mutex, wait->limit.deadline);
    case JAM_LIMIT_CLOCK:
        return jam_real.pthread_cond_clockwait(wait->cond, wait->mutex, wait->limit.clock,
                                               wait->limit.deadline);
    default:
        return jam_real.pthread_cond_wait(wait->cond, wait->mutex);
    }
}

JAM_EXPORT int pthread_cond_wait_current(pthread_cond_t *cond, pthread_mutex_t *mutex)
{
    if (jam_gil_has(cond))
        return jam_gil_wait(JAM_CALLER(), cond, mutex, NULL);
    struct jam_cond_wait wait = {
        .call = JAM_CALLER(), .cond = cond, .mutex = mutex, .real = cond_real_wait};
    return jam_cond_wait(&wait);
}

JAM_EXPORT int pthread_cond_timedwait_current(pthread_cond_t *cond, pthread_mutex_t *mutex,
                                              const struct timespec *deadline)
{
    if (jam_gil_has(cond))
        return jam_gil_wait(JAM_CALLER(), cond, mutex, deadline);
    struct jam_cond_wait wait = {.call = JAM_CALLER(),
                                 .cond = cond,
                                 .mutex = mutex,
                                 .limit = {JAM_LIMIT_TIMED, 0, deadline},
                                 .real = cond_real_wait};
    return jam_cond_wait(&wait);
}

JAM_EXPORT int pthread_cond_clockwait(pthread_cond_t *cond, pthread_mutex_t *mutex, clockid_t clock,
                                      const struct timespec *deadline)
{
    struct jam_cond_wait wait = {.call = JAM_CALLER(),
                                 .cond = cond,
                                 .mutex = mutex,
                                 .limit = {JAM_LIMIT_CLOCK, clock, deadline},
                                 .real = cond_real_wait};
    return jam_cond_wait(&wait);
}

JAM_EXPORT int pthread_cond_signal_current(pthread_cond_t *cond)
{
    if (!jam_gil_has(cond))
        jam_cond_woken(JAM_CALLER(), cond, false);
    return jam_real.pthread_cond_signal(cond);
}

JAM_EXPORT int pthread_cond_broadcast_current(pthread_cond_t *cond)
{
    jam_cond_woken(JAM_CALLER(), cond, true);
    return jam_real.pthread_cond_broadcast(cond);
}

JAM_EXPORT int pthread_cond_init_current(pthread_cond_t *cond, const pthread_condattr_t *attributes)
{
    const struct jam_call *call = JAM_CALLER();
    int result = jam_real.pthread_cond_init(cond, attributes);
    if (result == 0 && !jam_gil_born_cond(call, cond))
        jam_cond_created(call, cond);
    return result;
}

/* Before the real one: afterwards the memory may be another thread's new condition. */
JAM_EXPORT int pthread_cond_destroy_current(pthread_cond_t *cond)
{
    const struct jam_call *call = JAM_CALLER();
    if (!jam_gil_ended(call, cond))
        jam_cond_destroyed(call, cond);
    return jam_real.pthread_cond_destroy(cond);
}

/* --- versions of before glibc 2.3.2 --- */

static int cond_real_wait_compat(const struct jam_cond_wait *wait)
{
    return wait->limit.kind == JAM_LIMIT_NONE
               ? jam_real.pthread_cond_wait_compat(wait->cond, wait->mutex)
               : jam_real.pthread_cond_timedwait_compat(wait->cond, wait->mutex,
                                                        wait->limit.deadline);
}

JAM_EXPORT int pthread_cond_wait_compat(pthread_cond_t *cond, pthread_mutex_t *mutex)
{
    struct jam_cond_wait wait = {
        .call = JAM_CALLER(), .cond = cond, .mutex = mutex, .real = cond_real_wait_compat};
    return jam_cond_wait(&wait);
}

JAM_EXPORT int pthread_cond_timedwait_compat(pthread_cond_t *cond, pthread_mutex_t *mutex,
                                             const struct timespec *deadline)
{
    struct jam_cond_wait wait = {.call = JAM_CALLER(),
                                 .cond = cond,
                                 .mutex = mutex,
                                 .limit = {JAM_LIMIT_TIMED, 0, deadline},
                                 .real = cond_real_wait_compat};
    return jam_cond_wait(&wait);
}

JAM_EXPORT int pthread_cond_signal_compat(pthread_cond_t *cond)
{
    jam_cond_woken(JAM_CALLER(), cond, false);
    return jam_real.pthread_cond_signal_compat(cond);
}

JAM_EXPORT int pthread_cond_broadcast_compat(pthread_cond_t *cond)
{
    jam_cond_woken(JAM_CALLER(), cond, true);
    return jam_real.pthread_cond_broadcast_compat(cond);
}

JAM_EXPORT int pthread_cond_init_compat(pthread_cond_t *cond, const pthread_condattr_t *attributes)
{
    const struct jam_call *call = JAM_CALLER();
    int result = jam_real.pthread_cond_init_compat(cond, attributes);
    if (result == 0)
        jam_cond_created(call, cond);
    return result;
}

JAM_EXPORT int pthread_cond_destroy_compat(pthread_cond_t *cond)
{
    jam_cond_destroyed(JAM_CALLER(), cond);
    return jam_real.pthread_cond_destroy_compat(cond);
}

#define COND_VERSION(name)                                                                         \
    __asm__(".symver " #name "_compat," #name "@" JAM_COND_COMPAT_VERSION);                        \
    __asm__(".symver " #name "_current," #name "@@" JAM_COND_VERSION);

COND_VERSION(pthread_cond_init)
COND_VERSION(pthread_cond_destroy)
COND_VERSION(pthread_cond_wait)
COND_VERSION(pthread_cond_timedwait)
COND_VERSION(pthread_cond_signal)
COND_VERSION(pthread_cond_broadcast)
