/*
 * Two threads take two mutexes in opposite orders, and both have the first one before either asks
 * for the second. Innocent: one of them gives up after a while, and tries again.
 *
 * usage: deadlock_mutex [innocent|robust]     robust: the mutexes are, which changes nothing
 */
#include "pair.h"

static pthread_mutex_t left = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t right = PTHREAD_MUTEX_INITIALIZER;
static pthread_barrier_t both_hold_one;
static bool is_innocent;

static void *forwards(void *unused)
{
    pthread_mutex_lock(&left);
    pthread_barrier_wait(&both_hold_one);
    pthread_mutex_lock(&right);
    pthread_mutex_unlock(&right);
    pthread_mutex_unlock(&left);
    return unused;
}

static void *backwards(void *unused)
{
    pthread_mutex_lock(&right);
    pthread_barrier_wait(&both_hold_one);
    struct timespec limit = pair_soon(1500);
    int failed = is_innocent ? pthread_mutex_timedlock(&left, &limit) : pthread_mutex_lock(&left);
    if (!failed)
        pthread_mutex_unlock(&left);
    pthread_mutex_unlock(&right);
    return unused;
}

static void make_robust(void)
{
    pthread_mutexattr_t attributes;
    pthread_mutexattr_init(&attributes);
    pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
    pthread_mutex_init(&left, &attributes);
    pthread_mutex_init(&right, &attributes);
}

int main(int argc, char **argv)
{
    is_innocent = pair_is_innocent(argc, argv);
    if (argc > 1 && strcmp(argv[1], "robust") == 0)
        make_robust();
    pthread_barrier_init(&both_hold_one, NULL, 2);
    pthread_t threads[] = {pair_start("forwards", forwards, NULL),
                           pair_start("backwards", backwards, NULL)};
    for (int i = 0; i < 2; i++)
        pthread_join(threads[i], NULL);
    return 0;
}
