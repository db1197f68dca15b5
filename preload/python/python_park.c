/* Parked waits, told by the word before their semaphore. */
#include "python/python_park.h"
#include "hook_thread.h"
#include "python/python_lock.h"
#include "real.h"

#include <errno.h>
#include <stddef.h>

bool jam_python_parks;

static struct {
    uint64_t start, end; /* of the interpreter's file */
} park;

/* The wait of a thread. There is one at a time: a new one begins when the last is over. */
static __thread struct {
    const sem_t *sem; /* NULL = none */
    struct jam_request *request;
    uint64_t joinee; /* pthread_t, if `request` is NULL */
} mine;

void jam_python_park_setup(const struct jam_image *image, unsigned version)
{
    enum { FIRST_MINOR = 13 };
    park.start = image ? image->start : 0;
    park.end = image ? image->end : 0;
    __atomic_store_n(&jam_python_parks, version >> 8 >= FIRST_MINOR, __ATOMIC_RELEASE);
}

static bool is_interpreter(uint64_t pc)
{
    return pc >= park.start && pc < park.end;
}

/*
 * Joining waits for the event at byte 57 of a ThreadHandle (Modules/_threadmodule.c), or for the
 * once flag behind it; the thread is at byte 32. Anything else has no live thread there.
 */
static uint64_t find_joinee(uint64_t address)
{
    enum { HANDLE_EVENT = 57, HANDLE_ONCE = 58, HANDLE_THREAD = 32 };
    for (uint64_t at = HANDLE_EVENT; at <= HANDLE_ONCE; at++) {
        uint64_t word = address - at + HANDLE_THREAD;
        if (word & 7 || !jam_image_is_readable(word))
            continue;
        uint64_t thread = *(const uint64_t *)word;
        if (jam_thread_find_pthread(thread))
            return thread;
    }
    return 0;
}

bool jam_python_park_begin(const sem_t *sem, const struct jam_call *call)
{
    enum { FRAME_MAX = 4096 };
    bool is_near = (uint64_t)sem >= call->sp && (uint64_t)sem - call->sp < FRAME_MAX;
    if (!is_near || !is_interpreter(call->pc))
        return false;
    uint64_t address = ((const uint64_t *)sem)[-1];
    mine.request = jam_python_mutex_request(address, call->sp);
    mine.joinee = mine.request ? 0 : find_joinee(address);
    mine.sem = mine.request || mine.joinee ? sem : NULL;
    return mine.sem;
}

bool jam_python_park_is(const sem_t *sem)
{
    return mine.sem == sem;
}

void jam_python_park_end(void)
{
    mine.sem = NULL;
}

bool jam_python_park_wakes(const sem_t *sem, const struct jam_call *call)
{
    return is_interpreter(call->pc) &&
           !jam_lock_find((struct jam_lock_key){(uint64_t)sem, JAM_LOCK_SEM, 0, 0});
}

/* --- waiting for a lock --- */

static void lock_cancelled(void *request)
{
    jam_request_unblock(request, false);
    jam_leave(((struct jam_request *)request)->self);
}

/* The GIL was let go of before this: the lock may have been handed over meanwhile. */
static bool was_woken(sem_t *sem)
{
    int saved_errno = errno;
    bool is_woken = jam_real.sem_trywait(sem) == 0;
    errno = saved_errno;
    return is_woken;
}

static int lock_wait(struct jam_request *request, sem_t *sem, struct jam_limit limit,
                     int (*wait)(sem_t *, struct jam_limit))
{
    if (was_woken(sem))
        return 0;
    struct jam_thread *self = jam_enter();
    int result;
    if (!self || self != request->self) {
        if (self)
            jam_leave(self);
        return wait(sem, limit);
    }
    jam_request_block(request, JAM_OP_SEM_WAIT, 0);
    pthread_cleanup_push(lock_cancelled, request);
    result = wait(sem, limit);
    pthread_cleanup_pop(0);
    jam_request_unblock(request, result == 0);
    jam_leave(self);
    return result;
}

/* --- waiting for a thread --- */

/* A join whose original waits for the semaphore. */
struct park_join {
    struct jam_join join;
    sem_t *sem;
    int (*wait)(sem_t *, struct jam_limit);
};

static int join_real(const struct jam_join *join)
{
    const struct park_join *parked = (const struct park_join *)join;
    return parked->wait(parked->sem, join->limit);
}

static int join_error(int result)
{
    return result == 0 ? 0 : errno;
}

static int join_wait(sem_t *sem, struct jam_limit limit, const struct jam_call *call,
                     int (*wait)(sem_t *, struct jam_limit))
{
    struct park_join parked = {
        .join = {.thread = (pthread_t)mine.joinee,
                 .limit = limit,
                 .real = join_real,
                 .error_of = join_error},
        .sem = sem,
        .wait = wait,
    };
    int result = jam_join(&parked.join, call);
    if (result == 0)
        jam_join_is_told((pthread_t)mine.joinee);
    return result;
}

int jam_python_park_wait(sem_t *sem, struct jam_limit limit, const struct jam_call *call,
                         int (*wait)(sem_t *, struct jam_limit))
{
    return mine.request ? lock_wait(mine.request, sem, limit, wait)
                        : join_wait(sem, limit, call, wait);
}
