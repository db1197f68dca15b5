/*
 * Five dining philosophers who cannot deadlock: everybody takes the fork with the lower number
 * first. Each fork lies between two philosophers, so it is taken exactly 2 * MEALS times.
 * What to look for in the report: five locks `forks[0]` to `forks[4]` with equal acquisitions.
 *
 * usage: philosophers [MEALS]     meals of each philosopher
 */
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>

enum { SEATS = 5 };

static pthread_mutex_t forks[SEATS] = {
    PTHREAD_MUTEX_INITIALIZER, PTHREAD_MUTEX_INITIALIZER, PTHREAD_MUTEX_INITIALIZER,
    PTHREAD_MUTEX_INITIALIZER, PTHREAD_MUTEX_INITIALIZER,
};
static long meals = 200000;
static long eaten[SEATS];

static void eat(int seat)
{
    int left = seat, right = (seat + 1) % SEATS;
    pthread_mutex_t *first = &forks[left < right ? left : right];
    pthread_mutex_t *second = &forks[left < right ? right : left];

    pthread_mutex_lock(first);
    pthread_mutex_lock(second);
    /* Chew now and then with both forks in hand, so that the neighbours have to wait. */
    if (++eaten[seat] % 64 == 0)
        sched_yield();
    pthread_mutex_unlock(second);
    pthread_mutex_unlock(first);
}

static void *philosopher(void *argument)
{
    for (long i = 0; i < meals; i++)
        eat((int)(long)argument);
    return NULL;
}

int main(int argc, char **argv)
{
    pthread_t threads[SEATS];
    long total = 0;

    if (argc > 1)
        meals = atol(argv[1]);
    for (long seat = 0; seat < SEATS; seat++)
        pthread_create(&threads[seat], NULL, philosopher, (void *)seat);
    for (int seat = 0; seat < SEATS; seat++) {
        pthread_join(threads[seat], NULL);
        total += eaten[seat];
    }
    printf("%ld meals\n", total);
    return 0;
}
