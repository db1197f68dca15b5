/*
 * Waits until another thread of this process sleeps in the kernel: then it is in the one call that
 * it had still to make, and a wake finds it there. C and C++.
 */
#ifndef ASLEEP_H
#define ASLEEP_H

#include <sched.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

static inline int thread_state(int tid)
{
    char path[64];
    int state = 0;
    snprintf(path, sizeof path, "/proc/self/task/%d/stat", tid);
    FILE *file = fopen(path, "r");
    if (file && fscanf(file, "%*d (%*[^)]) %c", (char *)&state) != 1)
        state = 0;
    if (file)
        fclose(file);
    return state;
}

/* *tid is stored by the thread itself, just before it goes to sleep. */
static inline void await_sleep(const int *tid)
{
    while (!__atomic_load_n(tid, __ATOMIC_ACQUIRE) ||
           thread_state(__atomic_load_n(tid, __ATOMIC_ACQUIRE)) != 'S')
        sched_yield();
}

static inline void about_to_sleep(int *tid)
{
    __atomic_store_n(tid, (int)syscall(SYS_gettid), __ATOMIC_RELEASE);
}

#endif
