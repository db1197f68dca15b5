/*
 * pthread_once and C11's call_once; C++'s std::call_once comes here through pthread_once.
 *
 * While its initialiser runs, a once is held by the thread that runs it; who comes meanwhile waits,
 * and is blamed on that thread. Once it is done a call costs one load more and records nothing. Nor
 * does a once open the session: before the first lock or thread nobody can be waiting, and the C++
 * library alone would make every program leave a trace.
 *
 * The real function gets an initialiser of ours. That takes no argument, so it finds what to do in
 * a list of the thread's own, as initialisers may use other onces. A thread that waits may come to
 * run the initialiser after all, when the first one has failed.
 *
 * C++ EXCEPTIONS AND CANCELLATION leave an initialiser through our frame: the once is not done
 * then, and is not held any more. The unwinder tells us by a personality routine that only takes
 * note and lets it go on. A cleanup handler would not do: built without -fexceptions it misses
 * exceptions, built with it needs libgcc_s.
 */
#include "emit.h"
#include "real.h"

#include <threads.h>

struct once_run {
    struct jam_request request;
    const struct jam_call *call;
    void *control; /* pthread_once_t or once_flag: the same */
    void (*routine)(void);
    bool is_c11;
    bool is_waiting; /* in the real function, for another thread's initialiser */
    bool has_run;    /* it was this thread that initialised */
    struct once_run *outer;
};

static __thread struct once_run *once_innermost;

/* Of libc's control word (nptl/pthread_once.c). */
enum { ONCE_IN_PROGRESS = 1, ONCE_DONE = 2 };

static int once_state(const void *control)
{
    return __atomic_load_n((const int *)control, __ATOMIC_ACQUIRE);
}

/* To be asked first of all: whoever uses a once does so often, and nearly always it is done. */
static bool once_is_recorded(const void *control)
{
    return JAM_UNLIKELY(!(once_state(control) & ONCE_DONE)) && jam_session_is_ready();
}

/* --- around the initialiser --- */

static void once_begin(struct once_run *run)
{
    if (run->is_waiting)
        jam_request_unblock(&run->request, true);
    run->is_waiting = false;
    run->has_run = true;
    jam_request_acquired(&run->request);
}

static void once_end(struct once_run *run)
{
    struct jam_release release;
    once_innermost = run->outer;
    jam_release_begin(&release, run->control);
    if (release.self)
        jam_emit_wake(release.self, run->call, run->request.target.key, true);
    jam_release_end(&release);
}

/* What the Itanium C++ ABI calls personality routines with, and what they answer (1.6.2). */
enum { UNWIND_CLEANUP_PHASE = 2, UNWIND_CONTINUE = 8 };

/* The initialiser is left by an exception, a cancellation or pthread_exit. */
static int once_personality(int version, int actions, uint64_t class, const void *exception,
                            const void *context)
{
    (void)version, (void)class, (void)exception, (void)context;
    if (actions & UNWIND_CLEANUP_PHASE)
        once_end(once_innermost);
    return UNWIND_CONTINUE;
}

/* What the real function runs. The personality is that of this frame alone: 0x1b = pc-relative. */
static __attribute__((noinline)) void once_initialise(void)
{
    struct once_run *run = once_innermost;
    __asm__ volatile(".cfi_personality 0x1b, %c0" : : "i"(once_personality));
    once_begin(run);
    run->routine();
    once_end(run);
}

/* --- around the real function --- */

static int once_real(const struct once_run *run, void (*routine)(void))
{
    if (!run->is_c11)
        return jam_real.pthread_once(run->control, routine);
    jam_real.call_once(run->control, routine);
    return 0;
}

static int once_recorded(struct once_run *run)
{
    run->outer = once_innermost;
    once_innermost = run;
    run->is_waiting = once_state(run->control) & ONCE_IN_PROGRESS;
    if (run->is_waiting)
        jam_request_block(&run->request, JAM_OP_ONCE, 0);
    int result = once_real(run, once_initialise);
    if (run->has_run)
        return result;
    once_innermost = run->outer;
    if (run->is_waiting)
        jam_request_unblock(&run->request, true);
    jam_request_passed(&run->request);
    return result;
}

static int once_call(struct once_run *run)
{
    run->request.target = (struct jam_target){.key = {(uint64_t)run->control, JAM_LOCK_ONCE, 0, 0}};
    if (!jam_request_begin(&run->request, run->call))
        return once_real(run, run->routine);
    return once_recorded(run);
}

JAM_EXPORT int pthread_once(pthread_once_t *control, void (*routine)(void))
{
    if (!once_is_recorded(control))
        return jam_real.pthread_once(control, routine);
    struct once_run run = {.call = JAM_CALLER(), .control = control, .routine = routine};
    return once_call(&run);
}

JAM_EXPORT void call_once(once_flag *flag, void (*routine)(void))
{
    if (!once_is_recorded(flag)) {
        jam_real.call_once(flag, routine);
        return;
    }
    struct once_run run = {
        .call = JAM_CALLER(), .control = flag, .routine = routine, .is_c11 = true};
    once_call(&run);
}

JAM_EXPORT_OLD_NAME(pthread_once);
