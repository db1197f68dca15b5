/*
 * Locks that are a byte in their object (struct _PyMutex, Include/cpython/lock.h): the wrappers of
 * their methods tell what libc does not see. They run with the GIL, so that a lock's state does not
 * change under them; a wait inside the original lets go of it.
 */
#include "python/python_lock.h"
#include "python/python.h"
#include "python/python_arguments.h"

#include <errno.h>
#include <pthread.h>
#include <stddef.h>

/* Of both types from the start of the object; what follows is of RLock alone. */
enum {
    LOCK_BYTE = 16,
    LOCK_OWNER = 24,  /* pthread_t */
    LOCK_LEVELS = 32, /* taken so often more than once */
};

static bool is_locked(const void *object)
{
    return *((const uint8_t *)object + LOCK_BYTE) & 1;
}

/* Whether the calling thread has this RLock. */
static bool is_owned(const void *object)
{
    return is_locked(object) &&
           *(const uint64_t *)((const char *)object + LOCK_OWNER) == (uint64_t)pthread_self();
}

static bool is_reentrant(const struct jam_python_method *method)
{
    return method->lock_flags & JAM_LOCK_OF_RLOCK;
}

static struct jam_lock_key key_of(const struct jam_python_method *method, const void *object,
                                  uint32_t value)
{
    return (struct jam_lock_key){(uint64_t)object + LOCK_BYTE, JAM_LOCK_SEM, method->lock_flags,
                                 value};
}

/* --- acquiring --- */

/*
 * An acquire under way: the original runs, which may run Python code (signal handlers) that acquires
 * again. They lie in the frames of the wrappers. A thread that leaves through pthread_exit forgets
 * to take its own out; its frame is then below the stack pointer.
 */
struct open {
    struct open *outer;
    struct jam_request request;
};
static __thread struct open *innermost;

struct jam_request *jam_python_mutex_request(uint64_t address, uint64_t sp)
{
    bool is_it =
        innermost && (uint64_t)innermost > sp && innermost->request.target.key.address == address;
    return is_it ? &innermost->request : NULL;
}

static bool open_begin(struct open *open, enum jam_python_acquire kind,
                       const struct jam_call *caller)
{
    static const uint16_t flags[] = {
        [JAM_PYTHON_TRY] = JAM_HELD_TRY,
        [JAM_PYTHON_TIMED] = JAM_HELD_TIMED,
        [JAM_PYTHON_BLOCKING] = 0,
    };
    open->request.target.flags = flags[kind];
    uint8_t outer = jam_python_acquire;
    jam_python_acquire = (uint8_t)kind;
    jam_python_has_gil();
    bool is_recorded = jam_request_begin(&open->request, caller);
    jam_python_may_lose_gil();
    jam_python_acquire = outer;
    if (!is_recorded)
        return false;
    open->outer = innermost;
    innermost = open;
    jam_leave(open->request.self);
    return true;
}

/* How it went: 0, or the error of a try, of a timed wait, or of one that an exception ended. */
static void open_end(struct open *open, int error)
{
    innermost = open->outer;
    struct jam_thread *self = jam_enter();
    if (self != open->request.self) { /* forked meanwhile: the request is the parent's */
        if (self)
            jam_leave(self);
        return;
    }
    if (error == 0)
        jam_request_acquired_semaphore(&open->request);
    else
        jam_request_failed(&open->request, error);
}

static int error_of(const void *result, enum jam_python_acquire kind)
{
    if (!result)
        return ECANCELED;
    if (!jam_python_is_false(result))
        return 0;
    return kind == JAM_PYTHON_TRY ? EAGAIN : ETIMEDOUT;
}

static void *acquire_as(enum jam_python_acquire kind, const struct jam_python_method *method,
                        void *self, void *const rest[5], const struct jam_call *caller)
{
    struct open open;
    jam_target_init(&open.request.target, (const char *)self + LOCK_BYTE, JAM_LOCK_SEM);
    open.request.target.key.flags = method->lock_flags;
    open.request.target.key.value = 1;
    /* An inner level of an RLock is no acquire, as in versions where it is a semaphore. */
    if ((is_reentrant(method) && is_owned(self)) || !open_begin(&open, kind, caller))
        return jam_python_forward(method, self, rest);
    void *result = jam_python_forward(method, self, rest);
    open_end(&open, error_of(result, kind));
    return result;
}

void *jam_python_mutex_acquire(const struct jam_python_method *method, void *self,
                               void *const rest[5], const struct jam_call *caller)
{
    return acquire_as(jam_python_acquire_kind(method, rest), method, self, rest, caller);
}

void *jam_python_mutex_restore(const struct jam_python_method *method, void *self,
                               void *const rest[5], const struct jam_call *caller)
{
    return acquire_as(JAM_PYTHON_BLOCKING, method, self, rest, caller);
}

/* --- releasing --- */

static void *release(const struct jam_python_method *method, void *self, void *const rest[5],
                     const struct jam_call *caller)
{
    struct jam_release release;
    struct jam_target target;
    jam_target_init(&target, (const char *)self + LOCK_BYTE, JAM_LOCK_SEM);
    target.key.flags = method->lock_flags;
    jam_release_begin_post(&release, caller, &target.key);
    void *result = jam_python_forward(method, self, rest);
    jam_release_end(&release);
    return result;
}

/* What is not locked, or is another thread's RLock, raises an exception. */
void *jam_python_mutex_release(const struct jam_python_method *method, void *self,
                               void *const rest[5], const struct jam_call *caller)
{
    bool is_last = is_locked(self);
    if (is_reentrant(method))
        is_last = is_owned(self) && *(const uint64_t *)((const char *)self + LOCK_LEVELS) == 0;
    return is_last ? release(method, self, rest, caller) : jam_python_forward(method, self, rest);
}

void *jam_python_mutex_release_save(const struct jam_python_method *method, void *self,
                                    void *const rest[5], const struct jam_call *caller)
{
    return is_owned(self) ? release(method, self, rest, caller)
                          : jam_python_forward(method, self, rest);
}

/* --- from birth to death --- */

static void note_created(const struct jam_python_method *method, const void *object,
                         const struct jam_call *caller)
{
    struct jam_thread *self = jam_enter();
    if (!self)
        return;
    uint8_t outer = jam_python_acquire;
    jam_python_acquire = JAM_PYTHON_OTHER;
    jam_emit_created(self, caller, key_of(method, object, 1));
    jam_python_acquire = outer;
    jam_leave(self);
}

void *jam_python_mutex_create(const struct jam_python_method *method, void *self,
                              void *const rest[5], const struct jam_call *caller)
{
    void *object = jam_python_forward(method, self, rest);
    if (object)
        note_created(method, object, caller);
    return object;
}

/* In the child of a fork: a lock that nobody holds, whatever it was before. */
void *jam_python_mutex_reinit(const struct jam_python_method *method, void *self,
                              void *const rest[5], const struct jam_call *caller)
{
    void *result = jam_python_forward(method, self, rest);
    if (result)
        note_created(method, self, caller);
    return result;
}

/* A lock that is held when it goes is given back first: who has it in the list drops it. */
void *jam_python_mutex_destroy(const struct jam_python_method *method, void *self,
                               void *const rest[5], const struct jam_call *caller)
{
    struct jam_lock_key key = key_of(method, self, 0);
    struct jam_release release = {0};
    if (!jam_lock_find(key))
        return jam_python_forward(method, self, rest);
    uint8_t outer = jam_python_acquire;
    jam_python_acquire = JAM_PYTHON_OTHER;
    if (is_locked(self)) {
        jam_release_begin_post(&release, caller, &key);
        jam_release_end(&release);
    }
    struct jam_thread *thread = jam_enter();
    if (thread) {
        jam_emit_destroyed(thread, caller, key);
        jam_leave(thread);
    }
    jam_python_acquire = outer;
    return jam_python_forward(method, self, rest);
}
