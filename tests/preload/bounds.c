/*
 * Programs that want more of everything than a recorder may take for granted.
 *
 * usage: bounds threads N       N threads, one after another, each with a lock of its own and a
 *                               common one
 *        bounds destructors N   the same, but they lock only in a destructor of thread-specific data
 *        bounds live N          N threads at once, each holding a lock; SIGKILLs itself then
 *        bounds held N          N locks held at once by one thread, released oldest first
 *        bounds held-kill N     ... and SIGKILLs itself while it holds them
 *        bounds chain N         N threads, each holding a lock and waiting for that of the one before;
 *                               when all wait the first gives way
 *        bounds chain-kill N    ... and SIGKILLs itself when all wait
 *        bounds reuse N         N locks one after another at 64 places
 *        bounds nested N        the same, each taken under the common one; another thread takes
 *                               the last, which lives on, the other way round
 *        bounds pools N         N times 16 locks that are made together, taken under the first, and
 *                               destroyed in ever another order
 *        bounds handover N      locks in one thread, unlocks in another, N times
 *        bounds fork N          forks from a thread while others run; parent and child take N locks
 *        bounds grow N [HOW]    N locks that stay; before the second half HOW: limit (RLIMIT_FSIZE is
 *                               reached), delete (LOCKJAM_OUTPUT), rename (it, to
 *                               "renamed"), close (all descriptors from 3 on)
 */
#include <limits.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PLACES = 64, CROWD = 3 };

pthread_mutex_t common = PTHREAD_MUTEX_INITIALIZER;
pthread_mutex_t in_child = PTHREAD_MUTEX_INITIALIZER;

static long count;
static pthread_barrier_t barrier;
static pthread_key_t key;
static pthread_mutex_t *mutexes;

static void take(pthread_mutex_t *mutex)
{
    if (pthread_mutex_lock(mutex) != 0 || pthread_mutex_unlock(mutex) != 0)
        abort();
}

static pthread_t start(void *(*routine)(void *), void *argument)
{
    pthread_attr_t attributes;
    pthread_t thread;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, PTHREAD_STACK_MIN);
    if (pthread_create(&thread, &attributes, routine, argument) != 0)
        abort();
    return thread;
}

static void make_mutexes(void)
{
    mutexes = calloc((size_t)count, sizeof *mutexes);
    for (long i = 0; i < count; i++)
        pthread_mutex_init(&mutexes[i], NULL);
}

/* --- threads --- */

static void *be_short(void *unused)
{
    pthread_mutex_t own;
    pthread_mutex_init(&own, NULL);
    take(&own);
    take(&common);
    pthread_mutex_destroy(&own);
    return unused;
}

static void run_threads(void)
{
    for (long i = 0; i < count; i++)
        pthread_join(start(be_short, NULL), NULL);
}

static void lock_at_last(void *unused)
{
    (void)unused;
    take(&common);
}

static void *leave_value(void *unused)
{
    pthread_setspecific(key, &common);
    return unused;
}

static void run_destructors(void)
{
    pthread_key_create(&key, lock_at_last);
    for (long i = 0; i < count; i++)
        pthread_join(start(leave_value, NULL), NULL);
}

static void *stay_holding(void *mutex)
{
    take(&common);
    pthread_mutex_lock(mutex);
    pthread_barrier_wait(&barrier);
    for (;;)
        pause();
    return NULL;
}

static void run_live(void)
{
    make_mutexes();
    pthread_barrier_init(&barrier, NULL, (unsigned)count + 1);
    for (long i = 0; i < count; i++)
        start(stay_holding, &mutexes[i]);
    pthread_barrier_wait(&barrier);
    kill(getpid(), SIGKILL);
}

/* --- locks --- */

static void hold_all(void)
{
    make_mutexes();
    for (long i = 0; i < count; i++)
        pthread_mutex_lock(&mutexes[i]);
}

static void run_held(void)
{
    hold_all();
    for (long i = 0; i < count; i++)
        pthread_mutex_unlock(&mutexes[i]);
    take(&common);
}

static void run_held_kill(void)
{
    hold_all();
    kill(getpid(), SIGKILL);
}

static int tid; /* atomic; of the newest thread of a chain, once it holds its own lock */

static void *hold_and_wait(void *argument)
{
    long place = (long)argument;
    pthread_mutex_lock(&mutexes[place]);
    __atomic_store_n(&tid, gettid(), __ATOMIC_RELEASE);
    pthread_mutex_lock(&mutexes[place - 1]);
    pthread_mutex_unlock(&mutexes[place - 1]);
    pthread_mutex_unlock(&mutexes[place]);
    return NULL;
}

/* Until the kernel says that the thread waits at a futex. */
static void await_wait(int waiter)
{
    char path[64];
    long call = -1;
    snprintf(path, sizeof path, "/proc/self/task/%d/syscall", waiter);
    while (call != SYS_futex) {
        FILE *file = fopen(path, "r");
        if (!file)
            abort();
        if (fscanf(file, "%ld", &call) != 1) /* it runs */
            sched_yield();
        fclose(file);
    }
}

/* Main is the first of the chain. */
static void make_chain(pthread_t *threads)
{
    make_mutexes();
    pthread_mutex_lock(&mutexes[0]);
    for (long i = 1; i < count; i++) {
        __atomic_store_n(&tid, 0, __ATOMIC_RELAXED);
        threads[i] = start(hold_and_wait, (void *)i);
        while (!__atomic_load_n(&tid, __ATOMIC_ACQUIRE))
            sched_yield();
        await_wait(tid);
    }
}

static void run_chain(void)
{
    pthread_t *threads = calloc((size_t)count, sizeof *threads);
    make_chain(threads);
    pthread_mutex_unlock(&mutexes[0]);
    for (long i = 1; i < count; i++)
        pthread_join(threads[i], NULL);
}

static void run_chain_kill(void)
{
    make_chain(calloc((size_t)count, sizeof(pthread_t)));
    kill(getpid(), SIGKILL);
}

static void run_reuse(void)
{
    static pthread_mutex_t places[PLACES];
    for (long i = 0; i < count; i++) {
        pthread_mutex_t *place = &places[i * 7 % PLACES];
        pthread_mutex_init(place, NULL);
        take(place);
        pthread_mutex_destroy(place);
    }
}

/* A node of a list, as long as it lives. The list is locked around its own lock. */
static void take_below(pthread_mutex_t *list, pthread_mutex_t *node)
{
    pthread_mutex_lock(list);
    take(node);
    pthread_mutex_unlock(list);
}

static void use_pool(long round)
{
    enum { POOL = 16 };
    static const long steps[] = {1, 3, 5, 7, 9, 11, 13, 15}; /* prime to POOL: each comes once */
    static pthread_mutex_t pool[POOL];
    for (int i = 0; i < POOL; i++)
        pthread_mutex_init(&pool[i], NULL);
    for (int i = 1; i < POOL; i++)
        take_below(&pool[0], &pool[i]);
    for (int i = 0; i < POOL; i++)
        pthread_mutex_destroy(&pool[(round + i * steps[round / POOL % 8]) % POOL]);
}

static void run_pools(void)
{
    for (long i = 0; i < count; i++)
        use_pool(i);
}

static int to_other[2]; /* pipe: carries the node that the other thread shall take */

static void *take_inverted(void *unused)
{
    pthread_mutex_t *node;
    if (read(to_other[0], &node, sizeof(node)) != sizeof(node))
        abort();
    pthread_mutex_lock(node);
    take(&common);
    pthread_mutex_unlock(node);
    return unused;
}

static void run_nested(void)
{
    static pthread_mutex_t last;
    pthread_mutex_t *node = &last;
    if (pipe(to_other) != 0)
        abort();
    pthread_t other = start(take_inverted, NULL);
    for (long i = 0; i < count; i++) {
        pthread_mutex_init(node, NULL);
        take_below(&common, node);
        if (i + 1 < count)
            pthread_mutex_destroy(node);
    }
    if (write(to_other[1], &node, sizeof(node)) != sizeof(node))
        abort();
    pthread_join(other, NULL);
}

static void *unlock_for_other(void *unused)
{
    for (long i = 0; i < count; i++) {
        pthread_barrier_wait(&barrier);
        pthread_mutex_unlock(&common);
        pthread_barrier_wait(&barrier);
    }
    return unused;
}

static void run_handover(void)
{
    pthread_barrier_init(&barrier, NULL, 2);
    pthread_t thread = start(unlock_for_other, NULL);
    for (long i = 0; i < count; i++) {
        pthread_mutex_lock(&common);
        pthread_barrier_wait(&barrier);
        pthread_barrier_wait(&barrier);
    }
    pthread_join(thread, NULL);
}

/* --- processes --- */

static void *take_many(void *mutex)
{
    for (long i = 0; i < count; i++)
        take(mutex);
    return NULL;
}

static void *fork_from_thread(void *unused)
{
    pid_t child = fork();
    if (child == 0) {
        take_many(&in_child);
        pthread_join(start(take_many, &in_child), NULL);
        _exit(7);
    }
    int status;
    if (waitpid(child, &status, 0) != child || WEXITSTATUS(status) != 7)
        abort();
    take_many(&common);
    return unused;
}

static void run_fork(void)
{
    pthread_t crowd[CROWD];
    for (int i = 0; i < CROWD; i++)
        crowd[i] = start(take_many, &common);
    pthread_join(start(fork_from_thread, NULL), NULL);
    for (int i = 0; i < CROWD; i++)
        pthread_join(crowd[i], NULL);
}

static void disturb(const char *how)
{
    struct rlimit limit;
    getrlimit(RLIMIT_FSIZE, &limit);
    limit.rlim_cur = 4 << 20;
    if (strcmp(how, "limit") == 0)
        setrlimit(RLIMIT_FSIZE, &limit);
    if (strcmp(how, "delete") == 0)
        unlink(getenv("LOCKJAM_OUTPUT"));
    if (strcmp(how, "rename") == 0)
        rename(getenv("LOCKJAM_OUTPUT"), "renamed");
    if (strcmp(how, "close") == 0)
        for (int descriptor = 3; descriptor < 4096; descriptor++)
            close(descriptor);
}

static void run_grow(const char *how)
{
    mutexes = calloc((size_t)count, sizeof *mutexes);
    for (long i = 0; i < count; i++) {
        if (i == count / 2)
            disturb(how);
        take(&mutexes[i]);
    }
    puts("unaffected");
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        void (*run)(void);
    } modes[] = {
        {"threads", run_threads},     {"destructors", run_destructors},
        {"live", run_live},           {"held", run_held},
        {"held-kill", run_held_kill}, {"reuse", run_reuse},
        {"handover", run_handover},   {"fork", run_fork},
        {"chain", run_chain},         {"chain-kill", run_chain_kill},
        {"nested", run_nested},       {"pools", run_pools},
    };
    if (argc < 3)
        return 2;
    count = atol(argv[2]);
    if (strcmp(argv[1], "grow") == 0)
        run_grow(argc > 3 ? argv[3] : "");
    for (size_t i = 0; i < sizeof modes / sizeof *modes; i++)
        if (strcmp(argv[1], modes[i].name) == 0)
            modes[i].run();
    return 0;
}
