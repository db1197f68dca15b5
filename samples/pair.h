/*
 * What the samples in pairs share. Each shows one way to hang: `PROGRAM` does, `PROGRAM innocent`
 * looks much alike and ends. Nothing depends on timing: threads meet at barriers.
 */
#ifndef PAIR_H
#define PAIR_H

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static inline bool pair_is_innocent(int argc, char **argv)
{
    return argc > 1 && strcmp(argv[1], "innocent") == 0;
}

/* A named thread. */
static inline pthread_t pair_start(const char *name, void *(*routine)(void *), void *argument)
{
    pthread_t thread;
    if (pthread_create(&thread, NULL, routine, argument) != 0)
        abort();
    pthread_setname_np(thread, name);
    return thread;
}

/* A point in time that is `ms` milliseconds away, for the functions with a time limit. */
static inline struct timespec pair_soon(long ms)
{
    struct timespec at;
    clock_gettime(CLOCK_REALTIME, &at);
    at.tv_nsec += ms % 1000 * 1000000;
    at.tv_sec += ms / 1000 + at.tv_nsec / 1000000000;
    at.tv_nsec %= 1000000000;
    return at;
}

static inline void pair_nap(long ms)
{
    nanosleep(&(struct timespec){ms / 1000, ms % 1000 * 1000000}, NULL);
}

#endif
