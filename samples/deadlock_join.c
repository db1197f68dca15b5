/*
 * A thread joins another one with a lock in its hand that the other needs to end. Innocent: it puts
 * the lock down first, and the other takes its time.
 */
#include "pair.h"

static pthread_mutex_t registry = PTHREAD_MUTEX_INITIALIZER;
static bool is_innocent;

static void *worker(void *unused)
{
    if (is_innocent)
        pair_nap(600);
    pthread_mutex_lock(&registry);
    pthread_mutex_unlock(&registry);
    return unused;
}

int main(int argc, char **argv)
{
    is_innocent = pair_is_innocent(argc, argv);
    pthread_mutex_lock(&registry);
    pthread_t thread = pair_start("worker", worker, NULL);
    if (is_innocent)
        pthread_mutex_unlock(&registry);
    pthread_join(thread, NULL);
    if (!is_innocent)
        pthread_mutex_unlock(&registry);
    return 0;
}
