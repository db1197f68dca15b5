/*
 * fork and dlclose: where the process itself changes.
 *
 * The child of a fork is noticed by its wiped memory (thread.h), not here; the hook only tells the
 * parent's trace. vfork and posix_spawn share the parent's memory until they exec: nothing to do.
 */
#include "clock.h"
#include "emit.h"
#include "module.h"
#include "real.h"
#include "ring.h"
#include "stack.h"

JAM_EXPORT pid_t fork(void)
{
    struct jam_call call = JAM_CALLER();
    pid_t child = jam_real.fork();
    struct jam_thread *self = child > 0 && jam_session_is_ready() ? jam_enter() : NULL;
    if (self) {
        if (jam_ring_takes_blocking)
            jam_ring_put(self, JAM_EVENT_FORK, 0, (uint32_t)child, jam_stack_capture(self, call),
                         jam_ticks());
        jam_leave(self);
    }
    return child;
}

JAM_EXPORT int dlclose(void *handle)
{
    int result = jam_real.dlclose(handle);
    struct jam_thread *self = jam_session_is_ready() ? jam_enter() : NULL;
    if (self) {
        jam_module_check_unloaded();
        jam_leave(self);
    }
    return result;
}
