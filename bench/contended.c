/*
 * Threads that fight for one mutex for a fixed time.
 *
 * usage: contended [THREADS [MILLISECONDS [WORK]]]     prints acquisitions per second
 *
 * WORK is how many steps of about a nanosecond each a thread does inside and again outside.
 */
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { MAX_THREADS = 64 };

static pthread_mutex_t contended_mutex = PTHREAD_MUTEX_INITIALIZER;
static volatile bool is_over;
static int work;
static long shared, done[MAX_THREADS][16]; /* a cache line or two each */

static void labour(void)
{
    for (int i = 0; i < work; i++)
        __asm__ volatile("");
}

static void *fight(void *argument)
{
    long *mine = argument;

    while (!is_over) {
        pthread_mutex_lock(&contended_mutex);
        shared++;
        labour();
        pthread_mutex_unlock(&contended_mutex);
        labour();
        ++*mine;
    }
    return NULL;
}

int main(int argc, char **argv)
{
    int threads = argc > 1 ? atoi(argv[1]) : 4;
    int milliseconds = argc > 2 ? atoi(argv[2]) : 1000;
    pthread_t thread[MAX_THREADS];
    long sum = 0;

    work = argc > 3 ? atoi(argv[3]) : 0;
    if (threads < 1 || threads > MAX_THREADS)
        return 99;
    for (int i = 0; i < threads; i++)
        pthread_create(&thread[i], NULL, fight, done[i]);
    usleep((useconds_t)milliseconds * 1000);
    is_over = true;
    for (int i = 0; i < threads; i++) {
        pthread_join(thread[i], NULL);
        sum += done[i][0];
    }
    printf("%.0f\n", (double)sum * 1000 / milliseconds);
    return sum != shared;
}
