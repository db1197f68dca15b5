/*
 * What one uncontended acquire and its release cost.
 *
 * usage: pair KIND [FRAMES [PAIRS]]     prints nanoseconds per pair
 *
 * KIND is a name in the table below. FRAMES is how many calls deep below main the pair stands.
 */
#include "timing.h"

#include <semaphore.h>
#include <stdio.h>
#include <string.h>

static pthread_mutex_t pair_mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t inner_mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_rwlock_t pair_rwlock = PTHREAD_RWLOCK_INITIALIZER;
static sem_t pair_sem;
static volatile unsigned long long stamp;

static void mutex_pairs(long count)
{
    for (long i = 0; i < count; i++) {
        pthread_mutex_lock(&pair_mutex);
        pthread_mutex_unlock(&pair_mutex);
    }
}

static void one_stamp_pairs(long count)
{
    for (long i = 0; i < count; i++) {
        pthread_mutex_lock(&pair_mutex);
        stamp = __builtin_ia32_rdtsc();
        pthread_mutex_unlock(&pair_mutex);
    }
}

static void two_stamp_pairs(long count)
{
    for (long i = 0; i < count; i++) {
        pthread_mutex_lock(&pair_mutex);
        stamp = __builtin_ia32_rdtsc();
        pthread_mutex_unlock(&pair_mutex);
        stamp = __builtin_ia32_rdtsc();
    }
}

static void try_pairs(long count)
{
    for (long i = 0; i < count; i++) {
        if (pthread_mutex_trylock(&pair_mutex) != 0)
            abort();
        pthread_mutex_unlock(&pair_mutex);
    }
}

/* Two pairs a turn, the inner one under the outer: a dependency that is known after the first. */
static void nested_pairs(long count)
{
    for (long i = 0; i < count; i += 2) {
        pthread_mutex_lock(&pair_mutex);
        pthread_mutex_lock(&inner_mutex);
        pthread_mutex_unlock(&inner_mutex);
        pthread_mutex_unlock(&pair_mutex);
    }
}

static void read_pairs(long count)
{
    for (long i = 0; i < count; i++) {
        pthread_rwlock_rdlock(&pair_rwlock);
        pthread_rwlock_unlock(&pair_rwlock);
    }
}

static void write_pairs(long count)
{
    for (long i = 0; i < count; i++) {
        pthread_rwlock_wrlock(&pair_rwlock);
        pthread_rwlock_unlock(&pair_rwlock);
    }
}

static void sem_pairs(long count)
{
    for (long i = 0; i < count; i++) {
        if (sem_trywait(&pair_sem) != 0)
            abort();
        sem_post(&pair_sem);
    }
}

static const struct {
    const char *name;
    bench_work work;
} kinds[] = {
    {"mutex", mutex_pairs},          {"mutex+1tsc", one_stamp_pairs},
    {"mutex+2tsc", two_stamp_pairs}, {"trylock", try_pairs},
    {"nested", nested_pairs},        {"rdlock", read_pairs},
    {"wrlock", write_pairs},         {"sem", sem_pairs},
};

static bench_work find_kind(const char *name)
{
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (strcmp(kinds[i].name, name) == 0)
            return kinds[i].work;
    return NULL;
}

int main(int argc, char **argv)
{
    bench_work work = argc > 1 ? find_kind(argv[1]) : NULL;
    long frames = argc > 2 ? atol(argv[2]) : 10;
    long count = argc > 3 ? atol(argv[3]) : 10000;

    if (!work || frames < 1 || count < 1)
        return 99;
    sem_init(&pair_sem, 0, 1);
    bench_become_threaded();
    printf("%.3f\n", bench_each_ns(work, frames, count));
    return 0;
}
