/*
 * Everything of include/lockjam/lockjam.h, by a program in C99.
 *
 * usage: annotate       ends with 0; the same with the preload and without
 *
 * build-flags: -std=c99
 */
#include "annotated.h"

#include <errno.h>
#include <pthread.h>
#include <string.h>

static struct home outer, inner, given_up;
static pthread_mutex_t named = PTHREAD_MUTEX_INITIALIZER;
static char pool[64] __attribute__((aligned(64)));

static void *wait_for_outer(void *unused)
{
    pthread_mutex_lock(&named);
    home_lock(&outer); /* sleeps, to wait: not a call that blocks under a lock */
    home_unlock(&outer);
    pthread_mutex_unlock(&named);
    return unused;
}

__attribute__((noinline)) static void nest(void)
{
    home_lock(&outer);
    home_lock(&inner);
    home_unlock(&inner);
    home_unlock(&outer);
}

static void contend(void)
{
    pthread_t thread;
    home_lock(&outer);
    if (pthread_create(&thread, NULL, wait_for_outer, NULL) != 0)
        return;
    await_sleep(&home_sleeper);
    home_unlock(&outer);
    pthread_join(thread, NULL);
}

/* Two locks at one address, in memory that a pool hands out again. */
static void reuse_pool(void)
{
    for (int i = 0; i < 2; i++) {
        struct home *lock = (struct home *)(void *)pool;
        memset(pool, 0, sizeof pool);
        home_lock(lock);
        home_unlock(lock);
        lockjam_forget(pool, sizeof pool);
    }
}

int main(void)
{
    errno = 77;
    lockjam_name(&named, "a mutex with a name");
    pthread_mutex_lock(&named);
    pthread_mutex_unlock(&named);
    lockjam_created(&outer);
    lockjam_name(&outer, "the outer lock");
    lockjam_phase("nesting");
    nest();
    lockjam_epoch();
    nest();
    lockjam_phase("contention");
    contend();
    lockjam_about_to_wait(&given_up, LOCKJAM_SHARED);
    lockjam_gave_up(&given_up);
    reuse_pool();
    lockjam_destroyed(&outer);
    return errno != 77;
}
