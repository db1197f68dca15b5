/*
 * The global interpreter lock of CPython, as one lock of kind JAM_LOCK_GIL.
 *
 * THE IDEA. To libc the GIL is no lock: it is a flag, guarded by a mutex and a condition, with a
 * second pair through which a thread that was asked to give it up waits until somebody has taken
 * it (Python/ceval_gil.c, Python/ceval_gil.h before 3.12). The four lie in one structure, which is
 * the same in CPython 3.8 to 3.15; here relative to the condition:
 *
 *        0      cond          where threads wait for the GIL
 *     0x30      mutex         guards the flag
 *     0x58      switch cond
 *     0x88      switch mutex
 *
 * An interpreter that makes a GIL initialises mutex, switch mutex, condition, switch condition, in
 * this order. The address of the condition stands for the GIL from then on, and what the interpreter
 * does with the four tells what happens to it; none of it is recorded otherwise:
 *
 *     take:  lock mutex · { timed wait for cond } · lock switch mutex · ... · unlock mutex
 *     drop:  lock mutex · signal cond · unlock mutex · { lock switch mutex · ... }
 *     abort: lock mutex · { timed wait for cond } · unlock mutex  (the interpreter shuts down)
 *
 * The mutex is free again before a take or a hold is written down: nobody is kept waiting by it.
 *
 * STACKS. A thread has the GIL when it begins to drop it: its Python frames are taken then, and
 * stand behind the native frames of its next take, when the frames themselves must not be looked at
 * (the interpreter may be freeing them). They are the same: without the GIL no Python code runs.
 * A thread may be asked to drop the GIL anywhere in the program, so there is a bound on how many
 * different Python stacks are kept: see jam_python_frames.
 */
#ifndef JAM_GIL_H
#define JAM_GIL_H

#include "emit.h"

/* All GILs that there are lie in this range, of no bytes while there is none. Atomic. */
extern uint64_t jam_gil_low, jam_gil_bytes;

/* Whether the object may be part of a GIL; what nearly every object is asked, and no more. */
static inline bool jam_gil_covers(const void *object)
{
    return JAM_UNLIKELY((uint64_t)object - __atomic_load_n(&jam_gil_low, __ATOMIC_RELAXED) <
                        __atomic_load_n(&jam_gil_bytes, __ATOMIC_RELAXED));
}

bool jam_gil_has_part(const void *object);

static inline bool jam_gil_has(const void *object)
{
    return jam_gil_covers(object) && jam_gil_has_part(object);
}

/* --- operations on parts of a GIL: the real call, and what it means --- */

int jam_gil_lock(const struct jam_call *call, pthread_mutex_t *mutex);
int jam_gil_unlock(const struct jam_call *call, pthread_mutex_t *mutex);
int jam_gil_wait(const struct jam_call *call, pthread_cond_t *cond, pthread_mutex_t *mutex,
                 const struct timespec *deadline);

/* --- lives --- */

/*
 * A mutex, or a condition, was initialised: the next step of a GIL that is being made? True: that
 * was the last one, and there is nothing more to record. What was a part of a GIL before is none
 * any more (a child of fork(2) makes its GIL anew).
 */
void jam_gil_born_mutex(const void *mutex);
bool jam_gil_born_cond(const struct jam_call *call, const void *cond);

/* A condition is about to be destroyed. True: it was a GIL's, whose life ends with it. */
bool jam_gil_ended(const struct jam_call *call, const void *cond);

#endif
