/*
 * Threads that fight for one mutex for a fixed time.
 *
 * usage: contended steps                          prints how many steps of work take a microsecond
 *        contended THREADS MILLISECONDS STEPS     prints acquisitions per second
 *
 * A thread does STEPS steps inside and again outside. The work is counted in steps, not in time, so
 * that a bare and a recorded run do the same work.
 */
#include "timing.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { MAX_THREADS = 64, LINE_LONGS = 16 };

static pthread_mutex_t contended_mutex = PTHREAD_MUTEX_INITIALIZER;
static volatile bool is_over;
static long steps, shared;
static long done[MAX_THREADS][LINE_LONGS]; /* cache lines of its own for each thread */

static void labour(long count)
{
    for (long i = 0; i < count; i++)
        __asm__ volatile("" : "+r"(i));
}

static void *fight(void *argument)
{
    long *mine = argument;

    while (!is_over) {
        pthread_mutex_lock(&contended_mutex);
        shared++;
        labour(steps);
        pthread_mutex_unlock(&contended_mutex);
        labour(steps);
        ++*mine;
    }
    return NULL;
}

/* Seconds between the moment when the last thread was started and the end of the fight. */
static double fight_for(int threads, int milliseconds)
{
    pthread_t thread[MAX_THREADS];

    for (int i = 0; i < threads; i++)
        if (pthread_create(&thread[i], NULL, fight, done[i]) != 0)
            exit(98);
    double start = bench_now_ns();
    usleep((useconds_t)milliseconds * 1000);
    is_over = true;
    double seconds = (bench_now_ns() - start) / 1e9;
    for (int i = 0; i < threads; i++)
        pthread_join(thread[i], NULL);
    return seconds;
}

int main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "steps") == 0)
        return printf("%.1f\n", 1000 / bench_each_ns(labour, 1, 10000)) < 0;
    int threads = argc == 4 ? atoi(argv[1]) : 0;
    if (threads < 1 || threads > MAX_THREADS)
        return 99;
    steps = atol(argv[3]);
    double seconds = fight_for(threads, atoi(argv[2]));
    long sum = 0;
    for (int i = 0; i < threads; i++)
        sum += done[i][0];
    printf("%.3f\n", (double)sum / seconds);
    return sum != shared;
}
