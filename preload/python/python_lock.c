/* Locks that are semaphores: the wrapper tells the hooks inside what was asked for. */
#include "python/python_lock.h"
#include "python/python.h"
#include "python/python_arguments.h"

__thread uint8_t jam_python_acquire;

static __thread uint16_t lock_flags; /* of the lock whose method this is */

static void *acquire_as(enum jam_python_acquire kind, const struct jam_python_method *method,
                        void *self, void *const rest[5])
{
    uint8_t outer = jam_python_acquire;
    uint16_t outer_flags = lock_flags;
    jam_python_acquire = (uint8_t)kind;
    lock_flags = method->lock_flags;
    jam_python_has_gil();
    void *result = jam_python_forward(method, self, rest);
    jam_python_may_lose_gil();
    jam_python_acquire = outer;
    lock_flags = outer_flags;
    return result;
}

void *jam_python_semaphore_acquire(const struct jam_python_method *method, void *self,
                                   void *const rest[5], const struct jam_call *caller)
{
    (void)caller;
    return acquire_as(jam_python_acquire_kind(method, rest), method, self, rest);
}

void *jam_python_semaphore_restore(const struct jam_python_method *method, void *self,
                                   void *const rest[5], const struct jam_call *caller)
{
    (void)caller;
    return acquire_as(JAM_PYTHON_BLOCKING, method, self, rest);
}

void jam_python_note_semaphore(struct jam_lock_record *lock)
{
    uint16_t flags = lock_flags;
    if (JAM_UNLIKELY((lock->flags & flags) != flags))
        __atomic_fetch_or(&lock->flags, flags, __ATOMIC_RELAXED);
}
