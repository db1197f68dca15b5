/*
 * A reader reads again while a writer waits, on an rwlock that lets no reader pass a writer.
 * Innocent: on one that does.
 */
#include "pair.h"

static pthread_rwlock_t index_lock;

static void *writer(void *unused)
{
    pthread_rwlock_wrlock(&index_lock);
    pthread_rwlock_unlock(&index_lock);
    return unused;
}

int main(int argc, char **argv)
{
    pthread_rwlockattr_t attributes;
    pthread_rwlockattr_init(&attributes);
    if (!pair_is_innocent(argc, argv))
        pthread_rwlockattr_setkind_np(&attributes, PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP);
    pthread_rwlock_init(&index_lock, &attributes);
    pthread_rwlock_rdlock(&index_lock);
    pthread_t thread = pair_start("writer", writer, NULL);
    if (pair_is_innocent(argc, argv)) {
        pair_nap(20);
    } else {
        /* Only a queued writer keeps another reader out. */
        while (pthread_rwlock_tryrdlock(&index_lock) == 0)
            pthread_rwlock_unlock(&index_lock);
    }
    pthread_rwlock_rdlock(&index_lock);
    pthread_rwlock_unlock(&index_lock);
    pthread_rwlock_unlock(&index_lock);
    pthread_join(thread, NULL);
    return 0;
}
