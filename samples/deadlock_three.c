/*
 * Three threads, three mutexes, each thread holds one and wants the next. Innocent: the last one
 * asks in the order of the others.
 */
#include "pair.h"

static pthread_mutex_t plates[3] = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_MUTEX_INITIALIZER,
                                    PTHREAD_MUTEX_INITIALIZER};
static pthread_barrier_t all_hold_one;
static bool is_innocent;

static void *guest(void *argument)
{
    long seat = (long)argument;
    pthread_mutex_t *first = &plates[seat];
    pthread_mutex_t *second = &plates[(seat + 1) % 3];
    if (is_innocent && seat == 2) {
        pthread_barrier_wait(&all_hold_one);
        pthread_mutex_lock(second);
        pthread_mutex_lock(first);
    } else {
        pthread_mutex_lock(first);
        pthread_barrier_wait(&all_hold_one);
        pthread_mutex_lock(second);
    }
    pthread_mutex_unlock(second);
    pthread_mutex_unlock(first);
    return NULL;
}

int main(int argc, char **argv)
{
    pthread_t threads[3];
    is_innocent = pair_is_innocent(argc, argv);
    pthread_barrier_init(&all_hold_one, NULL, 3);
    for (long i = 0; i < 3; i++)
        threads[i] = pair_start("guest", guest, (void *)i);
    for (int i = 0; i < 3; i++)
        pthread_join(threads[i], NULL);
    return 0;
}
