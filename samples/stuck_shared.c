/*
 * A process waits at something that it shares with another one, which comes late: for all that can
 * be seen from inside, nobody is left, and yet it is no hang. Arguments: what is shared (barrier,
 * semaphore, condition, mutex), and who waits (parent, child). Always innocent.
 */
#include "pair.h"

#include <semaphore.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define LATE_MS 900

struct shared {
    pthread_barrier_t barrier;
    sem_t semaphore;
    pthread_mutex_t mutex;
    pthread_cond_t cond;
    bool is_set;
};

static struct shared *make_shared(void)
{
    struct shared *shared =
        mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    pthread_barrierattr_t for_barrier;
    pthread_mutexattr_t for_mutex;
    pthread_condattr_t for_cond;
    if (shared == MAP_FAILED)
        abort();
    pthread_barrierattr_init(&for_barrier);
    pthread_barrierattr_setpshared(&for_barrier, PTHREAD_PROCESS_SHARED);
    pthread_barrier_init(&shared->barrier, &for_barrier, 2);
    pthread_mutexattr_init(&for_mutex);
    pthread_mutexattr_setpshared(&for_mutex, PTHREAD_PROCESS_SHARED);
    pthread_mutex_init(&shared->mutex, &for_mutex);
    pthread_condattr_init(&for_cond);
    pthread_condattr_setpshared(&for_cond, PTHREAD_PROCESS_SHARED);
    pthread_cond_init(&shared->cond, &for_cond);
    sem_init(&shared->semaphore, 1, 0);
    return shared;
}

static void meet(struct shared *shared, bool is_early)
{
    if (!is_early)
        pair_nap(LATE_MS);
    pthread_barrier_wait(&shared->barrier);
}

static void post(struct shared *shared, bool is_early)
{
    if (is_early) {
        sem_wait(&shared->semaphore);
        return;
    }
    pair_nap(LATE_MS);
    sem_post(&shared->semaphore);
}

static void signal_it(struct shared *shared, bool is_early)
{
    if (!is_early)
        pair_nap(LATE_MS);
    pthread_mutex_lock(&shared->mutex);
    if (!is_early) {
        shared->is_set = true;
        pthread_cond_signal(&shared->cond);
    }
    while (!shared->is_set)
        pthread_cond_wait(&shared->cond, &shared->mutex);
    pthread_mutex_unlock(&shared->mutex);
}

/* The other one has it already: see main. */
static void take(struct shared *shared, bool is_early)
{
    if (is_early) {
        pthread_mutex_lock(&shared->mutex);
        pthread_mutex_unlock(&shared->mutex);
        return;
    }
    pair_nap(LATE_MS);
    pthread_mutex_unlock(&shared->mutex);
}

static const struct {
    const char *name;
    void (*act)(struct shared *shared, bool is_early);
} objects[] = {
    {"barrier", meet},
    {"semaphore", post},
    {"condition", signal_it},
    {"mutex", take},
};

int main(int argc, char **argv)
{
    size_t which = 0;
    if (argc != 3)
        return 2;
    while (which < 3 && strcmp(objects[which].name, argv[1]) != 0)
        which++;
    bool is_child_early = strcmp(argv[2], "child") == 0;
    struct shared *shared = make_shared();
    if (objects[which].act == take && is_child_early)
        pthread_mutex_lock(&shared->mutex); /* and the child inherits the belief that it is held */
    pid_t child = fork();
    if (child < 0)
        return 1;
    objects[which].act(shared, (child == 0) == is_child_early);
    if (child == 0)
        _exit(0);
    waitpid(child, NULL, 0);
    return 0;
}
