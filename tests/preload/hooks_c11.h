/* The cases of hooks.c for <threads.h>. */
#ifndef HOOKS_C11_H
#define HOOKS_C11_H

#include <threads.h>
#include "hooks_needs.h"

static mtx_t c11_mutex;
static cnd_t c11_cond;

__attribute__((noinline)) static void prepare_mtx(void)
{
    OK(mtx_lock(&c11_mutex));
}

static void prepare_mtx_new(void)
{
    OK(mtx_init(&c11_mutex, mtx_timed));
}

static int do_thrd_nothing(void *unused)
{
    return unused != NULL;
}

static thrd_t prepare_thrd(thrd_start_t start)
{
    thrd_t thread;
    OK(thrd_create(&thread, start, NULL));
    return thread;
}

static int do_cnd_wake(void *unused)
{
    OK(mtx_lock(&c11_mutex));
    is_ready = true;
    OK(cnd_signal(&c11_cond));
    OK(mtx_unlock(&c11_mutex));
    return unused != NULL;
}

static int do_cnd_wait(void *unused)
{
    OK(mtx_lock(&c11_mutex));
    pthread_barrier_wait(&barrier);
    while (!is_ready)
        OK(cnd_wait(&c11_cond, &c11_mutex));
    OK(mtx_unlock(&c11_mutex));
    return unused != NULL;
}

/* As prepare_waiter. */
static thrd_t prepare_cnd_waiter(void)
{
    prepare_mtx_new();
    OK(cnd_init(&c11_cond));
    thrd_t thread = prepare_thrd(do_cnd_wait);
    pthread_barrier_wait(&barrier);
    prepare_mtx();
    is_ready = true;
    return thread;
}

static void finish_cnd_waiter(thrd_t thread)
{
    OK(mtx_unlock(&c11_mutex));
    OK(thrd_join(thread, NULL));
}

CASE(mtx_init, "created mutex")
{
    OK(mtx_init(&c11_mutex, mtx_plain | mtx_recursive));
}

CASE(mtx_destroy, "destroyed mutex")
{
    prepare_mtx_new();
    mtx_destroy(&c11_mutex);
}

CASE(mtx_lock, "acquired mutex exclusive")
{
    prepare_mtx_new();
    OK(mtx_lock(&c11_mutex));
}

CASE(mtx_trylock, "tried mutex exclusive")
{
    prepare_mtx_new();
    OK(mtx_trylock(&c11_mutex));
    IS(thrd_busy, mtx_trylock(&c11_mutex));
}

CASE(mtx_timedlock, "timed mutex exclusive")
{
    prepare_mtx_new();
    OK(mtx_timedlock(&c11_mutex, &past));
    IS(thrd_timedout, mtx_timedlock(&c11_mutex, &past));
}

CASE(mtx_unlock, "released prepare_mtx")
{
    prepare_mtx_new();
    prepare_mtx();
    OK(mtx_unlock(&c11_mutex));
}

CASE(cnd_init, "created cond")
{
    OK(cnd_init(&c11_cond));
}

CASE(cnd_destroy, "destroyed cond")
{
    OK(cnd_init(&c11_cond));
    cnd_destroy(&c11_cond);
}

CASE(cnd_wait, "waited after prepare_mtx")
{
    prepare_mtx_new();
    OK(cnd_init(&c11_cond));
    prepare_mtx();
    prepare_thrd(do_cnd_wake);
    while (!is_ready)
        OK(cnd_wait(&c11_cond, &c11_mutex));
}

CASE(cnd_timedwait, "timed out cond")
{
    prepare_mtx_new();
    OK(cnd_init(&c11_cond));
    prepare_mtx();
    IS(thrd_timedout, cnd_timedwait(&c11_cond, &c11_mutex, &past));
}

CASE(cnd_signal, "woke cond")
{
    thrd_t thread = prepare_cnd_waiter();
    OK(cnd_signal(&c11_cond));
    finish_cnd_waiter(thread);
}

CASE(cnd_broadcast, "woke cond all")
{
    thrd_t thread = prepare_cnd_waiter();
    OK(cnd_broadcast(&c11_cond));
    finish_cnd_waiter(thread);
}

CASE(thrd_create, "thread created")
{
    thrd_t thread;
    OK(thrd_create(&thread, do_thrd_nothing, NULL));
    OK(thrd_join(thread, NULL));
}

CASE(thrd_join, "thread joined")
{
    int value;
    OK(thrd_join(prepare_thrd(do_thrd_nothing), &value));
    OK(value);
}

CASE(thrd_detach, "thread flag 2")
{
    OK(thrd_detach(prepare_thrd(do_thrd_nothing)));
}

/* The main thread's, as pthread_exit. */
CASE(thrd_exit, "main thread flag 8")
{
    prepare_mutex_used();
    thrd_exit(0);
}

#endif
