/*
 * Logs what threads see when they are created, joined, cancelled, and when they leave.
 *
 * usage: semantics_threads
 */
#include <limits.h>
#include <pthread.h>
#include <semaphore.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "semantics_log.h"

static pthread_mutex_t plain = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t cond = PTHREAD_COND_INITIALIZER;
static sem_t sem;
static int never; /* what nobody makes true */

/* --- threads --- */

static pthread_barrier_t barrier;

static void *end_at_barrier(void *value)
{
    pthread_barrier_wait(&barrier);
    return value;
}

static void *join_self(void *unused)
{
    LOG(pthread_join(pthread_self(), NULL));
    LOG(pthread_tryjoin_np(pthread_self(), NULL));
    LOG(pthread_setname_np(pthread_self(), "a name of more than 15"));
    LOG(pthread_setname_np(pthread_self(), "short"));
    return unused;
}

static void thread_without_memory(void)
{
    pthread_attr_t attributes;
    pthread_t thread;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, 1ul << 46);
    LOG(pthread_create(&thread, &attributes, join_self, NULL));
    pthread_attr_setstacksize(&attributes, PTHREAD_STACK_MIN);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    LOG(pthread_create(&thread, &attributes, end_at_barrier, NULL));
    LOG(pthread_join(thread, NULL));
    LOG(pthread_detach(thread));
    LOG(pthread_tryjoin_np(thread, NULL));
    pthread_barrier_wait(&barrier);
}

static void threads(void)
{
    pthread_t thread;
    void *value = NULL;
    printf("threads\n");
    in_thread(join_self, NULL);
    pthread_barrier_init(&barrier, NULL, 2);
    LOG(pthread_create(&thread, NULL, end_at_barrier, (void *)1234));
    LOG(pthread_tryjoin_np(thread, &value));
    LOG(pthread_timedjoin_np(thread, &value, &past));
    LOG(pthread_clockjoin_np(thread, &value, CLOCK_MONOTONIC, &past));
    LOG(pthread_clockjoin_np(thread, &value, CLOCK_PROCESS_CPUTIME_ID, &future));
    pthread_barrier_wait(&barrier);
    LOG(pthread_timedjoin_np(thread, &value, &future));
    LOG((long)value);
    thread_without_memory();
}

/* --- cancellation, exits and destructors --- */

static void log_cleanup(void *name)
{
    printf("  cleanup of %s\n", (const char *)name);
}

static void unlock_plain(void *unused)
{
    (void)unused;
    LOG(pthread_mutex_trylock(&plain));
    LOG(pthread_mutex_unlock(&plain));
}

static void *wait_in_cond(void *unused)
{
    pthread_mutex_lock(&plain);
    pthread_cleanup_push(unlock_plain, NULL);
    waiter_tid = (int)syscall(SYS_gettid);
    while (!never)
        pthread_cond_wait(&cond, &plain);
    pthread_cleanup_pop(1);
    return unused;
}

static void *wait_in_timed_cond(void *unused)
{
    pthread_mutex_lock(&plain);
    pthread_cleanup_push(unlock_plain, NULL);
    waiter_tid = (int)syscall(SYS_gettid);
    while (!never)
        pthread_cond_clockwait(&cond, &plain, CLOCK_REALTIME, &future);
    pthread_cleanup_pop(1);
    return unused;
}

static void *wait_in_sem(void *unused)
{
    pthread_cleanup_push(log_cleanup, "sem_wait");
    waiter_tid = (int)syscall(SYS_gettid);
    sem_wait(&sem);
    pthread_cleanup_pop(0);
    return unused;
}

static void *wait_in_join(void *other)
{
    pthread_cleanup_push(log_cleanup, "pthread_join");
    waiter_tid = (int)syscall(SYS_gettid);
    pthread_join(*(pthread_t *)other, NULL);
    pthread_cleanup_pop(0);
    return NULL;
}

static void cancel_in(void *(*start)(void *), void *argument)
{
    pthread_t thread;
    void *value;
    waiter_tid = 0;
    pthread_create(&thread, NULL, start, argument);
    await_sleep(&waiter_tid);
    int cancel_result = pthread_cancel(thread);
    LOG(pthread_join(thread, &value));
    LOG(cancel_result);
    LOG(value == PTHREAD_CANCELED);
}

/* A cancellation that is pending acts in sem_wait even if it need not wait, and takes nothing. */
static void *cancelled_before(void *argument)
{
    int value;
    pthread_cleanup_push(log_cleanup, "a pending cancellation");
    pthread_cancel(pthread_self());
    LOG(pthread_mutex_lock(&plain)); /* no cancellation point */
    LOG(pthread_mutex_unlock(&plain));
    LOG(pthread_mutex_timedlock(&plain, &future));
    LOG(pthread_mutex_unlock(&plain));
    LOG(sem_trywait(&sem));
    LOG(sem_post(&sem));
    if (argument)
        LOG(sem_timedwait(&sem, &too_many));
    LOG(argument ? sem_timedwait(&sem, &future) : sem_wait(&sem));
    pthread_cleanup_pop(0);
    LOG((sem_getvalue(&sem, &value), value));
    return NULL;
}

static pthread_key_t key;

static void lock_in_destructor(void *value)
{
    long round = (long)value;
    printf("  destructor %ld\n", round);
    LOG(pthread_mutex_lock(&plain));
    LOG(pthread_mutex_unlock(&plain));
    if (round < 3)
        pthread_setspecific(key, (void *)(round + 1));
}

static void *exit_deep_inside(void *unused)
{
    pthread_setspecific(key, (void *)1);
    pthread_mutex_lock(&plain);
    pthread_cleanup_push(unlock_plain, NULL);
    pthread_exit((void *)55);
    pthread_cleanup_pop(0);
    return unused;
}

static void *only_destructors(void *unused)
{
    pthread_setspecific(key, (void *)2);
    return unused;
}

static void ends(void)
{
    int value;
    pthread_t thread;
    printf("ends\n");
    LOG(sem_init(&sem, 0, 0));
    cancel_in(wait_in_cond, NULL);
    cancel_in(wait_in_timed_cond, NULL);
    cancel_in(wait_in_sem, NULL);
    pthread_create(&thread, NULL, end_at_barrier, NULL);
    cancel_in(wait_in_join, &thread);
    pthread_barrier_wait(&barrier);
    LOG(pthread_join(thread, NULL));
    LOG(sem_post(&sem));
    LOG(in_thread(cancelled_before, NULL) == PTHREAD_CANCELED);
    LOG(in_thread(cancelled_before, &value) == PTHREAD_CANCELED);
    LOG((sem_getvalue(&sem, &value), value));
    LOG(pthread_key_create(&key, lock_in_destructor));
    LOG((long)in_thread(exit_deep_inside, NULL));
    LOG((long)in_thread(only_destructors, NULL));
    LOG(pthread_mutex_trylock(&plain));
    LOG(pthread_mutex_unlock(&plain));
}

int main(void)
{
    log_begin();
    threads();
    ends();
    return 0;
}
