/*
 * Looks like a hang from afar, and is none: threads that wait for long with a time limit, for a
 * slow holder, and for a signal that a living thread gives in the end.
 */
#include "pair.h"

static pthread_mutex_t slow = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t is_done = PTHREAD_COND_INITIALIZER;
static pthread_cond_t never = PTHREAD_COND_INITIALIZER;
static bool was_done;

static void *needs_slow(void *unused)
{
    pthread_mutex_lock(&slow);
    pthread_mutex_unlock(&slow);
    return unused;
}

static void *waits(void *unused)
{
    pthread_mutex_lock(&mutex);
    while (!was_done)
        pthread_cond_wait(&is_done, &mutex);
    pthread_mutex_unlock(&mutex);
    return unused;
}

static void *waits_with_limit(void *unused)
{
    struct timespec limit = pair_soon(1500);
    pthread_mutex_lock(&mutex);
    pthread_cond_timedwait(&never, &mutex, &limit);
    pthread_mutex_unlock(&mutex);
    return unused;
}

int main(void)
{
    pthread_mutex_lock(&slow);
    pthread_t threads[] = {pair_start("needs slow", needs_slow, NULL),
                           pair_start("waits", waits, NULL),
                           pair_start("has limit", waits_with_limit, NULL)};
    pair_nap(1200);
    pthread_mutex_unlock(&slow);
    pthread_join(threads[2], NULL);
    pthread_mutex_lock(&mutex);
    was_done = true;
    pthread_cond_broadcast(&is_done);
    pthread_mutex_unlock(&mutex);
    pthread_join(threads[0], NULL);
    pthread_join(threads[1], NULL);
    return 0;
}
