/*
 * What happens around processes and libraries while locks are held: cancellation, forks, executed
 * programs, all the ways to end, constructors and destructors.
 *
 * usage: scenarios_process [NAME]
 */
#include <dlfcn.h>
#include <semaphore.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include "scenario.h"

static pthread_cond_t cond = PTHREAD_COND_INITIALIZER;
static char **arguments; /* of this program */

static void log_status(pid_t child)
{
    int status = 0;
    LOG(waitpid(child, &status, 0) == child);
    LOG(WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status));
}

/* The log so far, written once. */
static void flush_log(void)
{
    fflush(stdout);
}

/* --- cancellation --- */

static void *spin_for_ever(void *unused)
{
    pthread_setcanceltype(PTHREAD_CANCEL_ASYNCHRONOUS, NULL);
    waiter_tid = (int)syscall(SYS_gettid);
    for (volatile int i = 0;; i++)
        ;
    return unused;
}

static void unlock_logged(void *unused)
{
    (void)unused;
    LOG(pthread_mutex_trylock(&scenario_mutex));
    LOG(pthread_mutex_unlock(&scenario_mutex));
}

/* It waits for a mutex that it does not get: no cancellation point, except for this type. */
static void *lock_asynchronously(void *unused)
{
    pthread_setcanceltype(PTHREAD_CANCEL_ASYNCHRONOUS, NULL);
    waiter_tid = (int)syscall(SYS_gettid);
    pthread_mutex_lock(&scenario_mutex);
    return unused;
}

static void *lock_deferred(void *unused)
{
    waiter_tid = (int)syscall(SYS_gettid);
    pthread_mutex_lock(&scenario_mutex);
    pthread_cleanup_push(unlock_logged, NULL);
    pthread_testcancel();
    pthread_cleanup_pop(1);
    return unused;
}

static pthread_t start_waiter(void *(*routine)(void *))
{
    pthread_t thread;
    waiter_tid = 0;
    if (pthread_create(&thread, NULL, routine, NULL) != 0)
        abort();
    return thread;
}

static void log_cancelled(pthread_t thread)
{
    void *value = NULL;
    LOG(pthread_join(thread, &value));
    LOG(value == PTHREAD_CANCELED);
}

static void cancel_asynchronously(void)
{
    pthread_t thread = start_waiter(spin_for_ever);
    while (!waiter_tid)
        sched_yield();
    LOG(pthread_cancel(thread));
    log_cancelled(thread);
    LOG(pthread_mutex_lock(&scenario_mutex));
    thread = start_waiter(lock_asynchronously);
    await_sleep(&waiter_tid);
    LOG(pthread_cancel(thread));
    log_cancelled(thread);
    thread = start_waiter(lock_deferred);
    await_sleep(&waiter_tid);
    int cancelled = pthread_cancel(thread), unlocked = pthread_mutex_unlock(&scenario_mutex);
    log_cancelled(thread);
    LOG(cancelled);
    LOG(unlocked);
    lock_many(1000);
    lock_in_thread(NULL);
}

static void die_holding(void *unused)
{
    (void)unused;
    LOG(pthread_mutex_trylock(&scenario_mutex));
    flush_log();
    kill(getpid(), SIGKILL);
}

static void *wait_cancelled(void *unused)
{
    pthread_mutex_lock(&scenario_mutex);
    pthread_cleanup_push(die_holding, NULL);
    waiter_tid = (int)syscall(SYS_gettid);
    pthread_cond_wait(&cond, &scenario_mutex);
    pthread_cleanup_pop(0);
    return unused;
}

/* The mutex is held again when the first cleanup handler runs, which is the last thing that happens. */
static void cancel_in_condition(void)
{
    pthread_t thread = start_waiter(wait_cancelled);
    await_sleep(&waiter_tid);
    pthread_cancel(thread);
    pthread_join(thread, NULL);
}

/* --- forks --- */

static void use_inherited(pthread_mutex_t *checked)
{
    LOG(pthread_mutex_trylock(&scenario_mutex));
    LOG(pthread_mutex_unlock(&scenario_mutex));
    LOG(pthread_mutex_lock(checked));
    LOG(pthread_mutex_unlock(checked));
    lock_in_thread(NULL);
    in_thread(lock_in_thread, NULL);
}

static void fork_holding(void)
{
    pthread_mutexattr_t attributes;
    pthread_mutex_t checked;
    pthread_mutexattr_init(&attributes);
    pthread_mutexattr_settype(&attributes, PTHREAD_MUTEX_ERRORCHECK);
    pthread_mutex_init(&checked, &attributes);
    LOG(pthread_mutex_lock(&scenario_mutex));
    LOG(pthread_mutex_lock(&checked));
    LOG(pthread_mutex_unlock(&checked));
    flush_log();
    pid_t child = fork();
    if (child == 0) {
        use_inherited(&checked);
        exit(5);
    }
    log_status(child);
    LOG(pthread_mutex_unlock(&scenario_mutex));
}

/* Call sites that nobody has been at: their stacks are walked for the first time. */
#define SITE(n)                                                                                    \
    static __attribute__((noinline)) void site_##n(void)                                           \
    {                                                                                              \
        pthread_mutex_lock(&scenario_mutex);                                                       \
        pthread_mutex_unlock(&scenario_mutex);                                                     \
    }
SITE(0)
SITE(1)
SITE(2)
SITE(3)
SITE(4)
SITE(5)
SITE(6)
SITE(7)
static void (*const sites[])(void) = {site_0, site_1, site_2, site_3,
                                      site_4, site_5, site_6, site_7};

static void ignore(int signal)
{
    (void)signal;
}

static void *send_and_lock(void *site)
{
    await_sleep(&waiter_tid);
    kill(getpid(), SIGUSR1);
    (*(void (*const *)(void))site)();
    return NULL;
}

/* A signal to the process is the main thread's: the sender must not take it away. */
static void signal_from_thread(void)
{
    struct sigaction action = {.sa_handler = ignore};
    sem_t never;
    sem_init(&never, 0, 0);
    sigaction(SIGUSR1, &action, NULL);
    for (size_t i = 0; i < sizeof sites / sizeof *sites; i++) {
        struct timespec limit = {.tv_sec = time(NULL) + 20};
        pthread_t thread;
        waiter_tid = 0;
        pthread_create(&thread, NULL, send_and_lock, (void *)&sites[i]);
        waiter_tid = (int)syscall(SYS_gettid);
        LOG(sem_timedwait(&never, &limit));
        pthread_join(thread, NULL);
    }
}

static void *fork_in_thread(void *unused)
{
    fork_holding();
    return unused;
}

static void fork_from_thread(void)
{
    pthread_t thread = start_waiter(wait_cancelled);
    await_sleep(&waiter_tid); /* one more thread, which waits */
    in_thread(fork_in_thread, NULL);
    (void)thread;
}

static void before_fork(void)
{
    LOG(pthread_mutex_lock(&scenario_mutex));
    flush_log();
}

static void after_fork(void)
{
    LOG(pthread_mutex_unlock(&scenario_mutex));
}

static void fork_with_handlers(void)
{
    LOG(pthread_atfork(before_fork, after_fork, after_fork));
    pid_t child = fork();
    if (child == 0) {
        lock_in_thread(NULL);
        exit(6);
    }
    log_status(child);
    lock_in_thread(NULL);
}

/* --- executed programs --- */

static void lock_and_vfork(void)
{
    LOG(pthread_mutex_lock(&scenario_mutex));
    pid_t child = vfork();
    if (child == 0)
        _exit(7);
    log_status(child);
    child = vfork();
    if (child == 0) {
        execl(arguments[0], arguments[0], "exit_at_once", NULL);
        _exit(127);
    }
    log_status(child);
    LOG(pthread_mutex_unlock(&scenario_mutex));
}

static void spawn(void)
{
    extern char **environ;
    char *words[] = {arguments[0], "lock_and_exit", NULL};
    posix_spawn_file_actions_t actions;
    pid_t child;
    LOG(posix_spawn(&child, "/nowhere/at/all", NULL, NULL, words, environ));
    posix_spawn_file_actions_init(&actions);
    LOG(posix_spawn_file_actions_addclosefrom_np(&actions, 3));
    LOG(pthread_mutex_lock(&scenario_mutex));
    flush_log();
    LOG(posix_spawn(&child, arguments[0], &actions, NULL, words, environ));
    log_status(child);
    LOG(pthread_mutex_unlock(&scenario_mutex));
}

static void execute(void)
{
    LOG(pthread_mutex_lock(&scenario_mutex));
    start_waiter(lock_deferred);
    await_sleep(&waiter_tid);
    LOG(execl("/nowhere/at/all", "all", NULL));
    flush_log();
    execl(arguments[0], arguments[0], "lock_and_exit", NULL);
    abort();
}

static void lock_and_exit(void)
{
    lock_in_thread(NULL);
    in_thread(lock_in_thread, NULL);
    exit(9);
}

/* --- ends --- */

static void exit_at_once(void)
{
    LOG(pthread_mutex_lock(&scenario_mutex));
    flush_log();
    _exit(8);
}

static void *exit_in_thread(void *unused)
{
    exit_at_once();
    return unused;
}

static void exit_from_thread(void)
{
    in_thread(exit_in_thread, NULL);
}

static void lock_at_exit(void)
{
    lock_in_thread(NULL);
    flush_log();
}

static void exit_quickly(void)
{
    LOG(at_quick_exit(lock_at_exit));
    LOG(atexit(exit_at_once));
    quick_exit(10);
}

/* A thread waits for the lock that the exiting one holds; a handler takes another one. */
static void exit_holding(void)
{
    static pthread_mutex_t held = PTHREAD_MUTEX_INITIALIZER;
    LOG(atexit(lock_at_exit));
    LOG(pthread_mutex_lock(&held));
    LOG(pthread_mutex_lock(&scenario_mutex));
    pthread_t thread = start_waiter(lock_deferred);
    await_sleep(&waiter_tid);
    pthread_mutex_unlock(&scenario_mutex);
    LOG(pthread_join(thread, NULL));
    exit(11);
}

static void *join_main(void *thread)
{
    LOG(pthread_join(*(pthread_t *)thread, NULL));
    lock_in_thread(NULL);
    return NULL;
}

static void main_exits_first(void)
{
    static pthread_t self;
    pthread_t thread;
    self = pthread_self();
    pthread_create(&thread, NULL, join_main, &self);
    pthread_exit(NULL);
}

/* --- libraries, constructors, resolvers --- */

static int constructed, destructed;

static __attribute__((constructor(101))) void construct_early(void)
{
    pthread_mutex_lock(&scenario_mutex);
    constructed += pthread_mutex_unlock(&scenario_mutex) == 0;
}

static __attribute__((destructor(101))) void destruct_late(void)
{
    destructed += pthread_mutex_lock(&scenario_mutex) == 0;
    pthread_mutex_unlock(&scenario_mutex);
}

static int answer_resolved(void)
{
    return constructed;
}

static int resolver_answers[2];

/* Runs while the program is relocated, before any constructor. */
static int (*resolve_answer(void))(void)
{
    resolver_answers[0] = pthread_mutex_lock(&scenario_mutex);
    resolver_answers[1] = pthread_mutex_unlock(&scenario_mutex);
    return answer_resolved;
}

int answer(void) __attribute__((ifunc("resolve_answer")));

static void constructors(void)
{
    LOG(answer());
    LOG(resolver_answers[0]);
    LOG(resolver_answers[1]);
    LOG(destructed);
}

static void *use_library(void *function)
{
    int (*library_use)(void) = (int (*)(void))function;
    LOG(library_use());
    LOG(library_use());
    return NULL;
}

static void libraries(void)
{
    char path[4096];
    snprintf(path, sizeof path, "%.*s/libscenario.so",
             (int)(strrchr(arguments[0], '/') - arguments[0]), arguments[0]);
    for (int round = 0; round < 5; round++) {
        void *library = dlopen(path, RTLD_NOW);
        if (LOG(library != NULL) == 0)
            return;
        in_thread(use_library, dlsym(library, "library_use"));
        use_library(dlsym(library, "library_use"));
        LOG(dlclose(library));
    }
}

static const struct scenario scenarios[] = {
    {"cancel_asynchronously", cancel_asynchronously},
    {"cancel_in_condition", cancel_in_condition},
    {"fork_holding", fork_holding},
    {"fork_from_thread", fork_from_thread},
    {"signal_from_thread", signal_from_thread},
    {"fork_with_handlers", fork_with_handlers},
    {"vfork", lock_and_vfork},
    {"spawn", spawn},
    {"execute", execute},
    {"lock_and_exit", lock_and_exit},
    {"exit_at_once", exit_at_once},
    {"exit_from_thread", exit_from_thread},
    {"exit_quickly", exit_quickly},
    {"exit_holding", exit_holding},
    {"main_exits_first", main_exits_first},
    {"constructors", constructors},
    {"libraries", libraries},
};

int main(int argc, char **argv)
{
    arguments = argv;
    return scenario_main(argc, argv, scenarios, sizeof scenarios / sizeof *scenarios);
}
