/*
 * Semaphores of the interpreter that are events, most of them ends of threads. Up to Python 3.12
 * Thread.join is no pthread_join: a new thread makes a semaphore for its own end
 * (Thread._set_tstate_lock) and takes it, the interpreter posts it when the thread is over, and who
 * joins acquires it. So the acquire orders all that the thread did before what its joiner does next,
 * as a join does. Newer ones join the thread itself.
 */
#include "clock.h"
#include "lock.h"
#include "python/python.h"
#include "ring.h"
#include "session.h"

/*
 * Python 3.8 makes a semaphore while it starts that a later watchdog thread waits for, and takes it for
 * the life of the process (_PyFaulthandler_Init): nothing that the main thread holds.
 */
static bool is_of_watchdog(const struct jam_lock_record *lock)
{
    enum { MAKER_BYTES = 1024, MAKER = 1 }; /* of code; frame, behind PyThread_allocate_lock */
    uint64_t maker = jam_python_watchdog_maker();
    if (!maker || !lock->created_stack)
        return false;
    const struct jam_stack *stack = jam_session_at((uint64_t)lock->created_stack * JAM_STACK_UNIT);
    return stack->depth > MAKER && stack->frames[MAKER] - maker < MAKER_BYTES;
}

void jam_python_created(const struct jam_thread *self, struct jam_lock_record *lock)
{
    lock->thread = jam_python_makes_end() ? self->id : 0;
    if (lock->thread || is_of_watchdog(lock))
        jam_lock_is_event(lock); /* nobody holds it: it is what others wait for */
}

void jam_python_acquired(struct jam_thread *self, const struct jam_lock_record *lock,
                         uint32_t stack)
{
    struct jam_thread_record *ended =
        lock->thread == self->id ? NULL : jam_thread_find(lock->thread);
    if (!ended)
        return;
    self->record->segment = ++self->segment;
    ended->joiner = self->id;
    ended->joiner_segment = self->segment;
    jam_thread_flag(ended, JAM_THREAD_JOINED);
    if (jam_ring_takes_blocking)
        jam_ring_put(self, JAM_EVENT_JOIN, 0, ended->id, stack, jam_ticks());
}
