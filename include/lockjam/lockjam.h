/*
 * Tell lockjam what it cannot see by itself. C99 or C++11, this header alone, nothing to link.
 *
 *     #include <lockjam/lockjam.h>
 *
 *     lockjam_name(&pool->lock, "pool of connections");
 *
 * A program that uses these functions runs the same with lockjam and without it. Under liblockjam.so
 * they record; otherwise they find out once that it is not there and do nothing, at the price of a
 * load and a branch. That includes statically linked programs. None of them fails, blocks, allocates
 * from the program's heap or changes errno. All may be called by any thread at any time; what a
 * signal handler says while it interrupts lockjam's own code is lost.
 *
 * WHAT IS SEEN WITHOUT THIS HEADER: all locks of the C library and of C++, and the waits of locks
 * that are made on the futex. Annotate names, home-made locks, memory pools and test boundaries.
 *
 * HOME-MADE LOCKS. A lock that is announced takes part in everything: call stacks, hold and wait
 * times, who made whom wait, lock order and deadlocks. It is known by its address, which may be that
 * of any byte of it as long as it is always the same and no other lock's.
 *
 *     void my_lock(struct my_lock *lock)
 *     {
 *         if (!my_try(lock)) {
 *             lockjam_about_to_wait(lock, LOCKJAM_EXCLUSIVE);     // only when it is going to sleep
 *             my_sleep_until_mine(lock);
 *         }
 *         lockjam_acquired(lock, LOCKJAM_EXCLUSIVE);              // after it was got
 *     }
 *
 *     void my_unlock(struct my_lock *lock)
 *     {
 *         lockjam_released(lock);                                 // before it is given up
 *         my_give_up(lock);
 *     }
 *
 * What the lock itself is made of should do its own waiting between about_to_wait and acquired, and
 * nothing else there. A futex that is waited for meanwhile is taken for a part of the lock.
 */
#ifndef LOCKJAM_LOCKJAM_H
#define LOCKJAM_LOCKJAM_H

#include <stddef.h>

/* How a lock is acquired: by one thread alone, or together with others that share it. */
#define LOCKJAM_EXCLUSIVE 0
#define LOCKJAM_SHARED    1

/* --- what programs call is below; this is how it finds lockjam ------------------------------- */

/* The preload's side. Grows at its end only; `bytes` tells how much of it the preload knows. */
struct lockjam_calls {
    size_t bytes;
    void (*name)(const void *object, const char *name);
    void (*created)(const void *lock);
    void (*about_to_wait)(const void *lock, int mode);
    void (*acquired)(const void *lock, int mode);
    void (*gave_up)(const void *lock);
    void (*released)(const void *lock);
    void (*destroyed)(const void *lock);
    void (*forget)(const void *start, size_t bytes);
    void (*epoch)(void);
    void (*phase)(const char *name);
};
#define LOCKJAM_CALLS "lockjam_calls_1"

#define LOCKJAM_INLINE static inline __attribute__((always_inline, unused))

/* Behind a last call: otherwise it may become a jump, and the caller is not in its call stack. */
#define LOCKJAM_KEEP_CALLER() __asm__ volatile("")

#ifdef __cplusplus
extern "C" {
#endif
/* dlsym by another name, so that <dlfcn.h> may be included or not. Weak: a static program has none. */
void *lockjam_find_symbol(void *handle, const char *name) __asm__("dlsym") __attribute__((weak));
#ifdef __cplusplus
}
#endif

/* NULL: lockjam is not there. Several threads may ask at once: they get the same answer. */
LOCKJAM_INLINE const struct lockjam_calls *lockjam_find_calls(void)
{
    static const struct lockjam_calls *calls;
    static int is_known;
    if (!__atomic_load_n(&is_known, __ATOMIC_ACQUIRE)) {
        void *found = lockjam_find_symbol ? lockjam_find_symbol(NULL, LOCKJAM_CALLS) : NULL;
        __atomic_store_n(&calls, (const struct lockjam_calls *)found, __ATOMIC_RELAXED);
        __atomic_store_n(&is_known, 1, __ATOMIC_RELEASE);
    }
    return __atomic_load_n(&calls, __ATOMIC_RELAXED);
}

/* --- names ----------------------------------------------------------------------------------- */

/*
 * Call the lock at this address `name` in all reports, in place of the variable or call site that it
 * would be named by. Of any kind: a mutex, a condition, a semaphore, a home-made lock. To be called
 * after the lock was initialised, if it is; before its first use is fine. The text is copied; of
 * more than 255 bytes the rest is cut. The name ends with the lock.
 */
LOCKJAM_INLINE void lockjam_name(const void *object, const char *name)
{
    const struct lockjam_calls *calls = lockjam_find_calls();
    if (calls)
        calls->name(object, name);
}

/* --- home-made locks ------------------------------------------------------------------------- */

/*
 * A lock was made here. Not needed for a lock that begins its life by being used, but it tells which
 * place created it, and that whatever lay at its address before is another lock.
 */
LOCKJAM_INLINE void lockjam_created(const void *lock)
{
    const struct lockjam_calls *calls = lockjam_find_calls();
    if (calls)
        calls->created(lock);
    LOCKJAM_KEEP_CALLER();
}

/*
 * The calling thread is about to sleep until it gets the lock. Ended by lockjam_acquired or
 * lockjam_gave_up for the same lock by the same thread. While it lasts, hang and deadlock reports
 * show the thread as waiting for it.
 */
LOCKJAM_INLINE void lockjam_about_to_wait(const void *lock, int mode)
{
    const struct lockjam_calls *calls = lockjam_find_calls();
    if (calls)
        calls->about_to_wait(lock, mode);
    LOCKJAM_KEEP_CALLER();
}

/*
 * The calling thread has the lock now: with a wait, if it announced one, else at once. By a thread
 * that has it already it counts as a recursive acquisition.
 */
LOCKJAM_INLINE void lockjam_acquired(const void *lock, int mode)
{
    const struct lockjam_calls *calls = lockjam_find_calls();
    if (calls)
        calls->acquired(lock, mode);
    LOCKJAM_KEEP_CALLER();
}

/* The announced wait has ended without the lock: a timeout, an interruption. */
LOCKJAM_INLINE void lockjam_gave_up(const void *lock)
{
    const struct lockjam_calls *calls = lockjam_find_calls();
    if (calls)
        calls->gave_up(lock);
}

/*
 * The calling thread is about to give the lock up. If another thread had acquired it, it has it no
 * more. Once for each lockjam_acquired.
 */
LOCKJAM_INLINE void lockjam_released(const void *lock)
{
    const struct lockjam_calls *calls = lockjam_find_calls();
    if (calls)
        calls->released(lock);
}

/* The lock exists no more: what comes at its address is another one. */
LOCKJAM_INLINE void lockjam_destroyed(const void *lock)
{
    const struct lockjam_calls *calls = lockjam_find_calls();
    if (calls)
        calls->destroyed(lock);
    LOCKJAM_KEEP_CALLER();
}

/* --- memory, tests, phases ------------------------------------------------------------------- */

/*
 * The objects in this memory exist no more, locks of every kind among them. For memory pools that
 * hand the same memory out again; free, delete and munmap say so by themselves.
 */
LOCKJAM_INLINE void lockjam_forget(const void *start, size_t bytes)
{
    const struct lockjam_calls *calls = lockjam_find_calls();
    if (calls)
        calls->forget(start, bytes);
    LOCKJAM_KEEP_CALLER();
}

/*
 * A new epoch: what the program did before and what it does from now on never overlap. For test
 * programs, between one test and the next: lock orders of different epochs are not combined.
 */
LOCKJAM_INLINE void lockjam_epoch(void)
{
    const struct lockjam_calls *calls = lockjam_find_calls();
    if (calls)
        calls->epoch();
}

/* A phase of the program begins: a mark with this name among the events of the calling thread. */
LOCKJAM_INLINE void lockjam_phase(const char *name)
{
    const struct lockjam_calls *calls = lockjam_find_calls();
    if (calls)
        calls->phase(name);
    LOCKJAM_KEEP_CALLER();
}

#endif
