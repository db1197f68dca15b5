/*
 * More threads take turns at one lock than a lock remembers holders.
 *
 * usage: holders THREADS ROUNDS
 */
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>

pthread_mutex_t contended = PTHREAD_MUTEX_INITIALIZER;

static long rounds;
static long turns;

/* Gives the processor away while it holds the lock, so that the others come and wait. */
static void *take_turns(void *unused)
{
    for (long i = 0; i < rounds; i++) {
        if (pthread_mutex_lock(&contended) != 0)
            abort();
        turns++;
        sched_yield();
        pthread_mutex_unlock(&contended);
    }
    return unused;
}

int main(int argc, char **argv)
{
    long count = argc > 2 ? atol(argv[1]) : 0;
    pthread_t *threads = calloc((size_t)count, sizeof *threads);
    if (!threads || count <= 0)
        return 2;
    rounds = atol(argv[2]);
    for (long i = 0; i < count; i++)
        pthread_create(&threads[i], NULL, take_turns, NULL);
    for (long i = 0; i < count; i++)
        pthread_join(threads[i], NULL);
    printf("%ld turns\n", turns);
    free(threads);
    return 0;
}
