/*
 * Logs what spin locks, barriers, onces and streams answer.
 *
 * usage: semantics_rest
 */
#include <limits.h>
#include <pthread.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <threads.h>
#include <unistd.h>
#include "semantics_log.h"

enum { ARRIVALS = 4, ROUNDS = 50, LOCKERS = 4, TIMES = 1000 };

/* --- spin locks --- */

static pthread_spinlock_t spin;
static int spun; /* under spin */

static void *spin_others_view(void *unused)
{
    LOG(pthread_spin_trylock(&spin));
    return unused;
}

static void *spin_often(void *unused)
{
    for (int i = 0; i < TIMES; i++) {
        pthread_spin_lock(&spin);
        spun++;
        pthread_spin_unlock(&spin);
    }
    return unused;
}

static void run_threads(int count, void *(*start)(void *))
{
    pthread_t thread[16];
    for (int i = 0; i < count; i++)
        if (pthread_create(&thread[i], NULL, start, NULL) != 0)
            abort();
    for (int i = 0; i < count; i++)
        pthread_join(thread[i], NULL);
}

static void spins(void)
{
    printf("spin locks\n");
    LOG(pthread_spin_init(&spin, PTHREAD_PROCESS_SHARED));
    LOG(pthread_spin_lock(&spin));
    LOG(pthread_spin_trylock(&spin));
    in_thread(spin_others_view, NULL);
    LOG(pthread_spin_unlock(&spin));
    LOG(pthread_spin_trylock(&spin));
    LOG(pthread_spin_unlock(&spin));
    LOG(pthread_spin_destroy(&spin));
    LOG(pthread_spin_init(&spin, PTHREAD_PROCESS_PRIVATE));
    run_threads(LOCKERS, spin_often);
    LOG(spun);
    LOG(pthread_spin_destroy(&spin));
}

/* --- barriers --- */

static pthread_barrier_t barrier;
static int serial_answers, odd_answers; /* atomic */

static void *barrier_often(void *unused)
{
    for (int i = 0; i < ROUNDS; i++) {
        int answer = pthread_barrier_wait(&barrier);
        __atomic_fetch_add(&serial_answers, answer == PTHREAD_BARRIER_SERIAL_THREAD,
                           __ATOMIC_RELAXED);
        __atomic_fetch_add(&odd_answers, answer != 0 && answer != PTHREAD_BARRIER_SERIAL_THREAD,
                           __ATOMIC_RELAXED);
    }
    return unused;
}

/* A cancellation that is pending does not act: the barrier is no cancellation point. */
static void *barrier_cancelled(void *unused)
{
    pthread_cancel(pthread_self());
    LOG(pthread_barrier_wait(&barrier));
    pthread_testcancel();
    return unused;
}

static void barriers(void)
{
    printf("barriers\n");
    LOG(pthread_barrier_init(&barrier, NULL, 0));
    LOG(pthread_barrier_init(&barrier, NULL, (unsigned)INT_MAX + 1));
    LOG(pthread_barrier_init(&barrier, NULL, 1));
    LOG(pthread_barrier_wait(&barrier));
    LOG(pthread_barrier_wait(&barrier));
    LOG(in_thread(barrier_cancelled, NULL) == PTHREAD_CANCELED);
    LOG(pthread_barrier_destroy(&barrier));
    LOG(pthread_barrier_init(&barrier, NULL, ARRIVALS));
    run_threads(ARRIVALS, barrier_often);
    LOG(serial_answers);
    LOG(odd_answers);
    LOG(pthread_barrier_destroy(&barrier));
}

/* --- onces --- */

static pthread_once_t control, inner_control;
static once_flag flag = ONCE_FLAG_INIT;
static int initialisations;

static void initialise(void)
{
    initialisations++;
}

static void initialise_inner(void)
{
    LOG(pthread_once(&inner_control, initialise));
    initialisations += 10;
}

static void initialise_cancelled(void)
{
    initialisations += 100;
    pthread_cancel(pthread_self());
    pthread_testcancel();
}

static void initialise_and_exit(void)
{
    initialisations += 1000;
    pthread_exit((void *)7);
}

static void *run_once(void *routine)
{
    LOG(pthread_once(&control, (void (*)(void))routine));
    return NULL;
}

static volatile int may_cancel;

/* Waits until another thread waits for it, then leaves the once as it was. */
static void initialise_until_cancelled(void)
{
    may_cancel = 1;
    await_sleep(&waiter_tid);
    pthread_cancel(pthread_self());
    pthread_testcancel();
}

static void *run_until_cancelled(void *unused)
{
    pthread_once(&control, initialise_until_cancelled);
    return unused;
}

/* It waits for another thread's initialiser, and must then run its own. */
static void once_taken_over(void)
{
    pthread_t thread;
    void *value;
    control = PTHREAD_ONCE_INIT;
    initialisations = 0;
    pthread_create(&thread, NULL, run_until_cancelled, NULL);
    while (!may_cancel)
        sched_yield();
    waiter_tid = (int)syscall(SYS_gettid);
    LOG(pthread_once(&control, initialise));
    LOG(initialisations);
    pthread_join(thread, &value);
    LOG(value == PTHREAD_CANCELED);
}

static void onces(void)
{
    printf("onces\n");
    LOG(pthread_once(&control, initialise_inner));
    LOG(pthread_once(&control, initialise_inner));
    LOG(pthread_once(&inner_control, initialise));
    LOG(initialisations);
    LOG((call_once(&flag, initialise), call_once(&flag, initialise), initialisations));
    control = PTHREAD_ONCE_INIT;
    LOG(in_thread(run_once, initialise_cancelled) == PTHREAD_CANCELED);
    LOG((long)in_thread(run_once, initialise_and_exit));
    LOG(initialisations);
    LOG((long)in_thread(run_once, initialise));
    LOG(initialisations);
    once_taken_over();
}

/* --- streams --- */

static void *stream_others_view(void *stream)
{
    LOG(ftrylockfile(stream));
    return NULL;
}

static void *write_lines(void *stream)
{
    for (int i = 0; i < TIMES; i++) {
        flockfile(stream);
        fputs("one", stream);
        putc_unlocked('\n', stream);
        funlockfile(stream);
    }
    return NULL;
}

static void streams(void)
{
    pthread_t thread[2];
    char *text = NULL;
    size_t length = 0;
    printf("streams\n");
    FILE *stream = open_memstream(&text, &length);
    LOG((flockfile(stream), ftrylockfile(stream)));
    LOG(fputs("locked", stream) >= 0);
    in_thread(stream_others_view, stream);
    LOG((funlockfile(stream), funlockfile(stream), 0));
    for (int i = 0; i < 2; i++)
        pthread_create(&thread[i], NULL, write_lines, stream);
    for (int i = 0; i < 2; i++)
        pthread_join(thread[i], NULL);
    LOG(fclose(stream));
    LOG(length);
    LOG(strstr(text, "oneone") == NULL);
    free(text);
}

/* --- a fork while another thread initialises: the child must not wait for it --- */

static int has_begun; /* atomic */
static pthread_mutex_t forked = PTHREAD_MUTEX_INITIALIZER;

static void initialise_after_fork(void)
{
    __atomic_store_n(&has_begun, 1, __ATOMIC_RELEASE);
    pthread_mutex_lock(&forked);
    pthread_mutex_unlock(&forked);
}

static void *run_over_fork(void *unused)
{
    pthread_once(&control, initialise_after_fork);
    return unused;
}

static void fork_in_initialiser(void)
{
    int status;
    pthread_t thread;
    printf("fork while a once is initialised\n");
    control = PTHREAD_ONCE_INIT;
    initialisations = 0;
    pthread_mutex_lock(&forked);
    pthread_create(&thread, NULL, run_over_fork, NULL);
    while (!__atomic_load_n(&has_begun, __ATOMIC_ACQUIRE))
        sched_yield();
    pid_t child = fork();
    if (child == 0)
        _exit(pthread_once(&control, initialise) == 0 ? 10 + initialisations : 9);
    LOG(waitpid(child, &status, 0) == child);
    LOG(WEXITSTATUS(status));
    pthread_mutex_unlock(&forked);
    pthread_join(thread, NULL);
    LOG(pthread_once(&control, initialise));
    LOG(initialisations);
}

int main(void)
{
    log_begin();
    spins();
    barriers();
    onces();
    streams();
    fork_in_initialiser();
    return 0;
}
