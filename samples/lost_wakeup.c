/*
 * The signal comes before the wait, and the waiter does not look whether there is anything left to
 * wait for. Innocent: it does look.
 */
#include "pair.h"

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t is_ready = PTHREAD_COND_INITIALIZER;
static bool was_made;

static void *maker(void *unused)
{
    pthread_mutex_lock(&mutex);
    was_made = true;
    pthread_cond_signal(&is_ready);
    pthread_mutex_unlock(&mutex);
    return unused;
}

int main(int argc, char **argv)
{
    bool is_innocent = pair_is_innocent(argc, argv);
    pthread_join(pair_start("maker", maker, NULL), NULL);
    pthread_mutex_lock(&mutex);
    if (!is_innocent || !was_made)
        pthread_cond_wait(&is_ready, &mutex);
    pthread_mutex_unlock(&mutex);
    return 0;
}
