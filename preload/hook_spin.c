/*
 * pthread_spin_*: POSIX.1-2017 spin locks.
 *
 * A spin lock is held like a mutex, but libc does not know by whom: who finds it taken looks for
 * the holder in the other threads' held lists before it begins to spin.
 */
#include "check.h"
#include "real.h"

#include <errno.h>

static struct jam_lock_key spin_key(const volatile void *lock)
{
    return (struct jam_lock_key){(uint64_t)lock, JAM_LOCK_SPIN, 0, 0};
}

/* glibc's free spin lock is 1 on x86. */
static struct jam_view spin_view(const pthread_spinlock_t *lock)
{
    return (struct jam_view){.is_locked = __atomic_load_n(lock, __ATOMIC_RELAXED) != 1};
}

static int spin_finish(struct jam_request *request, int result)
{
    if (result == 0)
        jam_request_acquired(request);
    else
        jam_request_failed(request, result);
    return result;
}

JAM_EXPORT int pthread_spin_lock(pthread_spinlock_t *lock)
{
    struct jam_request request;
    jam_target_init(&request.target, lock, JAM_LOCK_SPIN);
    if (!jam_request_begin(&request, JAM_CALLER()))
        return jam_real.pthread_spin_lock(lock);
    int result = jam_real.pthread_spin_trylock(lock);
    if (JAM_UNLIKELY(result == EBUSY)) {
        jam_request_block(&request, JAM_OP_LOCK, 0);
        result = jam_real.pthread_spin_lock(lock);
        jam_request_unblock(&request, result == 0);
    }
    return spin_finish(&request, result);
}

JAM_EXPORT int pthread_spin_trylock(pthread_spinlock_t *lock)
{
    struct jam_request request;
    jam_target_init(&request.target, lock, JAM_LOCK_SPIN);
    request.target.flags = JAM_HELD_TRY;
    if (!jam_request_begin(&request, JAM_CALLER()))
        return jam_real.pthread_spin_trylock(lock);
    return spin_finish(&request, jam_real.pthread_spin_trylock(lock));
}

JAM_EXPORT int pthread_spin_unlock(pthread_spinlock_t *lock)
{
    struct jam_release release;
    jam_release_begin(&release, (const void *)lock);
    if (JAM_UNLIKELY(jam_release_is_foreign(&release)))
        jam_check_release(release.self, JAM_CALLER(), spin_key(lock), spin_view(lock));
    int result = jam_real.pthread_spin_unlock(lock);
    jam_release_end(&release);
    return result;
}

JAM_EXPORT int pthread_spin_init(pthread_spinlock_t *lock, int is_shared)
{
    const struct jam_call *call = JAM_CALLER();
    int result = jam_real.pthread_spin_init(lock, is_shared);
    struct jam_thread *self = result == 0 ? jam_enter() : NULL;
    if (self) {
        struct jam_lock_key key = spin_key(lock);
        key.flags = is_shared == PTHREAD_PROCESS_SHARED ? JAM_LOCK_PSHARED : 0;
        jam_emit_created(self, call, key);
        jam_leave(self);
    }
    return result;
}

JAM_EXPORT int pthread_spin_destroy(pthread_spinlock_t *lock)
{
    const struct jam_call *call = JAM_CALLER();
    struct jam_thread *self = jam_enter();
    if (self)
        jam_check_end(self, call, spin_key(lock), spin_view(lock));
    int result = jam_real.pthread_spin_destroy(lock);
    if (self) {
        if (result == 0)
            jam_emit_destroyed(self, call, spin_key(lock));
        jam_leave(self);
    }
    return result;
}
