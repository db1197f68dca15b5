/*
 * The log of the programs called semantics: what functions answer, in an order that is always the
 * same.
 */
#ifndef SEMANTICS_LOG_H
#define SEMANTICS_LOG_H

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

/* Prints the expression, its value, and errno if it changed. */
#define LOG(expression) (errno = UNTOUCHED, log_value(#expression, (long)(expression)))

enum { UNTOUCHED = 777 };

static const struct timespec past = {0, 1}, negative = {1, -1}, too_many = {1, 1000000000};
static const struct timespec before_epoch = {-1, 0};
static struct timespec future;
static volatile int waiter_tid; /* of the thread that is about to wait */

static long log_value(const char *expression, long value)
{
    int error = errno;
    if (error == UNTOUCHED)
        printf("  %s = %ld\n", expression, value);
    else
        printf("  %s = %ld, errno %d\n", expression, value, error);
    return value;
}

static void *in_thread(void *(*start)(void *), void *argument)
{
    pthread_t thread;
    void *value;
    if (pthread_create(&thread, NULL, start, argument) != 0 || pthread_join(thread, &value) != 0)
        abort();
    return value;
}

/* Until the kernel says that the thread sleeps, or has ended. */
static void await_sleep(volatile int *tid)
{
    char path[64], state = 'R';
    while (!*tid)
        sched_yield();
    snprintf(path, sizeof path, "/proc/self/task/%d/stat", *tid);
    while (state != 'S') {
        FILE *file = fopen(path, "r");
        if (!file) /* it has ended */
            return;
        if (fscanf(file, "%*d (%*[^)]) %c", &state) != 1)
            state = 'S';
        fclose(file);
        sched_yield();
    }
}

/* Before anything is logged. Writing in between would be a cancellation point. */
static void log_begin(void)
{
    static char log[256 << 10];
    setvbuf(stdout, log, _IOFBF, sizeof log);
    future.tv_sec = time(NULL) + 100000;
}

#endif
