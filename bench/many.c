/*
 * Many threads and locks, for the size of a trace.
 *
 * usage: many THREADS LOCKS live|turns
 *
 * live: all threads at once, each takes all locks and then waits for the others. turns: one thread
 * after the other.
 */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

static pthread_mutex_t *many_mutexes;
static long lock_count;
static pthread_barrier_t all_done;

static void *take_all(void *unused)
{
    (void)unused;
    for (long i = 0; i < lock_count; i++) {
        pthread_mutex_lock(&many_mutexes[i]);
        pthread_mutex_unlock(&many_mutexes[i]);
    }
    pthread_barrier_wait(&all_done);
    return NULL;
}

int main(int argc, char **argv)
{
    if (argc != 4)
        return 99;
    long threads = atol(argv[1]), width = strcmp(argv[3], "live") == 0 ? threads : 1;
    pthread_t *thread = calloc((size_t)width, sizeof(*thread));

    lock_count = atol(argv[2]);
    pthread_barrier_init(&all_done, NULL, (unsigned)width);
    many_mutexes = calloc((size_t)lock_count, sizeof(*many_mutexes));
    for (long i = 0; i < lock_count; i++)
        pthread_mutex_init(&many_mutexes[i], NULL);
    for (long first = 0; first < threads; first += width) {
        for (long i = 0; i < width; i++)
            if (pthread_create(&thread[i], NULL, take_all, NULL) != 0)
                return 98;
        for (long i = 0; i < width; i++)
            pthread_join(thread[i], NULL);
    }
    free(many_mutexes);
    free(thread);
    return 0;
}
