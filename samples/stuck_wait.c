/*
 * A consumer waits for a third item, and the producer has gone after two. Innocent: the producer
 * is only slow.
 */
#include "pair.h"

#include <semaphore.h>

static sem_t items;
static bool is_innocent;

static void *producer(void *unused)
{
    sem_post(&items);
    sem_post(&items);
    if (is_innocent) {
        pair_nap(900);
        sem_post(&items);
    }
    return unused;
}

int main(int argc, char **argv)
{
    is_innocent = pair_is_innocent(argc, argv);
    sem_init(&items, 0, 0);
    pthread_t thread = pair_start("producer", producer, NULL);
    for (int i = 0; i < 3; i++)
        sem_wait(&items);
    pthread_join(thread, NULL);
    return 0;
}
