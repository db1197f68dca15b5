/*
 * A thread ends with a mutex locked, and another one wants it. With `cancel` it is cancelled
 * instead. Innocent: the mutex is robust, so the next one gets it and is told.
 */
#include "pair.h"

#include <errno.h>

static pthread_mutex_t journal;
static bool is_cancelled;

static void *writer(void *unused)
{
    pthread_mutex_lock(&journal);
    while (is_cancelled)
        pair_nap(1);
    return unused; /* on the way out, the journal stays locked */
}

int main(int argc, char **argv)
{
    pthread_mutexattr_t attributes;
    pthread_mutexattr_init(&attributes);
    if (pair_is_innocent(argc, argv))
        pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
    is_cancelled = argc > 1 && strcmp(argv[1], "cancel") == 0;
    pthread_mutex_init(&journal, &attributes);
    pthread_t thread = pair_start("writer", writer, NULL);
    while (is_cancelled && pthread_mutex_trylock(&journal) == 0)
        pthread_mutex_unlock(&journal);
    if (is_cancelled)
        pthread_cancel(thread);
    pthread_join(thread, NULL);
    if (pthread_mutex_lock(&journal) == EOWNERDEAD)
        pthread_mutex_consistent(&journal);
    pthread_mutex_unlock(&journal);
    return 0;
}
