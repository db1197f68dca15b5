/*
 * Two semaphores with one place each are used as locks, in opposite orders. Innocent: each has room
 * for both threads.
 */
#include "pair.h"

#include <semaphore.h>

static sem_t printer, scanner;
static pthread_barrier_t both_have_one;

static void use(sem_t *first, sem_t *second)
{
    sem_wait(first);
    pthread_barrier_wait(&both_have_one);
    sem_wait(second);
    sem_post(second);
    sem_post(first);
}

static void *copy(void *unused)
{
    use(&scanner, &printer);
    return unused;
}

static void *proof(void *unused)
{
    use(&printer, &scanner);
    return unused;
}

int main(int argc, char **argv)
{
    unsigned places = pair_is_innocent(argc, argv) ? 2 : 1;
    sem_init(&printer, 0, places);
    sem_init(&scanner, 0, places);
    pthread_barrier_init(&both_have_one, NULL, 2);
    pthread_t threads[] = {pair_start("copy", copy, NULL), pair_start("proof", proof, NULL)};
    for (int i = 0; i < 2; i++)
        pthread_join(threads[i], NULL);
    return 0;
}
