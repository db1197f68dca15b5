/*
 * A program in which threads, locks, libraries and processes come and go for as long as it is told,
 * and nothing adds up: what is recorded of it must not either.
 *
 * usage: soak SECONDS LIBRARY     LIBRARY is loaded and unloaded again and again; it has library_use()
 *
 * Prints how often it did what, after checking that no update under a lock got lost.
 */
#include <dlfcn.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { CHURNERS = 3, SHORT_THREADS = 4, HEAP_LOCKS = 16, FORK_PAUSE_NS = 20000000 };

/* Of one thread that lives long: what it has done. */
struct tally {
    long threads, locks, loads, forks;
};

struct node {
    pthread_mutex_t mutex;
    char payload[200];
};

pthread_mutex_t common = PTHREAD_MUTEX_INITIALIZER;
static pthread_rwlock_t rwlock = PTHREAD_RWLOCK_INITIALIZER;
static pthread_cond_t cond = PTHREAD_COND_INITIALIZER;
static sem_t slots;
static long updates; /* under common */
static time_t end;
static const char *library;

static void insist(int is_true)
{
    if (!is_true)
        abort();
}

static int is_over(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec >= end;
}

static void update(void)
{
    insist(pthread_mutex_lock(&common) == 0);
    updates++;
    pthread_cond_signal(&cond);
    insist(pthread_mutex_unlock(&common) == 0);
}

/* --- threads and locks --- */

/* A list and its nodes: the first one is held while each of the others is used, and all go then. */
static void use_heap_locks(void)
{
    struct node *node[HEAP_LOCKS];
    for (int i = 0; i < HEAP_LOCKS; i++) {
        node[i] = malloc(sizeof **node);
        insist(node[i] && pthread_mutex_init(&node[i]->mutex, NULL) == 0);
    }
    insist(pthread_mutex_lock(&node[0]->mutex) == 0);
    for (int i = 1; i < HEAP_LOCKS; i++) {
        insist(pthread_mutex_lock(&node[i]->mutex) == 0);
        insist(pthread_mutex_unlock(&node[i]->mutex) == 0);
    }
    insist(pthread_mutex_unlock(&node[0]->mutex) == 0);
    for (int i = 0; i < HEAP_LOCKS; i++) {
        insist(pthread_mutex_destroy(&node[i]->mutex) == 0);
        free(node[i]);
    }
}

static void *use_heap_locks_too(void *unused)
{
    use_heap_locks();
    return unused;
}

static void *live_shortly(void *unused)
{
    pthread_mutex_t own = PTHREAD_MUTEX_INITIALIZER;
    insist(pthread_mutex_lock(&own) == 0);
    insist(pthread_mutex_unlock(&own) == 0);
    use_heap_locks();
    insist(pthread_rwlock_rdlock(&rwlock) == 0);
    update();
    insist(pthread_rwlock_unlock(&rwlock) == 0);
    insist(sem_wait(&slots) == 0 && sem_post(&slots) == 0);
    return unused;
}

static void churn(struct tally *tally)
{
    pthread_t thread[SHORT_THREADS];
    for (int i = 0; i < SHORT_THREADS; i++)
        insist(pthread_create(&thread[i], NULL, live_shortly, NULL) == 0);
    insist(pthread_rwlock_wrlock(&rwlock) == 0);
    insist(pthread_rwlock_unlock(&rwlock) == 0);
    for (int i = 0; i < SHORT_THREADS; i++)
        insist(pthread_join(thread[i], NULL) == 0);
    tally->threads += SHORT_THREADS;
    tally->locks += SHORT_THREADS * (HEAP_LOCKS + 1);
}

/* --- libraries and processes --- */

static void load(struct tally *tally)
{
    void *handle = dlopen(library, RTLD_NOW);
    insist(handle != NULL);
    int (*library_use)(void) = (int (*)(void))dlsym(handle, "library_use");
    insist(library_use && library_use() > 0);
    insist(dlclose(handle) == 0);
    tally->loads++;
}

static void fork_once(struct tally *tally)
{
    const struct timespec pause = {0, FORK_PAUSE_NS};
    int status;
    pid_t child = fork();
    insist(child >= 0);
    if (child == 0) {
        pthread_t thread;
        use_heap_locks();
        insist(pthread_create(&thread, NULL, use_heap_locks_too, NULL) == 0);
        insist(pthread_join(thread, NULL) == 0);
        _exit(3);
    }
    insist(waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 3);
    tally->forks++;
    nanosleep(&pause, NULL);
}

static void wait_once(struct tally *unused)
{
    struct timespec limit;
    (void)unused;
    clock_gettime(CLOCK_MONOTONIC, &limit);
    limit.tv_sec++;
    insist(pthread_mutex_lock(&common) == 0);
    pthread_cond_clockwait(&cond, &common, CLOCK_MONOTONIC, &limit);
    insist(pthread_mutex_unlock(&common) == 0);
}

struct job {
    void (*run)(struct tally *);
    struct tally tally;
};

static void *repeat(void *argument)
{
    struct job *job = argument;
    while (!is_over())
        job->run(&job->tally);
    return NULL;
}

int main(int argc, char **argv)
{
    struct job jobs[CHURNERS + 3] = {{.run = load}, {.run = fork_once}, {.run = wait_once}};
    const int count = sizeof jobs / sizeof *jobs;
    pthread_t thread[CHURNERS + 3];
    struct tally sum = {0};
    struct timespec now;
    insist(argc == 3 && sem_init(&slots, 0, 2) == 0);
    library = argv[2];
    clock_gettime(CLOCK_MONOTONIC, &now);
    end = now.tv_sec + atol(argv[1]);
    for (int i = 0; i < count; i++) {
        jobs[i].run = jobs[i].run ? jobs[i].run : churn;
        insist(pthread_create(&thread[i], NULL, repeat, &jobs[i]) == 0);
    }
    for (int i = 0; i < count; i++) {
        insist(pthread_join(thread[i], NULL) == 0);
        sum.threads += jobs[i].tally.threads;
        sum.locks += jobs[i].tally.locks;
        sum.loads += jobs[i].tally.loads;
        sum.forks += jobs[i].tally.forks;
    }
    insist(updates == sum.threads);
    printf("threads=%ld locks=%ld loads=%ld forks=%ld\n", sum.threads, sum.locks, sum.loads,
           sum.forks);
    return 0;
}
