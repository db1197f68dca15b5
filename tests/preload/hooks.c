/*
 * Calls every interposed function, so that a trace can prove that its hook fires.
 *
 * usage: hooks             lists the cases: name, effect, file that the symbol was found in
 *        hooks NAME        runs one case; ends with 0 if every call answered as it should
 *
 * The list comes from preload/hook_table.h: a row without a case does not compile. The function
 * under test is called in the function case_NAME and nowhere else, so its stack tells it apart;
 * what a case needs besides is done by functions called prepare_* (hooks_needs.h). The effect is
 * what preload_hooks_test.py looks for in the trace.
 *
 * build-flags: -Ipreload -fno-optimize-sibling-calls
 */
#include <dlfcn.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <threads.h>
#include "hook_table.h"
#include "hooks_needs.h"

#define CASE(name, effect)                                                                         \
    static const char effect_##name[] = effect;                                                    \
    __attribute__((noinline)) static void case_##name(void)

#include "hooks_blocking.h"
#include "hooks_c11.h"
#include "hooks_memory.h"
#include "hooks_old.h"
#include "hooks_small.h"

/* The originals' older versions, as an old binary finds them. */
#define COMPAT_NONE(ret, name, params, args, version)
#define COMPAT_FIELD(ret, name, params, args, version) ret(*name) params;
static struct {
    JAM_HOOK_TABLE(COMPAT_NONE, COMPAT_FIELD)
} compat;

/* --- mutexes --- */

CASE(pthread_mutex_init, "created mutex")
{
    OK(pthread_mutex_init(&mutex, NULL));
}

CASE(pthread_mutex_destroy, "destroyed mutex")
{
    prepare_mutex_used();
    OK(pthread_mutex_destroy(&mutex));
}

CASE(pthread_mutex_lock, "acquired mutex exclusive")
{
    OK(pthread_mutex_lock(&mutex));
}

CASE(pthread_mutex_trylock, "tried mutex exclusive")
{
    OK(pthread_mutex_trylock(&mutex));
    IS(EBUSY, pthread_mutex_trylock(&mutex));
}

CASE(pthread_mutex_timedlock, "timed mutex exclusive")
{
    OK(pthread_mutex_timedlock(&mutex, &past));
    IS(ETIMEDOUT, pthread_mutex_timedlock(&mutex, &past));
}

CASE(pthread_mutex_clocklock, "timed mutex exclusive")
{
    OK(pthread_mutex_clocklock(&mutex, CLOCK_MONOTONIC, &past));
    IS(ETIMEDOUT, pthread_mutex_clocklock(&mutex, CLOCK_MONOTONIC, &past));
}

CASE(pthread_mutex_unlock, "released prepare_mutex")
{
    prepare_mutex();
    OK(pthread_mutex_unlock(&mutex));
}

static void *do_die_holding(void *unused)
{
    OK(pthread_mutex_lock(&mutex));
    return unused;
}

__attribute__((noinline)) static void prepare_robust(void)
{
    pthread_mutexattr_t attributes;
    OK(pthread_mutexattr_init(&attributes));
    OK(pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST));
    OK(pthread_mutex_init(&mutex, &attributes));
    OK(pthread_join(prepare_thread(do_die_holding), NULL));
    IS(EOWNERDEAD, pthread_mutex_lock(&mutex));
}

CASE(pthread_mutex_setprioceiling, "acquired mutex exclusive")
{
    pthread_mutexattr_t attributes;
    int old = 0;
    OK(pthread_mutexattr_init(&attributes));
    OK(pthread_mutexattr_setprotocol(&attributes, PTHREAD_PRIO_PROTECT));
    OK(pthread_mutexattr_setprioceiling(&attributes, 10));
    OK(pthread_mutex_init(&mutex, &attributes));
    OK(pthread_mutex_setprioceiling(&mutex, 20, &old));
    IS(10, old);
}

/* Without the real function the mutex would be ENOTRECOVERABLE after the unlock. */
CASE(pthread_mutex_consistent, "forwarded")
{
    prepare_robust();
    OK(pthread_mutex_consistent(&mutex));
    OK(pthread_mutex_unlock(&mutex));
    prepare_mutex_used();
}

/* --- reader-writer locks --- */

CASE(pthread_rwlock_init, "created rwlock")
{
    OK(pthread_rwlock_init(&rwlock, NULL));
}

CASE(pthread_rwlock_destroy, "destroyed rwlock")
{
    prepare_rwlock();
    OK(pthread_rwlock_unlock(&rwlock));
    OK(pthread_rwlock_destroy(&rwlock));
}

CASE(pthread_rwlock_rdlock, "acquired rwlock shared")
{
    OK(pthread_rwlock_rdlock(&rwlock));
}

CASE(pthread_rwlock_tryrdlock, "tried rwlock shared")
{
    prepare_holder();
    OK(pthread_rwlock_tryrdlock(&rwlock));
    IS(EBUSY, pthread_rwlock_tryrdlock(&other_rwlock));
}

CASE(pthread_rwlock_timedrdlock, "timed rwlock shared")
{
    prepare_holder();
    OK(pthread_rwlock_timedrdlock(&rwlock, &past));
    IS(ETIMEDOUT, pthread_rwlock_timedrdlock(&other_rwlock, &past));
}

CASE(pthread_rwlock_clockrdlock, "timed rwlock shared")
{
    prepare_holder();
    OK(pthread_rwlock_clockrdlock(&rwlock, CLOCK_MONOTONIC, &past));
    IS(ETIMEDOUT, pthread_rwlock_clockrdlock(&other_rwlock, CLOCK_MONOTONIC, &past));
}

CASE(pthread_rwlock_wrlock, "acquired rwlock exclusive")
{
    OK(pthread_rwlock_wrlock(&rwlock));
}

CASE(pthread_rwlock_trywrlock, "tried rwlock exclusive")
{
    prepare_holder();
    OK(pthread_rwlock_trywrlock(&rwlock));
    IS(EBUSY, pthread_rwlock_trywrlock(&other_rwlock));
}

CASE(pthread_rwlock_timedwrlock, "timed rwlock exclusive")
{
    prepare_holder();
    OK(pthread_rwlock_timedwrlock(&rwlock, &past));
    IS(ETIMEDOUT, pthread_rwlock_timedwrlock(&other_rwlock, &past));
}

CASE(pthread_rwlock_clockwrlock, "timed rwlock exclusive")
{
    prepare_holder();
    OK(pthread_rwlock_clockwrlock(&rwlock, CLOCK_MONOTONIC, &past));
    IS(ETIMEDOUT, pthread_rwlock_clockwrlock(&other_rwlock, CLOCK_MONOTONIC, &past));
}

CASE(pthread_rwlock_unlock, "released prepare_rwlock")
{
    prepare_rwlock();
    OK(pthread_rwlock_unlock(&rwlock));
}

/* --- condition variables, in both versions --- */

#define COND_CASES(suffix, call)                                                                   \
    CASE(pthread_cond_init##suffix, "created cond")                                                \
    {                                                                                              \
        OK(call pthread_cond_init(&cond, NULL));                                                   \
    }                                                                                              \
    CASE(pthread_cond_destroy##suffix, "destroyed cond")                                           \
    {                                                                                              \
        OK(call pthread_cond_init(&cond, NULL));                                                   \
        OK(call pthread_cond_destroy(&cond));                                                      \
    }                                                                                              \
    CASE(pthread_cond_wait##suffix, "waited")                                                      \
    {                                                                                              \
        prepare_waker(call pthread_cond_signal);                                                   \
        while (!is_ready)                                                                          \
            OK(call pthread_cond_wait(&cond, &mutex));                                             \
    }                                                                                              \
    CASE(pthread_cond_timedwait##suffix, "timed out cond")                                         \
    {                                                                                              \
        prepare_mutex();                                                                           \
        IS(ETIMEDOUT, call pthread_cond_timedwait(&cond, &mutex, &past));                          \
    }                                                                                              \
    CASE(pthread_cond_signal##suffix, "woke cond")                                                 \
    {                                                                                              \
        pthread_t thread = prepare_waiter(call pthread_cond_wait);                                 \
        OK(call pthread_cond_signal(&cond));                                                       \
        finish_waiter(thread);                                                                     \
    }                                                                                              \
    CASE(pthread_cond_broadcast##suffix, "woke cond all")                                          \
    {                                                                                              \
        pthread_t thread = prepare_waiter(call pthread_cond_wait);                                 \
        OK(call pthread_cond_broadcast(&cond));                                                    \
        finish_waiter(thread);                                                                     \
    }

COND_CASES(, )
COND_CASES(_compat, compat.)

CASE(pthread_cond_clockwait, "timed out cond")
{
    prepare_mutex();
    IS(ETIMEDOUT, pthread_cond_clockwait(&cond, &mutex, CLOCK_MONOTONIC, &past));
}

/* --- semaphores --- */

CASE(sem_init, "created sem")
{
    OK(sem_init(&sem, 0, 1));
}

CASE(sem_destroy, "destroyed sem")
{
    prepare_sem(1);
    OK(sem_destroy(&sem));
}

static sem_t *prepare_named_sem(void)
{
    char name[64];
    snprintf(name, sizeof name, "/lockjam-hooks-%d", getpid());
    sem_t *named = sem_open(name, O_CREAT | O_EXCL, 0600, 1);
    OK(named == SEM_FAILED);
    OK(sem_unlink(name));
    OK(sem_wait(named));
    return named;
}

CASE(sem_close, "destroyed sem")
{
    OK(sem_close(prepare_named_sem()));
}

CASE(sem_wait, "acquired sem exclusive")
{
    prepare_sem(1);
    OK(sem_wait(&sem));
}

CASE(sem_trywait, "tried sem exclusive")
{
    prepare_sem(1);
    OK(sem_trywait(&sem));
    IS(-1, sem_trywait(&sem));
    IS(EAGAIN, errno);
}

CASE(sem_timedwait, "timed sem exclusive")
{
    prepare_sem(1);
    OK(sem_timedwait(&sem, &past));
    IS(-1, sem_timedwait(&sem, &past));
    IS(ETIMEDOUT, errno);
}

CASE(sem_clockwait, "timed sem exclusive")
{
    prepare_sem(1);
    OK(sem_clockwait(&sem, CLOCK_MONOTONIC, &past));
    IS(-1, sem_clockwait(&sem, CLOCK_MONOTONIC, &past));
    IS(ETIMEDOUT, errno);
}

CASE(sem_post, "woke sem")
{
    prepare_sem(0);
    pthread_t thread = prepare_sem_waiter();
    OK(sem_post(&sem));
    OK(pthread_join(thread, NULL));
}

/* --- threads and the process --- */

CASE(pthread_create, "thread created")
{
    pthread_t thread;
    OK(pthread_create(&thread, NULL, do_nothing, NULL));
    OK(pthread_join(thread, NULL));
}

CASE(pthread_join, "thread joined")
{
    OK(pthread_join(prepare_thread(do_nothing), NULL));
}

CASE(pthread_tryjoin_np, "thread joined after a try")
{
    pthread_t thread = prepare_thread(do_pause);
    IS(EBUSY, pthread_tryjoin_np(thread, NULL));
    OK(pthread_cancel(thread));
    while (pthread_tryjoin_np(thread, NULL) == EBUSY)
        sched_yield();
}

CASE(pthread_timedjoin_np, "thread joined after a timeout")
{
    struct timespec future = {time(NULL) + 1000, 0};
    pthread_t thread = prepare_thread(do_pause);
    IS(ETIMEDOUT, pthread_timedjoin_np(thread, NULL, &past));
    OK(pthread_cancel(thread));
    OK(pthread_timedjoin_np(thread, NULL, &future));
}

CASE(pthread_clockjoin_np, "thread joined after a timeout")
{
    struct timespec future = {time(NULL) + 1000, 0};
    pthread_t thread = prepare_thread(do_pause);
    IS(ETIMEDOUT, pthread_clockjoin_np(thread, NULL, CLOCK_MONOTONIC, &past));
    OK(pthread_cancel(thread));
    OK(pthread_clockjoin_np(thread, NULL, CLOCK_REALTIME, &future));
}

CASE(pthread_detach, "thread flag 2")
{
    OK(pthread_detach(prepare_thread(do_nothing)));
}

/* The main thread's: those of other threads are seen by the function that we start them in. */
CASE(pthread_exit, "main thread flag 8")
{
    prepare_mutex_used();
    pthread_exit(NULL);
}

/* Of a thread that does not end: a name is also read from the kernel when a thread ends. */
CASE(pthread_setname_np, "main thread name renamed")
{
    prepare_mutex_used();
    OK(pthread_setname_np(pthread_self(), "renamed"));
}

CASE(fork, "forked")
{
    prepare_mutex_used();
    pid_t child = fork();
    if (child == 0)
        _exit(0);
    IS(child, waitpid(child, NULL, 0));
}

CASE(_Fork, "forked")
{
    prepare_mutex_used();
    pid_t child = _Fork();
    if (child == 0)
        _exit(0);
    IS(child, waitpid(child, NULL, 0));
}

static void *prepare_plugin(const char *name)
{
    char path[PATH_MAX] = "";
    if (readlink("/proc/self/exe", path, sizeof path - 64) < 0)
        _exit(1);
    strcat(dirname(path), name);
    void *library = dlopen(path, RTLD_NOW);
    OK(library == NULL);
    void *run = dlsym(library, "plugin_run");
    ((void (*)(void (*)(void)))run)(do_not_much);
    return library;
}

/* The table of ended locks is made before: it would take the addresses that become free. */
CASE(dlclose, "unloaded libplugin_a.so")
{
    free(prepare_block());
    void *first = prepare_plugin("/libplugin_a.so");
    OK(dlclose(first));
    prepare_plugin("/libplugin_b.so");
}

/* --- the table --- */

struct hook_case {
    const char *name;
    const char *effect;
    void (*run)(void);
    const char *symbol;
    const char *version; /* NULL = default */
};

#define ROW(ret, name, params, args, version) {#name, effect_##name, case_##name, #name, NULL},
#define ROW_COMPAT(ret, name, params, args, version)                                               \
    {#name "_compat", effect_##name##_compat, case_##name##_compat, #name, version},
static const struct hook_case cases[] = {JAM_HOOK_TABLE(ROW, ROW_COMPAT)};

enum { CASES = sizeof cases / sizeof *cases };

static void *find_symbol(const struct hook_case *row)
{
    return row->version ? dlvsym(RTLD_DEFAULT, row->symbol, row->version)
                        : dlsym(RTLD_DEFAULT, row->symbol);
}

static void list_cases(void)
{
    for (size_t i = 0; i < CASES; i++) {
        Dl_info info = {0};
        void *symbol = find_symbol(&cases[i]);
        if (symbol)
            dladdr(symbol, &info);
        printf("%s\t%s\t%s\n", cases[i].name, cases[i].effect, info.dli_fname);
    }
}

#define COMPAT_FIND(ret, name, params, args, version)                                              \
    *(void **)&compat.name = dlvsym(RTLD_DEFAULT, #name, version);

int main(int argc, char **argv)
{
    JAM_HOOK_TABLE(COMPAT_NONE, COMPAT_FIND)
    OK(pthread_barrier_init(&barrier, NULL, 2));
    if (argc < 2)
        list_cases();
    for (size_t i = 0; argc > 1 && i < CASES; i++)
        if (strcmp(argv[1], cases[i].name) == 0) {
            cases[i].run();
            return 0;
        }
    return argc < 2 ? 0 : 2;
}
