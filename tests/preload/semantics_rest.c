/*
 * Logs what spin locks, barriers, onces, the locks and threads of C11, and streams answer.
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

/* --- C11 --- */

static mtx_t mutex;
static cnd_t cond;
static int counted; /* under mutex */

static int mtx_others_view(void *unused)
{
    LOG(mtx_trylock(&mutex));
    LOG(mtx_timedlock(&mutex, &past));
    LOG(mtx_timedlock(&mutex, &before_epoch));
    LOG(mtx_timedlock(&mutex, &negative));
    LOG(mtx_timedlock(&mutex, &too_many));
    return unused != NULL;
}

/* The thread may log as well: what creating it answered is logged when it has ended. */
static int in_thrd(thrd_start_t start, void *argument)
{
    thrd_t thread;
    int value = -1;
    int created = thrd_create(&thread, start, argument);
    int joined = thrd_join(thread, &value);
    LOG(created);
    LOG(joined);
    return value;
}

static void mtx_live(int type)
{
    printf("C11 mutex of type %d\n", type);
    if (LOG(mtx_init(&mutex, type)) != thrd_success)
        return;
    LOG(mtx_lock(&mutex));
    LOG(mtx_trylock(&mutex));
    LOG(mtx_timedlock(&mutex, &past));
    in_thrd(mtx_others_view, NULL);
    for (int i = 0; i < 3 && (i == 0 || type & mtx_recursive); i++)
        LOG(mtx_unlock(&mutex));
    if (LOG(mtx_timedlock(&mutex, &too_many)) == thrd_success)
        LOG(mtx_unlock(&mutex));
    mtx_destroy(&mutex);
}

static int mtx_often(void *unused)
{
    for (int i = 0; i < TIMES; i++) {
        mtx_lock(&mutex);
        counted++;
        mtx_unlock(&mutex);
    }
    return unused != NULL;
}

static void mtx_contended(void)
{
    thrd_t thread[LOCKERS];
    mtx_init(&mutex, mtx_plain);
    for (int i = 0; i < LOCKERS; i++)
        if (thrd_create(&thread[i], mtx_often, NULL) != thrd_success)
            abort();
    for (int i = 0; i < LOCKERS; i++)
        thrd_join(thread[i], NULL);
    LOG(counted);
}

static int count_down(void *unused)
{
    mtx_lock(&mutex);
    while (counted > 0) {
        counted--;
        cnd_broadcast(&cond);
        if (counted > 0)
            cnd_wait(&cond, &mutex);
    }
    cnd_signal(&cond);
    mtx_unlock(&mutex);
    return unused != NULL;
}

static void cnds(void)
{
    thrd_t thread[2];
    printf("C11 conditions\n");
    LOG(cnd_init(&cond));
    LOG(mtx_lock(&mutex));
    LOG(cnd_timedwait(&cond, &mutex, &past));
    LOG(cnd_timedwait(&cond, &mutex, &before_epoch));
    LOG(cnd_timedwait(&cond, &mutex, &negative));
    LOG(cnd_timedwait(&cond, &mutex, &too_many));
    LOG(mtx_unlock(&mutex));
    LOG(cnd_signal(&cond));
    LOG(cnd_broadcast(&cond));
    thrd_create(&thread[0], count_down, NULL);
    thrd_create(&thread[1], count_down, NULL);
    LOG(thrd_join(thread[0], NULL));
    LOG(thrd_join(thread[1], NULL));
    LOG(counted);
    cnd_destroy(&cond);
    mtx_destroy(&mutex);
}

static tss_t slot;

static void lock_in_destructor(void *value)
{
    printf("  destructor of %s\n", (const char *)value);
    LOG(mtx_lock(&mutex));
    LOG(mtx_unlock(&mutex));
}

static int thrd_answer(void *value)
{
    return *(int *)value;
}

static int thrd_leave(void *name)
{
    tss_set(slot, name);
    thrd_exit(-5);
}

static int thrd_cancelled(void *unused)
{
    pthread_cancel(pthread_self());
    LOG(mtx_lock(&mutex)); /* no cancellation point */
    LOG(mtx_unlock(&mutex));
    cnd_wait(&cond, &mutex);
    return unused != NULL;
}

static int detached_tid; /* atomic */

static int thrd_detached(void *unused)
{
    __atomic_store_n(&detached_tid, (int)syscall(SYS_gettid), __ATOMIC_RELEASE);
    return unused != NULL;
}

static void thrds(void)
{
    int values[] = {0, 1, -1, INT_MAX, INT_MIN};
    thrd_t thread;
    printf("C11 threads\n");
    mtx_init(&mutex, mtx_plain);
    cnd_init(&cond);
    LOG(tss_create(&slot, lock_in_destructor));
    for (size_t i = 0; i < sizeof values / sizeof *values; i++)
        LOG(in_thrd(thrd_answer, &values[i]));
    LOG(in_thrd(thrd_leave, "thrd_exit"));
    LOG(in_thrd(thrd_cancelled, NULL));
    LOG(thrd_create(&thread, thrd_detached, NULL));
    LOG(thrd_detach(thread));
    while (!__atomic_load_n(&detached_tid, __ATOMIC_ACQUIRE))
        sched_yield();
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

/* --- processes --- */

static void forks(void)
{
    int status;
    printf("_Fork\n");
    mtx_init(&mutex, mtx_plain);
    mtx_lock(&mutex);
    pid_t child = _Fork();
    if (child == 0)
        _exit(mtx_trylock(&mutex) == thrd_busy && mtx_unlock(&mutex) == thrd_success ? 3 : 4);
    LOG(waitpid(child, &status, 0) == child);
    LOG(WEXITSTATUS(status));
    LOG(mtx_unlock(&mutex));
}

int main(void)
{
    const int types[] = {mtx_plain, mtx_timed, mtx_plain | mtx_recursive, mtx_timed | mtx_recursive,
                         77};
    log_begin();
    spins();
    barriers();
    onces();
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        mtx_live(types[i]);
    mtx_contended();
    cnds();
    thrds();
    streams();
    forks();
    return 0;
}
