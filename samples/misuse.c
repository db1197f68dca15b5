/*
 * Locks used as they must not be, or as it hurts: one way for each name, and beside it what looks
 * much alike and is right.
 *
 * usage: misuse NAME [innocent]     without a name: lists them
 */
#include "pair.h"

#include <semaphore.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

static bool is_innocent;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t other = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t cond = PTHREAD_COND_INITIALIZER;
static pthread_barrier_t meet;

static void *unlocks(void *unused)
{
    pthread_mutex_unlock(&mutex);
    return unused;
}

static void *lock_and_unlock(void *unused)
{
    pthread_mutex_lock(&mutex);
    pthread_mutex_unlock(&mutex);
    return unused;
}

static void unlock_not_owner(void)
{
    pthread_mutex_lock(&mutex);
    if (is_innocent)
        pthread_mutex_unlock(&mutex);
    pthread_join(pair_start("stranger", is_innocent ? lock_and_unlock : unlocks, NULL), NULL);
}

static void unlock_unlocked(void)
{
    pthread_mutex_lock(&mutex);
    pthread_mutex_unlock(&mutex);
    if (is_innocent)
        pthread_mutex_lock(&mutex);
    pthread_mutex_unlock(&mutex);
}

static void relock(void)
{
    pthread_mutex_t checked;
    pthread_mutexattr_t attributes;
    pthread_mutexattr_init(&attributes);
    pthread_mutexattr_settype(&attributes,
                              is_innocent ? PTHREAD_MUTEX_RECURSIVE : PTHREAD_MUTEX_ERRORCHECK);
    pthread_mutex_init(&checked, &attributes);
    pthread_mutex_lock(&checked);
    if (pthread_mutex_lock(&checked) == 0)
        pthread_mutex_unlock(&checked);
    pthread_mutex_unlock(&checked);
    pthread_mutex_destroy(&checked);
}

static void destroy_locked(void)
{
    pthread_mutex_lock(&mutex);
    if (is_innocent)
        pthread_mutex_unlock(&mutex);
    pthread_mutex_destroy(&mutex);
}

static void use_after_destroy(void)
{
    lock_and_unlock(NULL);
    pthread_mutex_destroy(&mutex);
    if (is_innocent)
        pthread_mutex_init(&mutex, NULL);
    lock_and_unlock(NULL);
}

static void *locks_and_ends(void *unused)
{
    pthread_mutex_lock(&mutex);
    if (is_innocent)
        pthread_mutex_unlock(&mutex);
    return unused;
}

static void exit_holding_lock(void)
{
    pthread_join(pair_start("forgetful", locks_and_ends, NULL), NULL);
}

static void cond_wait_unlocked(void)
{
    struct timespec limit = pair_soon(20);
    if (is_innocent)
        pthread_mutex_lock(&mutex);
    pthread_cond_timedwait(&cond, &mutex, &limit);
    if (is_innocent)
        pthread_mutex_unlock(&mutex);
}

static bool was_woken;

static void *waits_with_other(void *unused)
{
    pthread_mutex_t *mine = is_innocent ? &mutex : &other;
    pthread_mutex_lock(mine);
    pthread_barrier_wait(&meet);
    while (!was_woken)
        pthread_cond_wait(&cond, mine);
    pthread_mutex_unlock(mine);
    return unused;
}

/* Returns when the thread waits: only then can its mutex be had. */
static pthread_t start_waiter(void)
{
    pthread_mutex_t *its = is_innocent ? &mutex : &other;
    pthread_t thread = pair_start("waiter", waits_with_other, NULL);
    pthread_barrier_wait(&meet);
    pthread_mutex_lock(its);
    pthread_mutex_unlock(its);
    return thread;
}

static void *wakes(void *unused)
{
    pair_nap(50);
    pthread_mutex_lock(&other);
    pthread_mutex_lock(&mutex);
    was_woken = true;
    pthread_mutex_unlock(&mutex);
    pthread_mutex_unlock(&other);
    pthread_cond_broadcast(&cond);
    return unused;
}

static void cond_two_mutexes(void)
{
    struct timespec limit = pair_soon(20);
    pthread_t thread = start_waiter();
    pthread_mutex_lock(&mutex);
    pthread_cond_timedwait(&cond, &mutex, &limit);
    pthread_mutex_unlock(&mutex);
    wakes(NULL);
    pthread_join(thread, NULL);
}

/* glibc's destroy waits until the last waiter has left. */
static void cond_destroy_waiters(void)
{
    pthread_t waiter = start_waiter();
    pthread_t waker = pair_start("waker", wakes, NULL);
    if (is_innocent)
        pthread_join(waiter, NULL);
    pthread_cond_destroy(&cond);
    if (!is_innocent)
        pthread_join(waiter, NULL);
    pthread_join(waker, NULL);
}

static void *holds_for_long(void *unused)
{
    pthread_mutex_lock(&mutex);
    if (is_innocent)
        pthread_mutex_unlock(&mutex);
    pthread_barrier_wait(&meet);
    pthread_barrier_wait(&meet);
    if (!is_innocent)
        pthread_mutex_unlock(&mutex);
    return unused;
}

static void fork_holding_lock(void)
{
    pthread_t thread = pair_start("holder", holds_for_long, NULL);
    pthread_barrier_wait(&meet);
    pid_t child = fork();
    if (child == 0)
        _exit(0);
    waitpid(child, NULL, 0);
    pthread_barrier_wait(&meet);
    pthread_join(thread, NULL);
}

static void wait_holding_lock(void)
{
    struct timespec limit = pair_soon(20);
    if (!is_innocent)
        pthread_mutex_lock(&other);
    pthread_mutex_lock(&mutex);
    pthread_cond_timedwait(&cond, &mutex, &limit);
    pthread_mutex_unlock(&mutex);
    if (!is_innocent)
        pthread_mutex_unlock(&other);
}

static void type_confusion(void)
{
    static union {
        pthread_mutex_t mutex;
        pthread_rwlock_t rwlock;
    } both;
    pthread_mutex_init(&both.mutex, NULL);
    pthread_mutex_lock(&both.mutex);
    pthread_mutex_unlock(&both.mutex);
    if (is_innocent) {
        pthread_mutex_destroy(&both.mutex);
        pthread_rwlock_init(&both.rwlock, NULL);
    }
    pthread_rwlock_rdlock(&both.rwlock);
    pthread_rwlock_unlock(&both.rwlock);
}

static void invalid_argument(void)
{
    struct timespec limit = pair_soon(10);
    limit.tv_nsec = is_innocent ? 0 : 2000000000;
    pthread_mutex_lock(&mutex);
    pthread_cond_timedwait(&cond, &mutex, &limit);
    pthread_mutex_unlock(&mutex);
}

static void sem_overpost(void)
{
    sem_t place;
    sem_init(&place, 0, 1);
    sem_wait(&place);
    sem_post(&place);
    if (!is_innocent)
        sem_post(&place);
    sem_destroy(&place);
}

static const struct {
    const char *name;
    void (*run)(void);
} ways[] = {
    {"unlock-not-owner", unlock_not_owner},
    {"unlock-unlocked", unlock_unlocked},
    {"relock", relock},
    {"destroy-locked", destroy_locked},
    {"use-after-destroy", use_after_destroy},
    {"exit-holding-lock", exit_holding_lock},
    {"cond-wait-unlocked", cond_wait_unlocked},
    {"cond-two-mutexes", cond_two_mutexes},
    {"cond-destroy-waiters", cond_destroy_waiters},
    {"fork-holding-lock", fork_holding_lock},
    {"wait-holding-lock", wait_holding_lock},
    {"type-confusion", type_confusion},
    {"invalid-argument", invalid_argument},
    {"sem-overpost", sem_overpost},
};

int main(int argc, char **argv)
{
    pthread_barrier_init(&meet, NULL, 2);
    is_innocent = argc > 2 && strcmp(argv[2], "innocent") == 0;
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        if (argc < 2)
            puts(ways[i].name);
        else if (strcmp(argv[1], ways[i].name) == 0)
            ways[i].run();
    }
    return 0;
}
