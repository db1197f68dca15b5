/*
 * pthread_barrier_*: POSIX.1-2017. Waiting at a barrier is no cancellation point.
 *
 * Who arrives last made all the others wait, so that arrival is recorded as a wake. libc tells who
 * was last only when the barrier has opened; by then those who waited may be running again and ask.
 * So we look at libc's own count of arrivals: first to know whether we shall wait, and once more
 * when all of our bookkeeping is done and the real function comes next. Of two threads that arrive
 * within these few nanoseconds neither may see itself as the last: their wake is missing then, and
 * nobody is blamed. Nor is anybody for an arrival in another process that we do not see.
 */
#include "check.h"
#include "real.h"

/*
 * How a barrier begins, in glibc 2.25 and later (sysdeps/nptl/internaltypes.h). A different one
 * costs wrong blame, and that a barrier may pass for shared with other processes.
 */
struct barrier_view {
    unsigned arrived; /* in all rounds since it was last reset */
    unsigned round;
    unsigned count;
    int is_shared; /* among processes */
};

/*
 * The round that the next arrival belongs to. To be asked just before the real function, like
 * barrier_is_complete; wrong only if more threads arrive in between than the round has places.
 */
static uint64_t barrier_round(const pthread_barrier_t *barrier)
{
    const struct barrier_view *view = (const struct barrier_view *)barrier;
    unsigned count = __atomic_load_n(&view->count, __ATOMIC_RELAXED);
    unsigned arrived = __atomic_load_n(&view->arrived, __ATOMIC_RELAXED);
    return count > 0 ? arrived / count : 0;
}

static struct jam_view barrier_state(const pthread_barrier_t *barrier)
{
    const struct barrier_view *view = (const struct barrier_view *)barrier;
    unsigned count = __atomic_load_n(&view->count, __ATOMIC_RELAXED);
    unsigned arrived = __atomic_load_n(&view->arrived, __ATOMIC_RELAXED);
    return (struct jam_view){.is_locked = count > 0 && arrived % count > 0};
}

/* Whether the next arrival opens the barrier. */
static bool barrier_is_complete(const pthread_barrier_t *barrier)
{
    const struct barrier_view *view = (const struct barrier_view *)barrier;
    unsigned count = __atomic_load_n(&view->count, __ATOMIC_RELAXED);
    unsigned arrived = __atomic_load_n(&view->arrived, __ATOMIC_RELAXED);
    return count > 0 && arrived % count == count - 1;
}

/* The barrier itself is asked: a child of fork(2) has not seen how it was made. */
static struct jam_lock_key barrier_key(const pthread_barrier_t *barrier)
{
    const struct barrier_view *view = (const struct barrier_view *)barrier;
    uint16_t flags = view->is_shared ? JAM_LOCK_PSHARED : 0;
    return (struct jam_lock_key){(uint64_t)barrier, JAM_LOCK_BARRIER, flags, 0};
}

/* The others got ahead of us while we prepared to wait. */
static void barrier_note_late(const struct jam_call *call, const pthread_barrier_t *barrier)
{
    struct jam_thread *self = jam_enter();
    if (!self)
        return;
    jam_emit_wake(self, call, barrier_key(barrier), true);
    jam_leave(self);
}

/* After the real function the barrier may not be touched: somebody may have destroyed it. */
static int barrier_wait_blocking(struct jam_request *request, const struct jam_call *call,
                                 pthread_barrier_t *barrier, uint64_t *round)
{
    jam_request_block(request, JAM_OP_BARRIER, 0);
    if (barrier_is_complete(barrier))
        barrier_note_late(call, barrier);
    *round = barrier_round(barrier);
    int result = jam_real.pthread_barrier_wait(barrier);
    jam_request_unblock(request, true);
    return result;
}

static int barrier_open(const struct jam_request *request, const struct jam_call *call,
                        pthread_barrier_t *barrier, uint64_t *round)
{
    jam_emit_wake(request->self, call, barrier_key(barrier), true);
    *round = barrier_round(barrier);
    return jam_real.pthread_barrier_wait(barrier);
}

JAM_EXPORT int pthread_barrier_wait(pthread_barrier_t *barrier)
{
    const struct jam_call *call = JAM_CALLER();
    struct jam_request request;
    request.target = (struct jam_target){.key = barrier_key(barrier)};
    if (!jam_request_begin(&request, call))
        return jam_real.pthread_barrier_wait(barrier);
    uint64_t round;
    int result = barrier_is_complete(barrier)
                     ? barrier_open(&request, call, barrier, &round)
                     : barrier_wait_blocking(&request, call, barrier, &round);
    jam_request_passed_barrier(&request, round);
    return result;
}

JAM_EXPORT int pthread_barrier_init(pthread_barrier_t *barrier,
                                    const pthread_barrierattr_t *attributes, unsigned count)
{
    const struct jam_call *call = JAM_CALLER();
    int result = jam_real.pthread_barrier_init(barrier, attributes, count);
    if (JAM_UNLIKELY(result != 0))
        jam_check_answer(call, (struct jam_lock_key){(uint64_t)barrier, JAM_LOCK_BARRIER, 0, 0},
                         result);
    struct jam_thread *self = result == 0 ? jam_enter() : NULL;
    if (self) {
        struct jam_lock_key key = barrier_key(barrier);
        key.value = count;
        jam_emit_created(self, call, key);
        jam_leave(self);
    }
    return result;
}

JAM_EXPORT int pthread_barrier_destroy(pthread_barrier_t *barrier)
{
    const struct jam_call *call = JAM_CALLER();
    struct jam_thread *self = jam_enter();
    if (self)
        jam_check_end(self, call, barrier_key(barrier), barrier_state(barrier));
    int result = jam_real.pthread_barrier_destroy(barrier);
    if (self) {
        if (result == 0)
            jam_emit_destroyed(self, call, barrier_key(barrier));
        jam_leave(self);
    }
    return result;
}
