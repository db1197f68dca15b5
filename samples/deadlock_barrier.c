/*
 * A thread waits at a barrier with a lock in its hand that the other one needs before it gets there.
 * Innocent: it puts the lock down first.
 */
#include "pair.h"

static pthread_mutex_t scale = PTHREAD_MUTEX_INITIALIZER;
static pthread_barrier_t has_scale, all_weighed;
static bool is_innocent;

static void *weigher(void *unused)
{
    pthread_barrier_wait(&has_scale);
    pthread_mutex_lock(&scale);
    pthread_mutex_unlock(&scale);
    pthread_barrier_wait(&all_weighed);
    return unused;
}

int main(int argc, char **argv)
{
    is_innocent = pair_is_innocent(argc, argv);
    pthread_barrier_init(&has_scale, NULL, 2);
    pthread_barrier_init(&all_weighed, NULL, 2);
    pthread_t thread = pair_start("weigher", weigher, NULL);
    pthread_mutex_lock(&scale);
    pthread_barrier_wait(&has_scale);
    if (is_innocent)
        pthread_mutex_unlock(&scale);
    pthread_barrier_wait(&all_weighed);
    if (!is_innocent)
        pthread_mutex_unlock(&scale);
    pthread_join(thread, NULL);
    return 0;
}
