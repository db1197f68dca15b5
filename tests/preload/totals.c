/*
 * Does an exact number of operations on locks of every kind, and says how many.
 *
 * usage: totals all     everything that ends with no lock held
 *        totals others the same for spin locks, barriers, onces, C11 and streams
 *        totals dead    robust mutexes whose owners die
 *        totals signals a signal handler locks, whatever it interrupts
 *        totals kill    SIGKILLs itself in the middle, while every thread holds its lock
 *
 * Prints lines "LOCK FIELD NUMBER": what the trace must say of the global variable LOCK.
 */
#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <threads.h>
#include <time.h>
#include <unistd.h>

enum { THREADS = 4, TIMES = 2000, DEPTH = 3, OWNERS = 20, SIGNALS = 1000, ONCES = 50 };

pthread_mutex_t plain = PTHREAD_MUTEX_INITIALIZER;
pthread_mutex_t recursive = PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP;
pthread_mutex_t adaptive = PTHREAD_ADAPTIVE_MUTEX_INITIALIZER_NP;
pthread_mutex_t checking = PTHREAD_ERRORCHECK_MUTEX_INITIALIZER_NP;
pthread_mutex_t inheriting;
pthread_mutex_t busy = PTHREAD_MUTEX_INITIALIZER;
pthread_mutex_t guard = PTHREAD_MUTEX_INITIALIZER;
pthread_mutex_t robust;
pthread_mutex_t own[THREADS];
pthread_rwlock_t shared = PTHREAD_RWLOCK_INITIALIZER;
pthread_cond_t turn_changed = PTHREAD_COND_INITIALIZER;
pthread_spinlock_t spinning;
pthread_barrier_t meeting;
pthread_once_t onces[ONCES];
mtx_t c11_plain, c11_recursive;
cnd_t c11_changed;
sem_t tokens;

static pthread_barrier_t barrier;
static const struct timespec past = {0, 1};
static int turn;                                /* under guard */
static unsigned long cond_waits, cond_timeouts; /* under guard */

static void say(const char *lock, const char *field, unsigned long number)
{
    printf("%s %s %lu\n", lock, field, number);
}

static void run_threads(void *(*start)(void *))
{
    pthread_t thread[THREADS];
    for (long i = 0; i < THREADS; i++)
        if (pthread_create(&thread[i], NULL, start, (void *)i) != 0)
            abort();
    for (int i = 0; i < THREADS; i++)
        pthread_join(thread[i], NULL);
}

/* --- locks that all threads want --- */

static void take(pthread_mutex_t *mutex)
{
    pthread_mutex_lock(mutex);
    pthread_mutex_unlock(mutex);
}

static void take_recursive(void)
{
    for (int depth = 0; depth < DEPTH; depth++)
        pthread_mutex_lock(&recursive);
    for (int depth = 0; depth < DEPTH; depth++)
        pthread_mutex_unlock(&recursive);
}

static void take_shared(void)
{
    pthread_rwlock_rdlock(&shared);
    pthread_rwlock_unlock(&shared);
    pthread_rwlock_wrlock(&shared);
    pthread_rwlock_unlock(&shared);
}

static void *share(void *unused)
{
    pthread_barrier_wait(&barrier);
    for (int i = 0; i < TIMES; i++) {
        take(&plain);
        take(&adaptive);
        take(&checking);
        take(&inheriting);
        take_recursive();
        take_shared();
        sem_wait(&tokens);
        sem_post(&tokens);
    }
    return unused;
}

/* --- locks that nobody gets --- */

/* Relocking a checking mutex is an error; the others fail because main holds `busy`. */
static void *fail(void *unused)
{
    for (int i = 0; i < TIMES; i++) {
        if (pthread_mutex_trylock(&busy) != EBUSY)
            abort();
        if (pthread_mutex_timedlock(&busy, &past) != ETIMEDOUT)
            abort();
    }
    pthread_mutex_lock(&checking);
    if (pthread_mutex_lock(&checking) != EDEADLK)
        abort();
    pthread_mutex_unlock(&checking);
    return unused;
}

/* --- the other families --- */

static int initialisations; /* atomic */

static void initialise(void)
{
    __atomic_fetch_add(&initialisations, 1, __ATOMIC_RELAXED);
}

static void take_c11(void)
{
    mtx_lock(&c11_plain);
    mtx_unlock(&c11_plain);
    for (int depth = 0; depth < DEPTH; depth++)
        mtx_lock(&c11_recursive);
    for (int depth = 0; depth < DEPTH; depth++)
        mtx_unlock(&c11_recursive);
}

/* All at once come to each once: one initialises, the others pass or wait. */
static void *share_others(void *unused)
{
    for (int i = 0; i < TIMES; i++) {
        pthread_spin_lock(&spinning);
        pthread_spin_unlock(&spinning);
        take_c11();
        flockfile(stderr);
        funlockfile(stderr);
    }
    for (int i = 0; i < ONCES; i++) {
        pthread_barrier_wait(&meeting);
        pthread_once(&onces[i], initialise);
    }
    mtx_lock(&c11_plain);
    if (cnd_timedwait(&c11_changed, &c11_plain, &past) != thrd_timedout)
        abort();
    mtx_unlock(&c11_plain);
    return unused;
}

static int start_share_others(void *unused)
{
    return share_others(unused) != NULL;
}

static void say_others(void)
{
    const unsigned long each = (unsigned long)THREADS * TIMES;
    say("spinning", "acquisitions", each);
    say("spinning", "releases", each);
    say("meeting", "acquisitions", THREADS * ONCES);
    say("onces", "releases", ONCES);
    say("c11_plain", "acquisitions", each + 2 * THREADS);
    say("c11_plain", "releases", each + 2 * THREADS);
    say("c11_recursive", "acquisitions", each * DEPTH);
    say("c11_recursive", "releases", each);
    say("c11_changed", "timeouts", THREADS);
    say("_IO_2_1_stderr_", "acquisitions", each);
    say("_IO_2_1_stderr_", "releases", each);
}

static void run_others(void)
{
    thrd_t thread[THREADS];
    pthread_spin_init(&spinning, PTHREAD_PROCESS_PRIVATE);
    pthread_barrier_init(&meeting, NULL, THREADS);
    mtx_init(&c11_plain, mtx_plain);
    mtx_init(&c11_recursive, mtx_plain | mtx_recursive);
    cnd_init(&c11_changed);
    for (int i = 0; i < THREADS; i++)
        if (thrd_create(&thread[i], start_share_others, NULL) != thrd_success)
            abort();
    for (int i = 0; i < THREADS; i++)
        thrd_join(thread[i], NULL);
    if (initialisations != ONCES)
        abort();
    say_others();
}

/* --- conditions: the threads take turns --- */

static void *take_turns(void *argument)
{
    int mine = (int)(long)argument;
    for (int i = 0; i < TIMES / 10; i++) {
        pthread_mutex_lock(&guard);
        while (turn != mine) {
            pthread_cond_wait(&turn_changed, &guard);
            cond_waits++;
        }
        turn = (turn + 1) % THREADS;
        pthread_cond_broadcast(&turn_changed);
        pthread_mutex_unlock(&guard);
    }
    pthread_mutex_lock(&guard);
    if (pthread_cond_timedwait(&turn_changed, &guard, &past) == ETIMEDOUT)
        cond_timeouts++;
    else
        cond_waits++; /* somebody's broadcast */
    pthread_mutex_unlock(&guard);
    return NULL;
}

static void say_all(void)
{
    const unsigned long each = (unsigned long)THREADS * TIMES;
    const unsigned long guard_locks = THREADS * (TIMES / 10 + 1) + cond_waits + cond_timeouts;
    say("plain", "acquisitions", each);
    say("plain", "releases", each);
    say("adaptive", "acquisitions", each);
    say("inheriting", "acquisitions", each);
    say("inheriting", "releases", each);
    say("checking", "acquisitions", each + THREADS);
    say("checking", "failures", THREADS);
    say("recursive", "acquisitions", each * DEPTH);
    say("recursive", "releases", each);
    say("shared", "acquisitions", each * 2);
    say("shared", "releases", each * 2);
    say("tokens", "acquisitions", each);
    say("busy", "acquisitions", 1);
    say("busy", "releases", 1);
    say("busy", "try_failures", each);
    say("busy", "timeouts", each);
    say("turn_changed", "acquisitions", cond_waits);
    say("turn_changed", "timeouts", cond_timeouts);
    say("guard", "acquisitions", guard_locks);
    say("guard", "releases", guard_locks);
}

static void run_all(void)
{
    pthread_mutexattr_t attributes;
    pthread_mutexattr_init(&attributes);
    pthread_mutexattr_setprotocol(&attributes, PTHREAD_PRIO_INHERIT);
    pthread_mutex_init(&inheriting, &attributes);
    sem_init(&tokens, 0, 2);
    run_threads(share);
    pthread_mutex_lock(&busy);
    run_threads(fail);
    pthread_mutex_unlock(&busy);
    run_threads(take_turns);
    say_all();
}

/* --- owners that die --- */

static void *die_holding(void *unused)
{
    if (pthread_mutex_lock(&robust) == EOWNERDEAD)
        pthread_mutex_consistent(&robust);
    return unused;
}

static void run_dead(void)
{
    pthread_mutexattr_t attributes;
    pthread_t thread;
    pthread_mutexattr_init(&attributes);
    pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
    pthread_mutex_init(&robust, &attributes);
    for (int i = 0; i < OWNERS; i++) {
        pthread_create(&thread, NULL, die_holding, NULL);
        pthread_join(thread, NULL);
    }
    if (pthread_mutex_lock(&robust) != EOWNERDEAD || pthread_mutex_unlock(&robust) != 0 ||
        pthread_mutex_lock(&robust) != ENOTRECOVERABLE)
        abort();
    say("robust", "acquisitions", OWNERS + 1);
    say("robust", "releases", 1);
    say("robust", "failures", 1);
}

/* --- handlers --- */

static volatile sig_atomic_t signals;

static void lock_in_handler(int number)
{
    (void)number;
    take(&adaptive);
    signals++;
}

/* Mostly it is the preload that is interrupted: then the handler's lock is forwarded and counted.
 */
static void run_signals(void)
{
    struct sigaction action = {.sa_handler = lock_in_handler};
    struct itimerval interval = {{0, 100}, {0, 100}};
    unsigned long times = 1;
    take(&plain); /* losses are counted from the first recorded operation on */
    sigaction(SIGALRM, &action, NULL);
    setitimer(ITIMER_REAL, &interval, NULL);
    for (; signals < SIGNALS; times++)
        take(&plain);
    interval = (struct itimerval){0};
    setitimer(ITIMER_REAL, &interval, NULL);
    say("plain", "acquisitions", times);
    say("plain", "releases", times);
    say("signals", "acquisitions", (unsigned long)signals);
}

/* --- the sudden end --- */

static void *stop_in_the_middle(void *argument)
{
    pthread_mutex_t *mine = &own[(long)argument];
    for (int i = 0; i < TIMES; i++) {
        take(mine);
        take(&plain);
    }
    pthread_mutex_lock(mine);
    pthread_barrier_wait(&barrier);
    for (;;)
        pause();
    return NULL;
}

static void run_kill(void)
{
    pthread_t thread;
    pthread_barrier_destroy(&barrier);
    pthread_barrier_init(&barrier, NULL, THREADS + 1);
    for (long i = 0; i < THREADS; i++)
        pthread_create(&thread, NULL, stop_in_the_middle, (void *)i);
    pthread_barrier_wait(&barrier);
    say("plain", "acquisitions", (unsigned long)THREADS * TIMES);
    say("plain", "releases", (unsigned long)THREADS * TIMES);
    say("own", "acquisitions", THREADS * (TIMES + 1ul));
    say("own", "releases", (unsigned long)THREADS * TIMES);
    fflush(stdout);
    kill(getpid(), SIGKILL);
}

int main(int argc, char **argv)
{
    const char *mode = argc > 1 ? argv[1] : "";
    pthread_barrier_init(&barrier, NULL, THREADS);
    if (strcmp(mode, "dead") == 0)
        run_dead();
    else if (strcmp(mode, "others") == 0)
        run_others();
    else if (strcmp(mode, "signals") == 0)
        run_signals();
    else if (strcmp(mode, "kill") == 0)
        run_kill();
    else
        run_all();
    return 0;
}
