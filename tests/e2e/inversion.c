/*
 * Two threads take two locks in opposite orders, one after the other: a pipe keeps them apart, so
 * that nothing hangs and nothing that locks orders them. "ring": three threads and an array of
 * three locks, in a cycle. "one": the first thread only.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static pthread_mutex_t first = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t second = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t ring[3] = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_MUTEX_INITIALIZER,
                                  PTHREAD_MUTEX_INITIALIZER};

struct job {
    pthread_mutex_t *outer, *inner;
    int from, to;
    const char *name;
};

static __attribute__((noinline)) void lock_both(const struct job *job)
{
    pthread_mutex_lock(job->outer);
    pthread_mutex_lock(job->inner);
    pthread_mutex_unlock(job->inner);
    pthread_mutex_unlock(job->outer);
}

static void *work(void *argument)
{
    const struct job *job = argument;
    char token;
    pthread_setname_np(pthread_self(), job->name);
    if (read(job->from, &token, 1) != 1)
        abort();
    lock_both(job);
    if (write(job->to, &token, 1) != 1)
        abort();
    return NULL;
}

/* Each job waits for the one before; the last token stays in its pipe. */
static void run(struct job *jobs, int count)
{
    pthread_t threads[3];
    int pipes[4][2];
    for (int i = 0; i <= count; i++)
        if (pipe(pipes[i]) != 0)
            abort();
    for (int i = 0; i < count; i++) {
        jobs[i].from = pipes[i][0];
        jobs[i].to = pipes[i + 1][1];
        pthread_create(&threads[i], NULL, work, &jobs[i]);
    }
    if (write(pipes[0][1], "x", 1) != 1)
        abort();
    for (int i = 0; i < count; i++)
        pthread_join(threads[i], NULL);
}

int main(int argc, char **argv)
{
    struct job pair[] = {{&first, &second, 0, 0, "teller-1"}, {&second, &first, 0, 0, "teller-2"}};
    struct job cycle[] = {{&ring[0], &ring[1], 0, 0, "eater-1"},
                          {&ring[1], &ring[2], 0, 0, "eater-2"},
                          {&ring[2], &ring[0], 0, 0, "eater-3"}};
    if (argc > 1 && strcmp(argv[1], "ring") == 0)
        run(cycle, 3);
    else
        run(pair, argc > 1 ? 1 : 2);
    return 0;
}
