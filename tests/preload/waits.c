/*
 * One thread waits in a function of each family, until a byte comes from standard input.
 *
 * usage: waits
 *
 * A function called wait_X waits; the one that makes it wait is called block_X.
 */
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <threads.h>
#include <unistd.h>

#define APART __attribute__((noinline)) static

static pthread_spinlock_t spin;
static pthread_barrier_t barrier;
static pthread_once_t control = PTHREAD_ONCE_INIT;
static once_flag flag = ONCE_FLAG_INIT;
static mtx_t mutex, guard;
static cnd_t cond;
static int is_woken;                      /* under guard */
static sem_t may_initialise, initialises; /* of both onces */

/* --- waiting; what follows the wait keeps the frame --- */

static void *wait_spin(void *unused)
{
    pthread_spin_lock(&spin);
    pthread_spin_unlock(&spin);
    return unused;
}

static void *wait_barrier(void *unused)
{
    if (pthread_barrier_wait(&barrier) != 0)
        abort();
    return unused;
}

static void never_run(void)
{
    abort();
}

static void *wait_once(void *unused)
{
    if (pthread_once(&control, never_run) != 0)
        abort();
    return unused;
}

static void *wait_call_once(void *unused)
{
    call_once(&flag, never_run);
    return unused;
}

static void *wait_mtx(void *unused)
{
    mtx_lock(&mutex);
    mtx_unlock(&mutex);
    return unused;
}

static void *wait_cnd(void *unused)
{
    mtx_lock(&guard);
    while (!is_woken)
        cnd_wait(&cond, &guard);
    mtx_unlock(&guard);
    return unused;
}

static void *wait_stream(void *unused)
{
    flockfile(stderr);
    funlockfile(stderr);
    return unused;
}

static int end_late(void *unused)
{
    sem_wait(&may_initialise);
    return unused != NULL;
}

static void *wait_thrd(void *unused)
{
    thrd_t thread;
    if (thrd_create(&thread, end_late, NULL) != thrd_success ||
        thrd_join(thread, NULL) != thrd_success)
        abort();
    return unused;
}

/* --- making them wait --- */

static void initialise_late(void)
{
    sem_post(&initialises);
    sem_wait(&may_initialise);
}

static void *block_once(void *unused)
{
    pthread_once(&control, initialise_late);
    return unused;
}

static void *block_call_once(void *unused)
{
    call_once(&flag, initialise_late);
    return unused;
}

APART void block_spin(void)
{
    pthread_spin_lock(&spin);
    __asm__ volatile("");
}

APART void block_mtx(void)
{
    mtx_lock(&mutex);
    __asm__ volatile("");
}

APART void block_stream(void)
{
    flockfile(stderr);
    __asm__ volatile("");
}

APART void block_barrier(void)
{
    if (pthread_barrier_wait(&barrier) != PTHREAD_BARRIER_SERIAL_THREAD)
        abort();
}

APART void block_cnd(void)
{
    mtx_lock(&guard);
    is_woken = 1;
    cnd_signal(&cond);
    mtx_unlock(&guard);
}

static void begin(void)
{
    pthread_spin_init(&spin, PTHREAD_PROCESS_PRIVATE);
    pthread_barrier_init(&barrier, NULL, 2);
    mtx_init(&mutex, mtx_plain);
    mtx_init(&guard, mtx_plain);
    cnd_init(&cond);
    sem_init(&may_initialise, 0, 0);
    sem_init(&initialises, 0, 0);
    block_spin();
    block_mtx();
    block_stream();
}

static void end(void)
{
    block_barrier();
    block_cnd();
    pthread_spin_unlock(&spin);
    mtx_unlock(&mutex);
    funlockfile(stderr);
    for (int i = 0; i < 3; i++)
        sem_post(&may_initialise);
}

int main(void)
{
    void *(*const first[])(void *) = {block_once, block_call_once};
    void *(*const then[])(void *) = {wait_spin, wait_barrier, wait_once,   wait_call_once,
                                     wait_mtx,  wait_cnd,     wait_stream, wait_thrd};
    enum { FIRST = 2, ALL = 10 };
    pthread_t thread[ALL];
    char byte;
    begin();
    for (int i = 0; i < FIRST; i++) {
        pthread_create(&thread[i], NULL, first[i], NULL);
        sem_wait(&initialises);
    }
    for (int i = FIRST; i < ALL; i++)
        pthread_create(&thread[i], NULL, then[i - FIRST], NULL);
    if (read(STDIN_FILENO, &byte, 1) != 1)
        return 1;
    end();
    for (int i = 0; i < ALL; i++)
        pthread_join(thread[i], NULL);
    return 0;
}
