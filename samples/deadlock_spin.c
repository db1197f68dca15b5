/*
 * Two threads take two spin locks in opposite orders, and burn two processors for ever. Innocent:
 * one of them only tries.
 */
#include "pair.h"

static pthread_spinlock_t left, right;
static pthread_barrier_t both_hold_one;
static bool is_innocent;

static void *forwards(void *unused)
{
    pthread_spin_lock(&left);
    pthread_barrier_wait(&both_hold_one);
    pthread_spin_lock(&right);
    pthread_spin_unlock(&right);
    pthread_spin_unlock(&left);
    return unused;
}

static void *backwards(void *unused)
{
    pthread_spin_lock(&right);
    pthread_barrier_wait(&both_hold_one);
    if (!is_innocent)
        pthread_spin_lock(&left);
    if (!is_innocent || pthread_spin_trylock(&left) == 0)
        pthread_spin_unlock(&left);
    pthread_spin_unlock(&right);
    return unused;
}

int main(int argc, char **argv)
{
    is_innocent = pair_is_innocent(argc, argv);
    pthread_spin_init(&left, PTHREAD_PROCESS_PRIVATE);
    pthread_spin_init(&right, PTHREAD_PROCESS_PRIVATE);
    pthread_barrier_init(&both_hold_one, NULL, 2);
    pthread_t threads[] = {pair_start("forwards", forwards, NULL),
                           pair_start("backwards", backwards, NULL)};
    for (int i = 0; i < 2; i++)
        pthread_join(threads[i], NULL);
    return 0;
}
