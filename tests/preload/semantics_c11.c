/*
 * Logs what the locks and threads of <threads.h> answer, and a child of _Fork with them.
 *
 * usage: semantics_c11
 */
#include <limits.h>
#include <pthread.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <threads.h>
#include <unistd.h>
#include "semantics_log.h"

enum { LOCKERS = 4, TIMES = 1000 };

/* --- mutexes and conditions --- */

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

/* --- with threads of pthreads --- */

static void unlock_mutex(void *unused)
{
    (void)unused;
    LOG(mtx_unlock(&mutex));
}

static void *wait_in_cnd(void *unused)
{
    mtx_lock(&mutex);
    pthread_cleanup_push(unlock_mutex, NULL);
    waiter_tid = (int)syscall(SYS_gettid);
    for (;;)
        cnd_wait(&cond, &mutex);
    pthread_cleanup_pop(1);
    return unused;
}

static void *pthreads_view(void *unused)
{
    mtx_others_view(unused);
    return unused;
}

static void mixed(void)
{
    pthread_t thread;
    void *value;
    printf("C11 locks in threads of pthreads\n");
    mtx_init(&mutex, mtx_timed);
    cnd_init(&cond);
    LOG(mtx_lock(&mutex));
    in_thread(pthreads_view, NULL);
    LOG(mtx_unlock(&mutex));
    pthread_create(&thread, NULL, wait_in_cnd, NULL);
    await_sleep(&waiter_tid);
    pthread_cancel(thread);
    LOG(pthread_join(thread, &value));
    LOG(value == PTHREAD_CANCELED);
    LOG(mtx_trylock(&mutex));
    LOG(mtx_unlock(&mutex));
}

/* --- threads --- */

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
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        mtx_live(types[i]);
    mtx_contended();
    cnds();
    mixed();
    thrds();
    forks();
    return 0;
}
