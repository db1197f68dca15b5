/*
 * Writes many events: what `lockjam report` is timed with.
 *
 * usage: events PAIRS     four threads take and release PAIRS locks together, one in eight shared
 */
#include <pthread.h>
#include <stdlib.h>

enum { THREADS = 4, SHARED_EVERY = 8 };

static pthread_mutex_t own_mutex[THREADS], shared_mutex = PTHREAD_MUTEX_INITIALIZER;
static long pairs_each;

static void *work(void *argument)
{
    pthread_mutex_t *mine = argument;

    for (long i = 0; i < pairs_each; i++) {
        pthread_mutex_t *mutex = i % SHARED_EVERY ? mine : &shared_mutex;
        pthread_mutex_lock(mutex);
        pthread_mutex_unlock(mutex);
    }
    return NULL;
}

int main(int argc, char **argv)
{
    pthread_t thread[THREADS];

    pairs_each = argc > 1 ? atol(argv[1]) / THREADS : 0;
    for (int i = 0; i < THREADS; i++) {
        pthread_mutex_init(&own_mutex[i], NULL);
        if (pthread_create(&thread[i], NULL, work, &own_mutex[i]) != 0)
            return 98;
    }
    for (int i = 0; i < THREADS; i++)
        pthread_join(thread[i], NULL);
    return 0;
}
