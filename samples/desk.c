/*
 * Three clerks and one desk: each thinks for a while alone, then works at the desk. The desk is
 * what limits them, so time at the desk is time of the run.
 *
 * The programs desk_half, desk_free and desk_shared are this one with a change really made: half
 * the time at the desk, no desk lock, and a rwlock under which looking things up is shared. They
 * show what `lockjam whatif` predicts and `lockjam diff` compares.
 *
 * usage: desk [ROUNDS]     rounds of each clerk
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#ifndef DESK_US
#define DESK_US 10000
#endif
enum { CLERKS = 3, THINK_US = 6000, CHANGE_EVERY = 10 };

/* How the desk is taken by a clerk, to read and to write. */
#if defined DESK_SHARED
static pthread_rwlock_t desk = PTHREAD_RWLOCK_INITIALIZER;
#define TAKE_TO_READ(clerk)  pthread_rwlock_rdlock(&desk)
#define TAKE_TO_WRITE(clerk) pthread_rwlock_wrlock(&desk)
#define LEAVE(clerk)         pthread_rwlock_unlock(&desk)
#elif defined DESK_FREE
static pthread_mutex_t own[CLERKS] = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_MUTEX_INITIALIZER,
                                      PTHREAD_MUTEX_INITIALIZER};
#define TAKE_TO_READ(clerk)  pthread_mutex_lock(&own[clerk])
#define TAKE_TO_WRITE(clerk) pthread_mutex_lock(&own[clerk])
#define LEAVE(clerk)         pthread_mutex_unlock(&own[clerk])
#else
static pthread_mutex_t desk = PTHREAD_MUTEX_INITIALIZER;
#define TAKE_TO_READ(clerk)  pthread_mutex_lock(&desk)
#define TAKE_TO_WRITE(clerk) pthread_mutex_lock(&desk)
#define LEAVE(clerk)         pthread_mutex_unlock(&desk)
#endif

static long rounds = 40, changes;

static __attribute__((noinline)) void look_up(int clerk)
{
    (void)clerk;
    TAKE_TO_READ(clerk);
    usleep(DESK_US);
    LEAVE(clerk);
}

static __attribute__((noinline)) void change(int clerk)
{
    (void)clerk;
    TAKE_TO_WRITE(clerk);
    usleep(DESK_US);
    __atomic_add_fetch(&changes, 1, __ATOMIC_RELAXED);
    LEAVE(clerk);
}

static void *clerk(void *argument)
{
    int self = (int)(long)argument;

    for (long i = 1; i <= rounds; i++) {
        usleep(THINK_US);
        if (i % CHANGE_EVERY)
            look_up(self);
        else
            change(self);
    }
    return NULL;
}

int main(int argc, char **argv)
{
    pthread_t thread[CLERKS];

    if (argc > 1)
        rounds = atol(argv[1]);
    for (long i = 0; i < CLERKS; i++)
        pthread_create(&thread[i], NULL, clerk, (void *)i);
    for (int i = 0; i < CLERKS; i++)
        pthread_join(thread[i], NULL);
    printf("%ld rounds, %ld changes\n", rounds, changes);
    return 0;
}
