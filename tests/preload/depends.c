/*
 * What a thread waits for while it holds locks: one case for each kind of thing.
 *
 * usage: depends CASE
 *
 * A case's function holds `outer`; what it wants is wanted in a function called want_X.
 */
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "cases.h"

#define APART __attribute__((noinline)) static

static pthread_mutex_t outer = PTHREAD_MUTEX_INITIALIZER, inner = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t cond = PTHREAD_COND_INITIALIZER;
static pthread_barrier_t barrier;
static pthread_once_t control = PTHREAD_ONCE_INIT;
static sem_t sem, ready;

static void *nothing(void *unused)
{
    return unused;
}

APART void want_inner(void)
{
    pthread_mutex_lock(&inner);
    pthread_mutex_unlock(&inner);
    __asm__ volatile("");
}

APART void take_both(void)
{
    pthread_mutex_lock(&outer);
    want_inner();
    pthread_mutex_unlock(&outer);
}

static void *take_both_in_thread(void *unused)
{
    take_both();
    return unused;
}

/* --- cases --- */

APART void want_join(pthread_t thread)
{
    pthread_join(thread, NULL);
    __asm__ volatile("");
}

static void case_join(void)
{
    pthread_t thread;
    pthread_create(&thread, NULL, nothing, NULL);
    pthread_mutex_lock(&outer);
    want_join(thread);
    pthread_mutex_unlock(&outer);
}

APART void want_cond(void)
{
    struct timespec past = {0, 0};
    pthread_cond_timedwait(&cond, &inner, &past);
    __asm__ volatile("");
}

static void case_cond(void)
{
    pthread_mutex_lock(&outer);
    pthread_mutex_lock(&inner);
    want_cond();
    pthread_mutex_unlock(&inner);
    pthread_mutex_unlock(&outer);
}

APART void want_sem(void)
{
    sem_wait(&sem);
    __asm__ volatile("");
}

static void case_sem(void)
{
    sem_init(&sem, 0, 2);
    pthread_mutex_lock(&outer);
    want_sem();
    pthread_mutex_unlock(&outer);
}

APART void want_barrier(void)
{
    pthread_barrier_wait(&barrier);
    __asm__ volatile("");
}

static void case_barrier(void)
{
    pthread_barrier_init(&barrier, NULL, 1);
    pthread_mutex_lock(&outer);
    want_barrier();
    pthread_mutex_unlock(&outer);
}

APART void want_once(void)
{
    pthread_once(&control, want_inner);
    __asm__ volatile("");
}

static void case_once(void)
{
    pthread_mutex_lock(&outer);
    want_once();
    pthread_mutex_unlock(&outer);
}

static void be_cancelled(void)
{
    want_inner();
    pthread_cancel(pthread_self());
    pthread_testcancel();
}

static void *cancelled_once(void *unused)
{
    pthread_once(&control, be_cancelled);
    return unused;
}

/* The thread's own end must not leave the once in its list: another thread runs it then. */
static void case_once_cancelled(void)
{
    pthread_t thread;
    pthread_create(&thread, NULL, cancelled_once, NULL);
    pthread_join(thread, NULL);
    want_once();
}

/* One thread alone, twice; then another one as well; then the first again, at the same place. */
static void case_publish(void)
{
    for (int i = 0; i < 4; i++) {
        pthread_t thread;
        if (i == 2) {
            pthread_create(&thread, NULL, take_both_in_thread, NULL);
            pthread_join(thread, NULL);
        }
        take_both();
    }
}

/* Threads one after the other, which get the same lane and take the same locks at one place. */
static void case_publish_lane(void)
{
    for (int i = 0; i < 3; i++) {
        pthread_t thread;
        pthread_create(&thread, NULL, take_both_in_thread, NULL);
        pthread_join(thread, NULL);
    }
}

APART void *hold_inner_want_outer(void *unused)
{
    pthread_mutex_lock(&inner);
    sem_post(&ready);
    sem_wait(&sem);
    pthread_mutex_lock(&outer);
    return unused;
}

APART void hold_outer_want_inner(void)
{
    pthread_mutex_lock(&outer);
    sem_wait(&ready);
    sem_post(&sem);
    want_inner();
}

/* The first time that both orders occur is the deadlock. */
static void case_deadlock(void)
{
    pthread_t thread;
    sem_init(&ready, 0, 0);
    sem_init(&sem, 0, 0);
    pthread_create(&thread, NULL, hold_inner_want_outer, NULL);
    hold_outer_want_inner();
}

static const struct named_case cases[] = {
    {"join", case_join},         {"cond", case_cond},
    {"sem", case_sem},           {"barrier", case_barrier},
    {"once", case_once},         {"once_cancelled", case_once_cancelled},
    {"publish", case_publish},   {"publish_lane", case_publish_lane},
    {"deadlock", case_deadlock},
};

int main(int argc, char **argv)
{
    return run_case(cases, sizeof cases / sizeof *cases, argc, argv);
}
