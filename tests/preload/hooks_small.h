/* The cases of hooks.c for the small families: spin locks, barriers, onces, streams. */
#ifndef HOOKS_SMALL_H
#define HOOKS_SMALL_H

#include "hooks_needs.h"

CASE(pthread_spin_init, "created spin")
{
    OK(pthread_spin_init(&spin, PTHREAD_PROCESS_PRIVATE));
}

CASE(pthread_spin_destroy, "destroyed spin")
{
    prepare_spin_new();
    prepare_spin();
    OK(pthread_spin_unlock(&spin));
    OK(pthread_spin_destroy(&spin));
}

CASE(pthread_spin_lock, "acquired spin exclusive")
{
    prepare_spin_new();
    OK(pthread_spin_lock(&spin));
}

CASE(pthread_spin_trylock, "tried spin exclusive")
{
    prepare_spin_new();
    OK(pthread_spin_trylock(&spin));
    IS(EBUSY, pthread_spin_trylock(&spin));
}

CASE(pthread_spin_unlock, "released prepare_spin")
{
    prepare_spin_new();
    prepare_spin();
    OK(pthread_spin_unlock(&spin));
}

CASE(pthread_barrier_init, "created barrier")
{
    pthread_barrier_t other;
    OK(pthread_barrier_init(&other, NULL, 2));
}

CASE(pthread_barrier_destroy, "destroyed barrier")
{
    OK(pthread_barrier_destroy(&barrier));
}

CASE(pthread_barrier_wait, "woke barrier all")
{
    pthread_t thread = prepare_arrival();
    IS(PTHREAD_BARRIER_SERIAL_THREAD, pthread_barrier_wait(&barrier));
    OK(pthread_join(thread, NULL));
}

CASE(pthread_once, "initialised")
{
    static pthread_once_t control = PTHREAD_ONCE_INIT;
    prepare_mutex_used();
    OK(pthread_once(&control, do_not_much));
    OK(pthread_once(&control, do_not_much));
}

CASE(call_once, "initialised")
{
    static once_flag flag = ONCE_FLAG_INIT;
    prepare_mutex_used();
    call_once(&flag, do_not_much);
    call_once(&flag, do_not_much);
}

/* A wait that ends by itself, and another call with six arguments. */
CASE(syscall, "futex timed out")
{
    static uint32_t word;
    struct timespec soon = {0, 1000000};
    IS(-1, (int)syscall(SYS_futex, &word, FUTEX_WAIT_PRIVATE, 0, &soon, NULL, 0));
    IS(ETIMEDOUT, errno);
    int flags = MAP_PRIVATE | MAP_ANONYMOUS;
    OK(syscall(SYS_mmap, NULL, 4096L, (long)PROT_READ, (long)flags, -1L, 0L) == -1);
}

/* Opened twice it is one semaphore: only the second close ends it. */
static sem_t *prepare_named(const char *name)
{
    sem_t *first = sem_open(name, O_CREAT, 0600, 1);
    OK(first == SEM_FAILED);
    OK(sem_unlink(name));
    return first;
}

CASE(sem_open, "created sem")
{
    sem_t *opened = sem_open("/lockjam-test-open", O_CREAT, 0600, 3);
    int value = 0;
    OK(opened == SEM_FAILED);
    OK(sem_getvalue(opened, &value));
    IS(3, value);
    sem_t *again = sem_open("/lockjam-test-open", 0);
    OK(sem_unlink("/lockjam-test-open"));
    IS(1, again == opened);
    OK(sem_close(again));
    OK(sem_wait(opened));
}

/* It keeps working: the name alone has gone. */
CASE(sem_unlink, "kept sem")
{
    sem_t *opened = prepare_named("/lockjam-test-unlink");
    IS(-1, sem_unlink("/lockjam-test-unlink"));
    OK(sem_wait(opened));
}

CASE(flockfile, "acquired mutex exclusive")
{
    flockfile(stdout);
}

CASE(ftrylockfile, "tried mutex exclusive")
{
    prepare_stream_holder();
    OK(ftrylockfile(stdout));
    IS(EBUSY, ftrylockfile(stdin));
}

CASE(funlockfile, "released prepare_stream")
{
    prepare_stream();
    funlockfile(stderr);
}

#endif
