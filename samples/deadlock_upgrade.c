/*
 * Two readers of an rwlock want to become its writer, and neither stops reading. Innocent: each
 * stops reading first.
 */
#include "pair.h"

static pthread_rwlock_t table = PTHREAD_RWLOCK_INITIALIZER;
static pthread_barrier_t both_read;
static bool is_innocent;

static void *updater(void *unused)
{
    pthread_rwlock_rdlock(&table);
    pthread_barrier_wait(&both_read);
    if (is_innocent)
        pthread_rwlock_unlock(&table);
    pthread_rwlock_wrlock(&table);
    pthread_rwlock_unlock(&table);
    return unused;
}

int main(int argc, char **argv)
{
    is_innocent = pair_is_innocent(argc, argv);
    pthread_barrier_init(&both_read, NULL, 2);
    pthread_t other = pair_start("updater", updater, NULL);
    updater(NULL);
    pthread_join(other, NULL);
    return 0;
}
