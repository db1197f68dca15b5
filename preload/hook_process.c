/*
 * fork, _Fork and dlclose: where the process itself changes.
 *
 * The child of a fork is noticed by its wiped memory (thread.h), not here; the hook only tells the
 * parent's trace. vfork and posix_spawn share the parent's memory until they exec: nothing to do.
 */
#include "life.h"
#include "real.h"

JAM_EXPORT pid_t fork(void)
{
    const struct jam_call *call = JAM_CALLER();
    jam_life_forks(call);
    pid_t child = jam_real.fork();
    if (child > 0)
        jam_life_forked(call, child);
    return child;
}

/* glibc 2.34: without the handlers of pthread_atfork, and safe in a signal handler. */
JAM_EXPORT pid_t _Fork(void)
{
    const struct jam_call *call = JAM_CALLER();
    pid_t child = jam_real._Fork();
    if (child > 0)
        jam_life_forked(call, child);
    return child;
}

JAM_EXPORT int dlclose(void *handle)
{
    int result = jam_real.dlclose(handle);
    jam_delete_forget();
    jam_life_unloaded();
    return result;
}
