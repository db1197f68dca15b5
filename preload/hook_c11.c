/*
 * <threads.h>: mtx_*, cnd_*, thrd_* of C11; call_once is in hook_once.c.
 *
 * libc implements them by its pthread functions, called inside, where no hook sees it. The objects
 * are the same (a mtx_t is a pthread_mutex_t and so on), so they have the same kinds here. What
 * differs is that answers are thrd_success, thrd_busy and so on instead of errno values.
 */
#include "hook_cond.h"
#include "hook_mutex.h"
#include "hook_thread.h"
#include "real.h"

#include <errno.h>

/* An answer of these functions, as jam_request_failed wants it. */
static int c11_error(int result)
{
    static const int errors[] = {
        [thrd_success] = 0,    [thrd_busy] = EBUSY,         [thrd_error] = EINVAL,
        [thrd_nomem] = ENOMEM, [thrd_timedout] = ETIMEDOUT,
    };
    return (unsigned)result < sizeof errors / sizeof *errors ? errors[result] : EINVAL;
}

/* --- mutexes --- */

/* C11 knows two types: plain (which all may be locked with a limit), and recursive. */
static uint16_t mtx_flags(const mtx_t *mutex)
{
    const pthread_mutex_t *same = (const pthread_mutex_t *)mutex;
    bool is_recursive = (same->__data.__kind & 3) == PTHREAD_MUTEX_RECURSIVE_NP;
    return (is_recursive ? JAM_LOCK_RECURSIVE : 0) | jam_mutex_death(mutex);
}

static struct jam_lock_key mtx_key(const mtx_t *mutex)
{
    return (struct jam_lock_key){(uint64_t)mutex, JAM_LOCK_MUTEX, mtx_flags(mutex), 0};
}

static void mtx_target(struct jam_target *target, const mtx_t *mutex, uint16_t held_flags)
{
    jam_target_init(target, mutex, JAM_LOCK_MUTEX);
    target->key.flags = mtx_flags(mutex);
    target->flags = held_flags;
}

static uint32_t mtx_owner(const mtx_t *mutex)
{
    const pthread_mutex_t *same = (const pthread_mutex_t *)mutex;
    return (uint32_t)__atomic_load_n(&same->__data.__owner, __ATOMIC_RELAXED);
}

static int mtx_wait(mtx_t *mutex, struct jam_limit limit)
{
    return limit.kind == JAM_LIMIT_NONE ? jam_real.mtx_lock(mutex)
                                        : jam_real.mtx_timedlock(mutex, limit.deadline);
}

static int mtx_finish(struct jam_request *request, int result)
{
    if (result == thrd_success)
        jam_request_acquired(request);
    else
        jam_request_failed(request, c11_error(result));
    return result;
}

static int mtx_acquire(const struct jam_call *call, mtx_t *mutex, struct jam_limit limit)
{
    struct jam_request request;
    mtx_target(&request.target, mutex, jam_limit_flags(limit));
    if (!jam_request_begin(&request, call))
        return mtx_wait(mutex, limit);
    int result = jam_real.mtx_trylock(mutex);
    if (JAM_UNLIKELY(result == thrd_busy)) {
        jam_request_block(&request, JAM_OP_LOCK, mtx_owner(mutex));
        result = mtx_wait(mutex, limit);
        jam_request_unblock(&request, result == thrd_success);
    }
    return mtx_finish(&request, result);
}

JAM_EXPORT int mtx_lock(mtx_t *mutex)
{
    return mtx_acquire(JAM_CALLER(), mutex, (struct jam_limit){0});
}

JAM_EXPORT int mtx_timedlock(mtx_t *mutex, const struct timespec *deadline)
{
    return mtx_acquire(JAM_CALLER(), mutex, (struct jam_limit){JAM_LIMIT_TIMED, 0, deadline});
}

JAM_EXPORT int mtx_trylock(mtx_t *mutex)
{
    struct jam_request request;
    mtx_target(&request.target, mutex, JAM_HELD_TRY);
    if (!jam_request_begin(&request, JAM_CALLER()))
        return jam_real.mtx_trylock(mutex);
    return mtx_finish(&request, jam_real.mtx_trylock(mutex));
}

JAM_EXPORT int mtx_unlock(mtx_t *mutex)
{
    struct jam_release release;
    jam_release_begin(&release, mutex);
    if (JAM_UNLIKELY(jam_release_is_foreign(&release)))
        jam_check_release(release.self, JAM_CALLER(), mtx_key(mutex), jam_mutex_view(mutex));
    int result = jam_real.mtx_unlock(mutex);
    jam_release_end(&release);
    return result;
}

JAM_EXPORT int mtx_init(mtx_t *mutex, int type)
{
    const struct jam_call *call = JAM_CALLER();
    int result = jam_real.mtx_init(mutex, type);
    struct jam_thread *self = result == thrd_success ? jam_enter() : NULL;
    if (self) {
        jam_emit_created(self, call, mtx_key(mutex));
        jam_leave(self);
    }
    return result;
}

JAM_EXPORT void mtx_destroy(mtx_t *mutex)
{
    const struct jam_call *call = JAM_CALLER();
    struct jam_thread *self = jam_enter();
    struct jam_lock_key key = {(uint64_t)mutex, JAM_LOCK_MUTEX, jam_mutex_death(mutex), 0};
    if (self)
        jam_check_end(self, call, key, jam_mutex_view(mutex));
    jam_real.mtx_destroy(mutex);
    if (self) {
        jam_emit_destroyed(self, call, key);
        jam_leave(self);
    }
}

/* --- conditions --- */

static int cnd_real_wait(const struct jam_cond_wait *wait)
{
    return wait->limit.kind == JAM_LIMIT_NONE
               ? jam_real.cnd_wait(wait->cond, wait->mutex)
               : jam_real.cnd_timedwait(wait->cond, wait->mutex, wait->limit.deadline);
}

JAM_EXPORT int cnd_wait(cnd_t *cond, mtx_t *mutex)
{
    struct jam_cond_wait wait = {.call = JAM_CALLER(),
                                 .cond = cond,
                                 .mutex = mutex,
                                 .real = cnd_real_wait,
                                 .error_of = c11_error};
    return jam_cond_wait(&wait);
}

JAM_EXPORT int cnd_timedwait(cnd_t *cond, mtx_t *mutex, const struct timespec *deadline)
{
    struct jam_cond_wait wait = {.call = JAM_CALLER(),
                                 .cond = cond,
                                 .mutex = mutex,
                                 .limit = {JAM_LIMIT_TIMED, 0, deadline},
                                 .real = cnd_real_wait,
                                 .error_of = c11_error};
    return jam_cond_wait(&wait);
}

JAM_EXPORT int cnd_signal(cnd_t *cond)
{
    jam_cond_woken(JAM_CALLER(), cond, false);
    return jam_real.cnd_signal(cond);
}

JAM_EXPORT int cnd_broadcast(cnd_t *cond)
{
    jam_cond_woken(JAM_CALLER(), cond, true);
    return jam_real.cnd_broadcast(cond);
}

JAM_EXPORT int cnd_init(cnd_t *cond)
{
    const struct jam_call *call = JAM_CALLER();
    int result = jam_real.cnd_init(cond);
    if (result == thrd_success)
        jam_cond_created(call, cond);
    return result;
}

JAM_EXPORT void cnd_destroy(cnd_t *cond)
{
    jam_cond_destroyed(JAM_CALLER(), cond);
    jam_real.cnd_destroy(cond);
}

/* --- threads --- */

/* The start routine passes through our hands as a pointer to a function of another type. */
JAM_EXPORT int thrd_create(thrd_t *thread, thrd_start_t routine, void *argument)
{
    void *(*as_pthread)(void *) = (void *(*)(void *))(void (*)(void))routine;
    struct jam_life_start *start = jam_life_create(JAM_CALLER(), as_pthread, argument, false);
    if (!start)
        return jam_real.thrd_create(thread, routine, argument);
    struct jam_thread_record *record = jam_life_record(start);
    int result = jam_real.thrd_create(thread, jam_life_trampoline_c11, start);
    if (result == thrd_success)
        jam_life_created(record, (uint64_t)*thread);
    else
        jam_life_not_created(start);
    return result;
}

static int thrd_real_join(const struct jam_join *join)
{
    return jam_real.thrd_join(join->thread, join->value);
}

JAM_EXPORT int thrd_join(thrd_t thread, int *value)
{
    struct jam_join join = {
        .thread = thread, .value = value, .real = thrd_real_join, .error_of = c11_error};
    return jam_join(&join, JAM_CALLER());
}

JAM_EXPORT int thrd_detach(thrd_t thread)
{
    struct jam_thread_record *record = jam_thread_find_pthread((uint64_t)thread);
    int result = jam_real.thrd_detach(thread);
    if (result == thrd_success && record)
        jam_thread_flag(record, JAM_THREAD_DETACHED);
    return result;
}

/* As pthread_exit: the trampoline sees the end of the threads that we started. */
JAM_EXPORT void thrd_exit(int value)
{
    if (!jam_thread_has_trampoline())
        jam_life_ended();
    jam_real.thrd_exit(value);
    __builtin_unreachable();
}
