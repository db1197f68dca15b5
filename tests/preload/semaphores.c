/*
 * Semaphores as locks and as signals: one case for each way to use them.
 *
 * usage: semaphores CASE
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "cases.h"

#define APART __attribute__((noinline)) static

static sem_t first, second;
static pthread_barrier_t barrier;

APART void hold(sem_t *sem)
{
    if (sem_wait(sem) != 0)
        abort();
    __asm__ volatile("");
}

APART void release(sem_t *sem)
{
    if (sem_post(sem) != 0)
        abort();
    __asm__ volatile("");
}

static void *release_in_thread(void *sem)
{
    release(sem);
    return NULL;
}

static void post_from_another_thread(sem_t *sem)
{
    pthread_t thread;
    pthread_create(&thread, NULL, release_in_thread, sem);
    pthread_join(thread, NULL);
}

/* --- cases --- */

/* Two locks, one in the other; the second begins with a post. */
static void case_lock(void)
{
    sem_init(&first, 0, 1);
    sem_init(&second, 0, 0);
    release(&second);
    for (int i = 0; i < 10; i++) {
        hold(&first);
        hold(&second);
        release(&second);
        release(&first);
    }
}

static void case_counting(void)
{
    sem_init(&first, 0, 2);
    hold(&first);
    hold(&first);
    release(&first);
}

/* One-shot events: the only unit is taken, and the semaphore is over. */
static void case_one_shot(void)
{
    static pthread_mutex_t other = PTHREAD_MUTEX_INITIALIZER;
    for (int i = 0; i < 100; i++) {
        sem_t *shot = malloc(sizeof *shot);
        sem_init(shot, 0, 1);
        sem_wait(shot);
        if (i % 2)
            sem_destroy(shot);
        free(shot);
        pthread_mutex_lock(&other);
        pthread_mutex_unlock(&other);
    }
}

/* Posted twice before the first wait: no lock. */
static void case_posted_twice(void)
{
    sem_init(&first, 0, 0);
    release(&first);
    release(&first);
    hold(&first);
}

static void *wait_in_thread(void *sem)
{
    pthread_barrier_wait(&barrier);
    hold(sem);
    return NULL;
}

/* Waited for before the first post: no lock. */
static void case_event(void)
{
    pthread_t thread;
    sem_init(&first, 0, 0);
    while (sem_trywait(&first) == 0)
        ;
    pthread_barrier_init(&barrier, NULL, 2);
    pthread_create(&thread, NULL, wait_in_thread, &first);
    pthread_barrier_wait(&barrier);
    release(&first);
    pthread_join(thread, NULL);
}

/* Posted by one thread, then taken by another: that says nothing yet. */
static void case_once(void)
{
    sem_init(&first, 0, 0);
    post_from_another_thread(&first);
    hold(&first);
}

/* Looks like a lock until another thread posts it; then it is none any more. */
static void case_signal(void)
{
    sem_init(&first, 0, 1);
    sem_init(&second, 0, 1);
    hold(&first);
    post_from_another_thread(&first);
    hold(&second);
    hold(&first);
    release(&second);
}

static void *hold_and_release(void *sem)
{
    hold(sem);
    release(sem);
    return NULL;
}

/* Holds it until a byte comes from standard input: who waits meanwhile waits for main. */
static void case_contended(void)
{
    pthread_t waiter;
    sem_init(&first, 0, 1);
    hold(&first);
    pthread_create(&waiter, NULL, hold_and_release, &first);
    getchar();
    release(&first);
    pthread_join(waiter, NULL);
}

/* Takes it twice: the second time it waits for somebody's post. */
static void case_twice(void)
{
    struct timespec past = {1, 0};
    sem_init(&first, 0, 1);
    hold(&first);
    if (sem_timedwait(&first, &past) != -1)
        abort();
    sem_destroy(&first);
}

/* Its first value is what it has when it is first seen. */
static void case_named(void)
{
    char name[64];
    snprintf(name, sizeof name, "/lockjam-test-%d", (int)getpid());
    sem_t *sem = sem_open(name, O_CREAT | O_EXCL, 0600, 1);
    if (sem == SEM_FAILED)
        return;
    sem_unlink(name);
    hold(sem);
    release(sem);
    sem_close(sem);
}

/* Ways to ask that are not sem_wait. */
static void case_ways(void)
{
    struct timespec past = {1, 0};
    sem_init(&first, 0, 1);
    sem_init(&second, 0, 0);
    if (sem_trywait(&first) != 0 || sem_timedwait(&second, &past) != -1 || errno != ETIMEDOUT)
        abort();
    release(&first);
    if (sem_clockwait(&first, CLOCK_MONOTONIC, &past) != 0)
        abort();
    release(&first);
}

static const struct named_case cases[] = {
    {"lock", case_lock},           {"counting", case_counting}, {"posted_twice", case_posted_twice},
    {"event", case_event},         {"once", case_once},         {"signal", case_signal},
    {"contended", case_contended}, {"twice", case_twice},       {"named", case_named},
    {"ways", case_ways},           {"one_shot", case_one_shot},
};

int main(int argc, char **argv)
{
    return run_case(cases, sizeof cases / sizeof *cases, argc, argv);
}
