/*
 * Orders between threads, signals that meet nobody, and tries that fail: one case for each.
 *
 * usage: orders CASE
 */
#include <pthread.h>
#include <semaphore.h>
#include <stdlib.h>

#include "cases.h"

#define APART __attribute__((noinline)) static
enum { ROUNDS = 3, MANY = 1100, TRIES = 5, OBJECTS = 70000 };

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER, other = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t cond = PTHREAD_COND_INITIALIZER;
static pthread_barrier_t barrier;
static sem_t sem, next;
static int is_set, rounds; /* is_set: under mutex */

static pthread_t start(void *(*routine)(void *))
{
    pthread_t thread;
    if (pthread_create(&thread, NULL, routine, NULL) != 0)
        abort();
    return thread;
}

/* --- cases --- */

static void *pass_rounds(void *unused)
{
    for (int i = 0; i < rounds; i++)
        pthread_barrier_wait(&barrier);
    return unused;
}

static void run_rounds(int count)
{
    rounds = count;
    pthread_barrier_init(&barrier, NULL, 2);
    pthread_t thread = start(pass_rounds);
    pass_rounds(NULL);
    pthread_join(thread, NULL);
}

static void case_barrier(void)
{
    run_rounds(ROUNDS);
}

static void case_many_rounds(void)
{
    run_rounds(MANY);
}

static void *wait_until_set(void *unused)
{
    pthread_mutex_lock(&mutex);
    pthread_barrier_wait(&barrier);
    while (!is_set)
        pthread_cond_wait(&cond, &mutex);
    pthread_mutex_unlock(&mutex);
    return unused;
}

/* The mutex is free only when the other thread waits. */
static void case_cond(void)
{
    pthread_barrier_init(&barrier, NULL, 2);
    pthread_t thread = start(wait_until_set);
    pthread_barrier_wait(&barrier);
    pthread_mutex_lock(&mutex);
    is_set = 1;
    pthread_cond_signal(&cond);
    pthread_mutex_unlock(&mutex);
    pthread_join(thread, NULL);
}

APART void signal_nobody(void)
{
    pthread_cond_signal(&cond);
    pthread_cond_broadcast(&cond);
    __asm__ volatile("");
}

static void case_missed(void)
{
    signal_nobody();
    pthread_cond_destroy(&cond);
    __asm__ volatile("");
}

static void *post_twice(void *unused)
{
    sem_post(&sem);
    sem_post(&sem);
    return unused;
}

/* The waits come after the posts, and find them. */
static void case_post(void)
{
    sem_init(&sem, 0, 0);
    pthread_join(start(post_twice), NULL);
    sem_wait(&sem);
    sem_wait(&sem);
}

static void *post_each(void *unused)
{
    for (int i = 0; i < OBJECTS; i++) {
        sem_wait(&next);
        sem_post(&sem);
    }
    return unused;
}

/* Each wait is for an object of its own, made in one place. */
static void case_many_objects(void)
{
    sem_init(&next, 0, 0);
    pthread_t thread = start(post_each);
    for (int i = 0; i < OBJECTS; i++) {
        sem_init(&sem, 0, 0);
        sem_post(&next);
        sem_wait(&sem);
        sem_destroy(&sem);
    }
    pthread_join(thread, NULL);
}

static void *hold_mutex(void *unused)
{
    pthread_mutex_lock(&mutex);
    pthread_barrier_wait(&barrier);
    pthread_barrier_wait(&barrier);
    pthread_mutex_unlock(&mutex);
    return unused;
}

APART int try_mutex(void)
{
    int result = pthread_mutex_trylock(&mutex);
    __asm__ volatile("");
    return result;
}

/* In vain five times, then with success, then in vain once and locked by another call. */
static void case_retry(void)
{
    struct timespec past = {1, 0};
    pthread_barrier_init(&barrier, NULL, 2);
    pthread_t thread = start(hold_mutex);
    pthread_barrier_wait(&barrier);
    pthread_mutex_lock(&other);
    rounds = TRIES; /* not known when the loop is compiled: all tries have one call stack */
    for (int i = 0; i < rounds; i++)
        try_mutex();
    pthread_mutex_timedlock(&mutex, &past);
    pthread_mutex_unlock(&other);
    try_mutex(); /* without a lock: no retry */
    pthread_barrier_wait(&barrier);
    pthread_join(thread, NULL);
    pthread_mutex_lock(&other);
    if (try_mutex() == 0)
        pthread_mutex_unlock(&mutex);
    pthread_mutex_unlock(&other);
}

static const struct named_case cases[] = {
    {"barrier", case_barrier},
    {"many_rounds", case_many_rounds},
    {"cond", case_cond},
    {"missed", case_missed},
    {"post", case_post},
    {"retry", case_retry},
    {"many_objects", case_many_objects},
};

int main(int argc, char **argv)
{
    return run_case(cases, sizeof cases / sizeof *cases, argc, argv);
}
