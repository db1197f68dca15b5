/*
 * Locks used as they should not be, and innocent look-alikes: one case for each.
 *
 * usage: misuses CASE
 *
 * The call that is wrong stands in a function called wrong; the one that it contradicts in first.
 */
#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cases.h"

#define APART      __attribute__((noinline)) static
#define KEEP_FRAME __asm__ volatile("")

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER, other = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t checking = PTHREAD_ERRORCHECK_MUTEX_INITIALIZER_NP;
static pthread_mutex_t recursive = PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP;
static pthread_rwlock_t rwlock = PTHREAD_RWLOCK_INITIALIZER;
static pthread_spinlock_t spin;
static pthread_cond_t cond = PTHREAD_COND_INITIALIZER;
static pthread_barrier_t barrier;
static sem_t sem;
static pthread_key_t key;

static void in_thread(void *(*routine)(void *))
{
    pthread_t thread;
    if (pthread_create(&thread, NULL, routine, NULL) != 0)
        abort();
    pthread_join(thread, NULL);
}

APART void first(pthread_mutex_t *lock)
{
    pthread_mutex_lock(lock);
    KEEP_FRAME;
}

APART void wrong(int (*call)(pthread_mutex_t *), pthread_mutex_t *lock)
{
    call(lock);
    KEEP_FRAME;
}

static void *unlock_mutex(void *unused)
{
    wrong(pthread_mutex_unlock, &mutex);
    return unused;
}

static void *unlock_checking(void *unused)
{
    wrong(pthread_mutex_unlock, &checking);
    return unused;
}

/* --- releases --- */

static void case_unlock_not_owner(void)
{
    first(&mutex);
    in_thread(unlock_mutex);
}

static void case_unlock_not_owner_checked(void)
{
    first(&checking);
    in_thread(unlock_checking);
}

static void case_unlock_unlocked(void)
{
    wrong(pthread_mutex_unlock, &mutex);
}

APART void wrong_rwlock(void)
{
    pthread_rwlock_unlock(&rwlock);
    KEEP_FRAME;
}

static void case_unlock_unlocked_rwlock(void)
{
    wrong_rwlock();
}

APART void wrong_spin(void)
{
    pthread_spin_unlock(&spin);
    KEEP_FRAME;
}

static void *unlock_spin(void *unused)
{
    wrong_spin();
    return unused;
}

static void case_unlock_not_owner_spin(void)
{
    pthread_spin_init(&spin, 0);
    pthread_spin_lock(&spin);
    in_thread(unlock_spin);
}

/* --- taking twice --- */

static void case_relock(void)
{
    struct timespec past = {1, 0};
    first(&mutex);
    if (pthread_mutex_timedlock(&mutex, &past) != ETIMEDOUT)
        abort();
    pthread_mutex_unlock(&mutex);
}

static void case_relock_checked(void)
{
    first(&checking);
    wrong(pthread_mutex_lock, &checking);
    pthread_mutex_unlock(&checking);
}

static void case_relock_rwlock(void)
{
    struct timespec past = {1, 0};
    pthread_rwlock_rdlock(&rwlock);
    if (pthread_rwlock_timedwrlock(&rwlock, &past) != ETIMEDOUT)
        abort();
    pthread_rwlock_unlock(&rwlock);
}

/* --- ends --- */

static void case_destroy_locked(void)
{
    first(&mutex);
    wrong(pthread_mutex_destroy, &mutex);
    pthread_mutex_unlock(&mutex);
}

static void case_use_after_destroy(void)
{
    first(&mutex);
    pthread_mutex_unlock(&mutex);
    pthread_mutex_destroy(&mutex);
    wrong(pthread_mutex_lock, &mutex);
}

APART void wrong_sem(void)
{
    sem_post(&sem);
    KEEP_FRAME;
}

static void case_use_after_destroy_sem(void)
{
    sem_init(&sem, 0, 0);
    sem_destroy(&sem);
    wrong_sem();
}

static void case_overpost(void)
{
    sem_init(&sem, 0, 1);
    sem_wait(&sem);
    sem_post(&sem);
    wrong_sem();
}

static void case_type_confusion(void)
{
    static union {
        pthread_mutex_t mutex;
        sem_t sem;
    } both;
    pthread_mutex_init(&both.mutex, NULL);
    sem_post(&both.sem);
}

static void case_invalid(void)
{
    struct timespec never = {0, -1};
    pthread_mutex_lock(&mutex);
    pthread_cond_timedwait(&cond, &mutex, &never);
    pthread_mutex_unlock(&mutex);
    pthread_barrier_init(&barrier, NULL, 0);
}

/* --- the ends of threads and processes --- */

static void *hold_and_end(void *unused)
{
    first(&mutex);
    return unused;
}

static void *hold_and_exit(void *unused)
{
    first(&mutex);
    pthread_exit(unused);
}

static void *hold_and_be_cancelled(void *unused)
{
    first(&mutex);
    pthread_cancel(pthread_self());
    pthread_testcancel();
    return unused;
}

static void case_exit_return(void)
{
    in_thread(hold_and_end);
}

static void case_exit_pthread_exit(void)
{
    in_thread(hold_and_exit);
}

static void case_exit_cancel(void)
{
    in_thread(hold_and_be_cancelled);
}

static void unlock_late(void *lock)
{
    pthread_mutex_unlock(lock);
}

static void *hold_until_destructor(void *unused)
{
    first(&mutex);
    pthread_setspecific(key, &mutex);
    return unused;
}

/* A destructor releases it. */
static void innocent_exit(void)
{
    pthread_key_create(&key, unlock_late);
    in_thread(hold_until_destructor);
}

static void *hold_while_forked(void *unused)
{
    first(&mutex);
    pthread_barrier_wait(&barrier);
    pthread_barrier_wait(&barrier);
    pthread_mutex_unlock(&mutex);
    return unused;
}

static void case_fork_holding(void)
{
    pthread_t thread;
    pthread_barrier_init(&barrier, NULL, 2);
    pthread_create(&thread, NULL, hold_while_forked, NULL);
    pthread_barrier_wait(&barrier);
    pid_t child = fork();
    if (child == 0)
        _exit(0);
    waitpid(child, NULL, 0);
    pthread_barrier_wait(&barrier);
    pthread_join(thread, NULL);
}

/* --- conditions and waits --- */

static void case_cond_unlocked(void)
{
    struct timespec past = {1, 0};
    pthread_cond_timedwait(&cond, &mutex, &past);
}

static void case_wait_holding(void)
{
    struct timespec past = {1, 0};
    first(&other);
    pthread_mutex_lock(&mutex);
    pthread_cond_timedwait(&cond, &mutex, &past);
    pthread_mutex_unlock(&mutex);
    pthread_mutex_unlock(&other);
}

static int is_set;

static void *wait_for_cond(void *unused)
{
    pthread_mutex_lock(&mutex);
    pthread_barrier_wait(&barrier);
    while (!is_set)
        pthread_cond_wait(&cond, &mutex);
    pthread_mutex_unlock(&mutex);
    return unused;
}

/* The mutex is free only when the other thread waits. */
static pthread_t start_waiter(void)
{
    pthread_t thread;
    pthread_barrier_init(&barrier, NULL, 2);
    pthread_create(&thread, NULL, wait_for_cond, NULL);
    pthread_barrier_wait(&barrier);
    pthread_mutex_lock(&mutex);
    return thread;
}

static void stop_waiter(pthread_t thread)
{
    is_set = 1;
    pthread_cond_broadcast(&cond);
    pthread_mutex_unlock(&mutex);
    pthread_join(thread, NULL);
}

static void case_two_mutexes(void)
{
    struct timespec past = {1, 0};
    pthread_t thread = start_waiter();
    pthread_mutex_unlock(&mutex);
    pthread_mutex_lock(&other);
    pthread_cond_timedwait(&cond, &other, &past);
    pthread_mutex_unlock(&other);
    pthread_mutex_lock(&mutex);
    stop_waiter(thread);
}

/* To initialise it again does what destroying does, and does not block. */
static void case_destroy_waited(void)
{
    pthread_t thread = start_waiter();
    pthread_cond_t copy = cond;
    pthread_cond_init(&cond, NULL);
    cond = copy;
    stop_waiter(thread);
}

/* Who was woken may still be on its way out when the condition is destroyed. */
static void innocent_destroy(void)
{
    pthread_t thread = start_waiter();
    is_set = 1;
    pthread_cond_broadcast(&cond);
    pthread_mutex_unlock(&mutex);
    pthread_cond_destroy(&cond);
    pthread_join(thread, NULL);
}

/* Recursion, tries and limits that fail, robust mutexes whose owner died. */
static void innocent_errors(void)
{
    struct timespec past = {1, 0};
    pthread_mutex_lock(&recursive);
    pthread_mutex_lock(&recursive);
    pthread_mutex_unlock(&recursive);
    pthread_mutex_unlock(&recursive);
    pthread_mutex_lock(&mutex);
    pthread_mutex_trylock(&mutex);
    pthread_mutex_unlock(&mutex);
    pthread_rwlock_rdlock(&rwlock);
    pthread_rwlock_rdlock(&rwlock);
    pthread_rwlock_unlock(&rwlock);
    pthread_rwlock_unlock(&rwlock);
    sem_init(&sem, 0, 0);
    sem_timedwait(&sem, &past);
    sem_destroy(&sem);
    sem_init(&sem, 0, 3);
    sem_post(&sem);
    pthread_mutex_destroy(&mutex);
    mutex = (pthread_mutex_t)PTHREAD_MUTEX_INITIALIZER;
    pthread_mutex_lock(&mutex);
    pthread_mutex_unlock(&mutex);
}

static void *leave_robust(void *robust)
{
    return pthread_mutex_lock(robust) == 0 ? NULL : robust;
}

/* A new robust mutex, from a thread that died with it. */
static void take_over(pthread_mutex_t *robust)
{
    pthread_mutexattr_t attributes;
    pthread_t thread;
    pthread_mutexattr_init(&attributes);
    pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
    pthread_mutex_init(robust, &attributes);
    pthread_create(&thread, NULL, leave_robust, robust);
    pthread_join(thread, NULL);
    if (pthread_mutex_lock(robust) != EOWNERDEAD)
        abort();
}

static void innocent_robust(void)
{
    static pthread_mutex_t robust;
    take_over(&robust);
    pthread_mutex_consistent(&robust);
    pthread_mutex_unlock(&robust);
    pid_t child = fork(); /* nobody holds it now */
    if (child == 0)
        _exit(0);
    waitpid(child, NULL, 0);
}

/* Whose state nobody mends, it is beyond recovery, and may be destroyed; libc leaves it locked. */
static void innocent_unrecoverable(void)
{
    static pthread_mutex_t robust;
    take_over(&robust);
    pthread_mutex_unlock(&robust);
    if (pthread_mutex_trylock(&robust) != ENOTRECOVERABLE || pthread_mutex_destroy(&robust) != 0)
        abort();
}

/* --- what is left behind --- */

enum { LEFT = 300, LATER = 100 };
static pthread_mutex_t left[LEFT];

static void *leave_locked(void *lock)
{
    first(lock);
    return NULL;
}

static void *take_and_release(void *lock)
{
    first(lock);
    pthread_mutex_unlock(lock);
    return NULL;
}

static void end_threads(long count, void *(*routine)(void *), pthread_mutex_t *locks, long step)
{
    for (long i = 0; i < count; i++) {
        pthread_t thread;
        if (pthread_create(&thread, NULL, routine, &locks[i * step]) != 0)
            abort();
        pthread_join(thread, NULL);
    }
}

/* Threads that end with a lock, and others after them that use the lanes. */
static void case_left_some(void)
{
    end_threads(LATER, leave_locked, left, 1);
    end_threads(LATER, take_and_release, &other, 0);
}

static void case_left_many(void)
{
    end_threads(LEFT, leave_locked, left, 1);
    end_threads(LATER, take_and_release, &other, 0);
}

APART void blocked_in_child(void)
{
    struct timespec past = {1, 0};
    if (pthread_mutex_timedlock(&mutex, &past) != ETIMEDOUT)
        abort();
    KEEP_FRAME;
}

/* In the child, one lock is held by the thread that is there, one by a thread that is not. */
static void case_inherited(void)
{
    pthread_t thread;
    pthread_barrier_init(&barrier, NULL, 2);
    pthread_create(&thread, NULL, hold_while_forked, NULL);
    pthread_barrier_wait(&barrier);
    pthread_mutex_lock(&other);
    pid_t child = fork();
    if (child == 0) {
        blocked_in_child();
        _exit(0);
    }
    waitpid(child, NULL, 0);
    pthread_mutex_unlock(&other);
    pthread_barrier_wait(&barrier);
    pthread_join(thread, NULL);
}

static void unlock_in_child(void)
{
    pthread_mutex_unlock(&mutex);
}

/* Handlers of fork take a lock in the parent and release it in both processes. */
static void innocent_fork(void)
{
    first(&mutex);
    pid_t child = fork();
    unlock_in_child();
    if (child == 0)
        _exit(0);
    waitpid(child, NULL, 0);
}

static const struct named_case cases[] = {
    {"unlock_not_owner", case_unlock_not_owner},
    {"unlock_not_owner_checked", case_unlock_not_owner_checked},
    {"unlock_unlocked", case_unlock_unlocked},
    {"unlock_unlocked_rwlock", case_unlock_unlocked_rwlock},
    {"unlock_not_owner_spin", case_unlock_not_owner_spin},
    {"relock", case_relock},
    {"relock_checked", case_relock_checked},
    {"relock_rwlock", case_relock_rwlock},
    {"destroy_locked", case_destroy_locked},
    {"destroy_waited", case_destroy_waited},
    {"use_after_destroy", case_use_after_destroy},
    {"use_after_destroy_sem", case_use_after_destroy_sem},
    {"overpost", case_overpost},
    {"type_confusion", case_type_confusion},
    {"invalid", case_invalid},
    {"exit_return", case_exit_return},
    {"exit_pthread_exit", case_exit_pthread_exit},
    {"exit_cancel", case_exit_cancel},
    {"fork_holding", case_fork_holding},
    {"cond_unlocked", case_cond_unlocked},
    {"two_mutexes", case_two_mutexes},
    {"wait_holding", case_wait_holding},
    {"left_some", case_left_some},
    {"left_many", case_left_many},
    {"inherited", case_inherited},
    {"innocent_exit", innocent_exit},
    {"innocent_destroy", innocent_destroy},
    {"innocent_errors", innocent_errors},
    {"innocent_robust", innocent_robust},
    {"innocent_unrecoverable", innocent_unrecoverable},
    {"innocent_fork", innocent_fork},
};

int main(int argc, char **argv)
{
    return run_case(cases, sizeof cases / sizeof *cases, argc, argv);
}
