/*
 * What one uncontended lock+unlock costs, ten frames deep.
 *
 * usage: pair [PAIRS]     prints nanoseconds per pair and per rdtsc, the best of seven rounds
 *
 * The best round, not the mean: noise on a shared machine only ever adds.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { DEPTH = 10, ROUNDS = 7 };

static pthread_mutex_t pair_mutex = PTHREAD_MUTEX_INITIALIZER;
static volatile unsigned long long sink;

static double now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

static void pairs(long count)
{
    for (long i = 0; i < count; i++) {
        pthread_mutex_lock(&pair_mutex);
        pthread_mutex_unlock(&pair_mutex);
    }
}

static void stamps(long count)
{
    for (long i = 0; i < count; i++)
        sink = __builtin_ia32_rdtsc();
}

/* The empty statement behind the call keeps it from becoming a jump. */
__attribute__((noinline)) static void descend(int frames, void (*work)(long), long count)
{
    if (frames > 0)
        descend(frames - 1, work, count);
    else
        work(count);
    __asm__ volatile("");
}

static double best_ns(void (*work)(long), long count)
{
    double best = 1e9;

    for (int round = 0; round < ROUNDS; round++) {
        double start = now_ns();
        descend(DEPTH - 3, work, count);
        double each = (now_ns() - start) / (double)count;
        best = each < best ? each : best;
    }
    return best;
}

static void *idle(void *unused)
{
    return unused;
}

int main(int argc, char **argv)
{
    long count = argc > 1 ? atol(argv[1]) : 2000000;
    pthread_t thread;

    /* glibc takes a shorter path in a process that never had a second thread. */
    pthread_create(&thread, NULL, idle, NULL);
    pthread_join(thread, NULL);
    double pair = best_ns(pairs, count);
    printf("%.2f %.2f\n", pair, best_ns(stamps, count));
    return 0;
}
