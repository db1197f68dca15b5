/*
 * Timing of short operations: what the programs of bench/ share.
 *
 * A machine that runs other things takes the processor away for milliseconds at a time. So the
 * work is cut into slices much shorter than that, and the median slice counts: most slices are
 * left alone as long as less than half of the machine is taken.
 */
#ifndef BENCH_TIMING_H
#define BENCH_TIMING_H

#include <pthread.h>
#include <stdlib.h>
#include <time.h>

enum { BENCH_SLICES = 151 };

/* Does an operation `count` times. */
typedef void (*bench_work)(long count);

static inline double bench_now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

static inline int bench_compare(const void *a, const void *b)
{
    double left = *(const double *)a, right = *(const double *)b;
    return (left > right) - (left < right);
}

/* The median of `count` values, which it sorts. */
static inline double bench_median(double *values, long count)
{
    qsort(values, (size_t)count, sizeof *values, bench_compare);
    return values[count / 2];
}

/* Calls `work` at the end of a chain of `frames` calls. */
__attribute__((noinline, unused)) static void bench_descend(long frames, bench_work work,
                                                            long count)
{
    if (frames > 1)
        bench_descend(frames - 1, work, count);
    else
        work(count);
    __asm__ volatile(""); /* keeps the calls above from becoming jumps */
}

/* Nanoseconds of one operation `frames` calls below the caller; `count` operations a slice. */
static inline double bench_each_ns(bench_work work, long frames, long count)
{
    /* The first slice warms caches up and is left out. It comes from the same call as the others:
       from another one it would be another call stack. */
    double slices[1 + BENCH_SLICES];

    for (int i = 0; i < 1 + BENCH_SLICES; i++) {
        double start = bench_now_ns();
        bench_descend(frames, work, count);
        slices[i] = (bench_now_ns() - start) / (double)count;
    }
    return bench_median(slices + 1, BENCH_SLICES);
}

static inline void *bench_idle(void *unused)
{
    return unused;
}

/* glibc takes shorter paths in a process that never had a second thread: have had one. */
static inline void bench_become_threaded(void)
{
    pthread_t thread;

    if (pthread_create(&thread, NULL, bench_idle, NULL) == 0)
        pthread_join(thread, NULL);
}

#endif
