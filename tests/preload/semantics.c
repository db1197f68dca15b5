/*
 * Logs what locks answer (value and errno) in many situations: the log must be the same with
 * and without the preload.
 *
 * usage: semantics
 */
#include <limits.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "semantics_log.h"

static pthread_mutex_t mutex;
static pthread_rwlock_t rwlock;
static pthread_cond_t cond = PTHREAD_COND_INITIALIZER;
static sem_t sem;

/* --- mutexes --- */

struct mutex_kind {
    const char *name;
    int type, protocol, is_robust, is_shared;
};

static const struct mutex_kind mutex_kinds[] = {
    {"normal", PTHREAD_MUTEX_NORMAL, PTHREAD_PRIO_NONE, 0, 0},
    {"recursive", PTHREAD_MUTEX_RECURSIVE, PTHREAD_PRIO_NONE, 0, 0},
    {"errorcheck", PTHREAD_MUTEX_ERRORCHECK, PTHREAD_PRIO_NONE, 0, 0},
    {"adaptive", PTHREAD_MUTEX_ADAPTIVE_NP, PTHREAD_PRIO_NONE, 0, 0},
    {"shared", PTHREAD_MUTEX_NORMAL, PTHREAD_PRIO_NONE, 0, 1},
    {"robust", PTHREAD_MUTEX_NORMAL, PTHREAD_PRIO_NONE, 1, 0},
    {"robust recursive", PTHREAD_MUTEX_RECURSIVE, PTHREAD_PRIO_NONE, 1, 0},
    {"robust errorcheck shared", PTHREAD_MUTEX_ERRORCHECK, PTHREAD_PRIO_NONE, 1, 1},
    {"inheriting", PTHREAD_MUTEX_NORMAL, PTHREAD_PRIO_INHERIT, 0, 0},
    {"inheriting recursive", PTHREAD_MUTEX_RECURSIVE, PTHREAD_PRIO_INHERIT, 0, 0},
    {"inheriting errorcheck", PTHREAD_MUTEX_ERRORCHECK, PTHREAD_PRIO_INHERIT, 0, 0},
    {"inheriting robust", PTHREAD_MUTEX_NORMAL, PTHREAD_PRIO_INHERIT, 1, 0},
    {"inheriting robust errorcheck", PTHREAD_MUTEX_ERRORCHECK, PTHREAD_PRIO_INHERIT, 1, 0},
    {"protecting", PTHREAD_MUTEX_NORMAL, PTHREAD_PRIO_PROTECT, 0, 0},
    {"protecting errorcheck", PTHREAD_MUTEX_ERRORCHECK, PTHREAD_PRIO_PROTECT, 0, 0},
};

static void mutex_make(const struct mutex_kind *kind)
{
    pthread_mutexattr_t attributes;
    pthread_mutexattr_init(&attributes);
    pthread_mutexattr_settype(&attributes, kind->type);
    pthread_mutexattr_setprotocol(&attributes, kind->protocol);
    pthread_mutexattr_setrobust(&attributes, kind->is_robust);
    pthread_mutexattr_setpshared(&attributes, kind->is_shared);
    LOG(pthread_mutex_init(&mutex, &attributes));
    pthread_mutexattr_destroy(&attributes);
}

static void *mutex_others_view(void *unused)
{
    LOG(pthread_mutex_trylock(&mutex));
    LOG(pthread_mutex_timedlock(&mutex, &past));
    LOG(pthread_mutex_timedlock(&mutex, &before_epoch));
    LOG(pthread_mutex_timedlock(&mutex, &negative));
    LOG(pthread_mutex_timedlock(&mutex, &too_many));
    LOG(pthread_mutex_clocklock(&mutex, CLOCK_REALTIME, &past));
    LOG(pthread_mutex_clocklock(&mutex, CLOCK_MONOTONIC, &past));
    LOG(pthread_mutex_clocklock(&mutex, CLOCK_PROCESS_CPUTIME_ID, &past));
    return unused;
}

static void mutex_set_ceiling(int ceiling)
{
    int old = -1;
    LOG(pthread_mutex_setprioceiling(&mutex, ceiling, &old));
    LOG(old);
}

/* Only of a mutex with a ceiling it can be set, which locks it for a moment. */
static void mutex_ceilings(void)
{
    int now = -1;
    mutex_set_ceiling(20);
    mutex_set_ceiling(1000);
    mutex_set_ceiling(10);
    LOG(pthread_mutex_getprioceiling(&mutex, &now));
    LOG(now);
    mutex_set_ceiling(1);
}

static void *mutex_unlock_as_other(void *unused)
{
    LOG(pthread_mutex_unlock(&mutex));
    return unused;
}

static void *mutex_die_holding(void *unused)
{
    LOG(pthread_mutex_lock(&mutex));
    return unused;
}

/* What a thread may do again with a mutex that it holds. */
static void mutex_again(const struct mutex_kind *kind)
{
    int is_normal = kind->type == PTHREAD_MUTEX_NORMAL || kind->type == PTHREAD_MUTEX_ADAPTIVE_NP;
    LOG(pthread_mutex_trylock(&mutex));
    if (!is_normal) {
        LOG(pthread_mutex_lock(&mutex));
        LOG(pthread_mutex_timedlock(&mutex, &past));
        LOG(pthread_mutex_clocklock(&mutex, CLOCK_MONOTONIC, &past));
    }
    if (kind->type == PTHREAD_MUTEX_ERRORCHECK)
        mutex_set_ceiling(5);
    in_thread(mutex_others_view, NULL);
    if (kind->type == PTHREAD_MUTEX_ERRORCHECK)
        in_thread(mutex_unlock_as_other, NULL);
    if (kind->type == PTHREAD_MUTEX_RECURSIVE)
        for (int i = 0; i < 4; i++)
            LOG(pthread_mutex_unlock(&mutex));
}

static void mutex_free_but_odd(void)
{
    if (LOG(pthread_mutex_timedlock(&mutex, &too_many)) == 0)
        LOG(pthread_mutex_unlock(&mutex));
    if (LOG(pthread_mutex_clocklock(&mutex, CLOCK_MONOTONIC, &negative)) == 0)
        LOG(pthread_mutex_unlock(&mutex));
    if (LOG(pthread_mutex_clocklock(&mutex, 12345, &future)) == 0)
        LOG(pthread_mutex_unlock(&mutex));
}

static void mutex_live(const struct mutex_kind *kind)
{
    printf("%s mutex\n", kind->name);
    mutex_make(kind);
    mutex_free_but_odd();
    mutex_ceilings();
    if (LOG(pthread_mutex_lock(&mutex)) == 0) {
        mutex_again(kind);
        LOG(pthread_mutex_destroy(&mutex));
        LOG(pthread_mutex_consistent(&mutex));
        LOG(pthread_mutex_unlock(&mutex));
        if (kind->type != PTHREAD_MUTEX_NORMAL && kind->type != PTHREAD_MUTEX_ADAPTIVE_NP)
            LOG(pthread_mutex_unlock(&mutex));
    }
    LOG(pthread_mutex_destroy(&mutex));
    LOG(pthread_mutex_lock(&mutex));
    LOG(pthread_mutex_trylock(&mutex));
    LOG(pthread_mutex_unlock(&mutex));
}

static void mutex_die(const struct mutex_kind *kind)
{
    printf("%s mutex whose owner dies\n", kind->name);
    mutex_make(kind);
    in_thread(mutex_die_holding, NULL);
    LOG(pthread_mutex_trylock(&mutex));
    LOG(pthread_mutex_consistent(&mutex));
    LOG(pthread_mutex_unlock(&mutex));
    in_thread(mutex_die_holding, NULL);
    LOG(pthread_mutex_timedlock(&mutex, &future));
    LOG(pthread_mutex_consistent(&mutex));
    in_thread(mutex_others_view, NULL);
    LOG(pthread_mutex_unlock(&mutex));
    in_thread(mutex_die_holding, NULL);
    LOG(pthread_mutex_lock(&mutex));
    LOG(pthread_mutex_unlock(&mutex));
    LOG(pthread_mutex_lock(&mutex));
    LOG(pthread_mutex_trylock(&mutex));
    LOG(pthread_mutex_clocklock(&mutex, CLOCK_MONOTONIC, &past));
    LOG(pthread_mutex_destroy(&mutex));
}

static void mutexes(void)
{
    for (size_t i = 0; i < sizeof mutex_kinds / sizeof *mutex_kinds; i++) {
        mutex_live(&mutex_kinds[i]);
        if (mutex_kinds[i].is_robust)
            mutex_die(&mutex_kinds[i]);
    }
}

/* --- reader-writer locks --- */

static void unlock_if(long result)
{
    if (result == 0)
        LOG(pthread_rwlock_unlock(&rwlock));
}

static void *rwlock_others_view(void *unused)
{
    unlock_if(LOG(pthread_rwlock_tryrdlock(&rwlock)));
    unlock_if(LOG(pthread_rwlock_trywrlock(&rwlock)));
    unlock_if(LOG(pthread_rwlock_timedrdlock(&rwlock, &past)));
    unlock_if(LOG(pthread_rwlock_timedwrlock(&rwlock, &past)));
    LOG(pthread_rwlock_timedrdlock(&rwlock, &negative));
    LOG(pthread_rwlock_timedwrlock(&rwlock, &too_many));
    LOG(pthread_rwlock_clockrdlock(&rwlock, CLOCK_THREAD_CPUTIME_ID, &future));
    LOG(pthread_rwlock_clockwrlock(&rwlock, CLOCK_MONOTONIC, &too_many));
    unlock_if(LOG(pthread_rwlock_clockwrlock(&rwlock, CLOCK_MONOTONIC, &past)));
    return unused;
}

static void rwlock_live(int preference)
{
    pthread_rwlockattr_t attributes;
    printf("rwlock of preference %d\n", preference);
    pthread_rwlockattr_init(&attributes);
    pthread_rwlockattr_setkind_np(&attributes, preference);
    LOG(pthread_rwlock_init(&rwlock, &attributes));
    rwlock_others_view(NULL);
    LOG(pthread_rwlock_rdlock(&rwlock));
    LOG(pthread_rwlock_rdlock(&rwlock));
    in_thread(rwlock_others_view, NULL);
    LOG(pthread_rwlock_unlock(&rwlock));
    LOG(pthread_rwlock_unlock(&rwlock));
    LOG(pthread_rwlock_wrlock(&rwlock));
    LOG(pthread_rwlock_wrlock(&rwlock));
    LOG(pthread_rwlock_rdlock(&rwlock));
    LOG(pthread_rwlock_timedwrlock(&rwlock, &future));
    LOG(pthread_rwlock_clockrdlock(&rwlock, CLOCK_MONOTONIC, &future));
    in_thread(rwlock_others_view, NULL);
    LOG(pthread_rwlock_unlock(&rwlock));
    LOG(pthread_rwlock_destroy(&rwlock));
}

static void rwlocks(void)
{
    for (int preference = 0; preference < 3; preference++)
        rwlock_live(preference);
}

/* --- semaphores --- */

static void on_signal(int number)
{
    (void)number;
}

static volatile int interruptions; /* that the waiter has seen */

static void *sem_wait_interrupted(void *unused)
{
    waiter_tid = (int)syscall(SYS_gettid);
    LOG(sem_wait(&sem));
    interruptions = 1;
    LOG(sem_timedwait(&sem, &future));
    interruptions = 2;
    return unused;
}

/* The waiter may sleep before it waits: it is interrupted until it says so. */
static void sem_interrupted(void)
{
    struct sigaction action = {.sa_handler = on_signal};
    pthread_t thread;
    sigaction(SIGUSR1, &action, NULL);
    waiter_tid = interruptions = 0;
    pthread_create(&thread, NULL, sem_wait_interrupted, NULL);
    while (interruptions < 2) {
        await_sleep(&waiter_tid);
        pthread_kill(thread, SIGUSR1);
    }
    pthread_join(thread, NULL);
}

static void semaphores(void)
{
    printf("semaphores\n");
    LOG(sem_init(&sem, 0, (unsigned)SEM_VALUE_MAX + 1));
    LOG(sem_init(&sem, 0, SEM_VALUE_MAX));
    LOG(sem_post(&sem));
    LOG(sem_init(&sem, 1, 1));
    LOG(sem_wait(&sem));
    LOG(sem_trywait(&sem));
    LOG(sem_timedwait(&sem, &past));
    LOG(sem_timedwait(&sem, &before_epoch));
    LOG(sem_timedwait(&sem, &negative));
    LOG(sem_clockwait(&sem, CLOCK_MONOTONIC, &past));
    LOG(sem_clockwait(&sem, CLOCK_MONOTONIC, &too_many));
    LOG(sem_clockwait(&sem, CLOCK_PROCESS_CPUTIME_ID, &future));
    LOG(sem_post(&sem));
    LOG(sem_clockwait(&sem, 99, &future));
    LOG(sem_timedwait(&sem, &too_many));
    LOG(sem_timedwait(&sem, &past));
    sem_interrupted();
    LOG(sem_destroy(&sem));
}

/* --- conditions --- */

static void conditions(void)
{
    printf("conditions\n");
    mutex_make(&mutex_kinds[2]);
    LOG(pthread_cond_wait(&cond, &mutex));
    LOG(pthread_cond_timedwait(&cond, &mutex, &past));
    LOG(pthread_mutex_lock(&mutex));
    LOG(pthread_cond_timedwait(&cond, &mutex, &past));
    LOG(pthread_cond_timedwait(&cond, &mutex, &before_epoch));
    LOG(pthread_cond_timedwait(&cond, &mutex, &negative));
    LOG(pthread_cond_clockwait(&cond, &mutex, CLOCK_MONOTONIC, &past));
    LOG(pthread_cond_clockwait(&cond, &mutex, CLOCK_MONOTONIC, &too_many));
    LOG(pthread_cond_clockwait(&cond, &mutex, CLOCK_THREAD_CPUTIME_ID, &future));
    LOG(pthread_mutex_unlock(&mutex));
    LOG(pthread_mutex_unlock(&mutex));
    LOG(pthread_cond_signal(&cond));
    LOG(pthread_cond_broadcast(&cond));
    LOG(pthread_mutex_destroy(&mutex));
    LOG(pthread_cond_destroy(&cond));
}

int main(void)
{
    log_begin();
    mutexes();
    rwlocks();
    semaphores();
    conditions();
    return 0;
}
