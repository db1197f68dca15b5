/*
 * What the cases of hooks.c need besides the call that they are about: objects, and other threads
 * that hold, wait and wake. A call that does not answer as it must ends the program with status 1.
 */
#ifndef HOOKS_NEEDS_H
#define HOOKS_NEEDS_H

#include <errno.h>
#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define IS(expected, expression) is(expected, expression, __LINE__)
#define OK(expression)           is(0, expression, __LINE__)

static const struct timespec past = {0, 1};
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_rwlock_t rwlock = PTHREAD_RWLOCK_INITIALIZER;
static pthread_rwlock_t other_rwlock = PTHREAD_RWLOCK_INITIALIZER;
static pthread_cond_t cond = PTHREAD_COND_INITIALIZER;
static pthread_barrier_t barrier;
static pthread_spinlock_t spin;
static sem_t sem;
static bool is_ready; /* under mutex */

static void is(int expected, int actual, int line)
{
    if (actual == expected)
        return;
    printf("line %d: expected %d, got %d\n", line, expected, actual);
    fflush(stdout);
    _exit(1);
}

__attribute__((noinline)) static void prepare_mutex(void)
{
    OK(pthread_mutex_lock(&mutex));
}

__attribute__((noinline)) static void prepare_mutex_used(void)
{
    OK(pthread_mutex_lock(&mutex));
    OK(pthread_mutex_unlock(&mutex));
}

__attribute__((noinline)) static void prepare_rwlock(void)
{
    OK(pthread_rwlock_wrlock(&rwlock));
}

static void prepare_sem(unsigned value)
{
    OK(sem_init(&sem, 0, value));
}

static pthread_t prepare_thread(void *(*start)(void *))
{
    pthread_t thread;
    OK(pthread_create(&thread, NULL, start, NULL));
    return thread;
}

static void *do_nothing(void *unused)
{
    return unused;
}

static void do_not_much(void)
{
}

static void *do_pause(void *unused)
{
    for (;;)
        pause();
    return unused;
}

static void *do_hold(void *unused)
{
    OK(pthread_rwlock_wrlock(&other_rwlock));
    pthread_barrier_wait(&barrier);
    return do_pause(unused);
}

/* Another thread holds other_rwlock from now on. */
static void prepare_holder(void)
{
    prepare_thread(do_hold);
    pthread_barrier_wait(&barrier);
}

static int (*waiter_wait)(pthread_cond_t *, pthread_mutex_t *);
static int (*waker_wake)(pthread_cond_t *);

static void *do_cond_wait(void *unused)
{
    OK(pthread_mutex_lock(&mutex));
    pthread_barrier_wait(&barrier);
    while (!is_ready)
        OK(waiter_wait(&cond, &mutex));
    OK(pthread_mutex_unlock(&mutex));
    return unused;
}

/* Another thread waits in `wait`, which has given up the mutex; this one has taken it. */
static pthread_t prepare_waiter(int (*wait)(pthread_cond_t *, pthread_mutex_t *))
{
    waiter_wait = wait;
    pthread_t thread = prepare_thread(do_cond_wait);
    pthread_barrier_wait(&barrier);
    prepare_mutex();
    is_ready = true;
    return thread;
}

static void finish_waiter(pthread_t thread)
{
    OK(pthread_mutex_unlock(&mutex));
    OK(pthread_join(thread, NULL));
}

static void *do_wake(void *unused)
{
    OK(pthread_mutex_lock(&mutex));
    is_ready = true;
    OK(waker_wake(&cond));
    OK(pthread_mutex_unlock(&mutex));
    return unused;
}

/* The mutex is held, and another thread will wake us as soon as it gets it. */
static void prepare_waker(int (*wake)(pthread_cond_t *))
{
    waker_wake = wake;
    prepare_mutex();
    prepare_thread(do_wake);
}

static void *do_sem_wait(void *unused)
{
    OK(sem_wait(&sem));
    return unused;
}

/* glibc counts the waiters of a semaphore in the upper half of its first word. */
static pthread_t prepare_sem_waiter(void)
{
    pthread_t thread = prepare_thread(do_sem_wait);
    while (__atomic_load_n((const unsigned *)&sem + 1, __ATOMIC_ACQUIRE) == 0)
        sched_yield();
    return thread;
}

static void prepare_spin_new(void)
{
    OK(pthread_spin_init(&spin, PTHREAD_PROCESS_PRIVATE));
}

__attribute__((noinline)) static void prepare_spin(void)
{
    OK(pthread_spin_lock(&spin));
}

static void *do_arrive(void *unused)
{
    OK(pthread_barrier_wait(&barrier));
    return unused;
}

/* glibc counts the arrivals at a barrier in its first word. */
static pthread_t prepare_arrival(void)
{
    pthread_t thread = prepare_thread(do_arrive);
    while (__atomic_load_n((const unsigned *)&barrier, __ATOMIC_ACQUIRE) == 0)
        sched_yield();
    return thread;
}

__attribute__((noinline)) static void prepare_stream(void)
{
    flockfile(stderr);
}

static void *do_hold_stream(void *unused)
{
    flockfile(stdin);
    pthread_barrier_wait(&barrier);
    return do_pause(unused);
}

/* Another thread holds stdin from now on. */
static void prepare_stream_holder(void)
{
    prepare_thread(do_hold_stream);
    pthread_barrier_wait(&barrier);
}

#endif
