/*
 * Two polite threads: each takes its own lock, tries for the other's, gives its own back when that
 * fails, and starts again, in step with the other one. Innocent: one of them gives up trying for a
 * while, and the other gets through.
 */
#include "pair.h"

static pthread_mutex_t left = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t right = PTHREAD_MUTEX_INITIALIZER;
static pthread_barrier_t both_hold_one, both_tried;
static bool is_innocent;

enum { HEALTHY_ROUNDS = 5 };

static void step_aside(pthread_mutex_t *mine, pthread_mutex_t *other)
{
    for (int round = 0; !is_innocent || round < HEALTHY_ROUNDS; round++) {
        pthread_mutex_lock(mine);
        pthread_barrier_wait(&both_hold_one);
        if (pthread_mutex_trylock(other) == 0)
            pthread_mutex_unlock(other);
        pthread_barrier_wait(&both_tried);
        pthread_mutex_unlock(mine);
        pair_nap(1);
    }
}

static void *from_the_left(void *unused)
{
    step_aside(&left, &right);
    return unused;
}

static void *from_the_right(void *unused)
{
    step_aside(&right, &left);
    return unused;
}

int main(int argc, char **argv)
{
    is_innocent = pair_is_innocent(argc, argv);
    pthread_barrier_init(&both_hold_one, NULL, 2);
    pthread_barrier_init(&both_tried, NULL, 2);
    pthread_t threads[] = {pair_start("from left", from_the_left, NULL),
                           pair_start("from right", from_the_right, NULL)};
    for (int i = 0; i < 2; i++)
        pthread_join(threads[i], NULL);
    return 0;
}
