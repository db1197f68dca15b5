/*
 * Takes one lock an exact number of times, then ends as asked.
 *
 * usage: counter THREADS LOCKS END     END: exit:STATUS, signal:NUMBER, or pause
 *
 * Every thread locks counter_mutex LOCKS times. When all have finished, and before the end, prints
 * "ready" and the sum. "pause" waits for a signal.
 */
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MAX_THREADS = 64 };

static pthread_mutex_t counter_mutex = PTHREAD_MUTEX_INITIALIZER;
static long counter;
static long locks;

static void *count(void *unused)
{
    (void)unused;
    for (long i = 0; i < locks; i++) {
        pthread_mutex_lock(&counter_mutex);
        counter++;
        pthread_mutex_unlock(&counter_mutex);
    }
    return NULL;
}

static void run_threads(int threads)
{
    pthread_t thread[MAX_THREADS];

    for (int i = 0; i < threads; i++)
        if (pthread_create(&thread[i], NULL, count, NULL) != 0)
            abort();
    for (int i = 0; i < threads; i++)
        pthread_join(thread[i], NULL);
}

int main(int argc, char **argv)
{
    if (argc != 4 || atoi(argv[1]) > MAX_THREADS)
        return 99;
    locks = atol(argv[2]);
    run_threads(atoi(argv[1]));
    printf("ready %ld\n", counter);
    fflush(stdout);
    if (strcmp(argv[3], "pause") == 0)
        for (;;)
            pause();
    if (strncmp(argv[3], "signal:", 7) == 0)
        kill(getpid(), atoi(argv[3] + 7));
    return atoi(strchr(argv[3], ':') + 1);
}
