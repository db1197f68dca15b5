/*
 * A program of scenarios: `program NAME` runs the one of that name and prints its log (see
 * semantics_log.h); `program` alone prints all names. Each must do the same bare and recorded, down to
 * how the process ends.
 */
#ifndef SCENARIO_H
#define SCENARIO_H

#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "semantics_log.h"

struct scenario {
    const char *name;
    void (*run)(void);
};

static pthread_mutex_t scenario_mutex = PTHREAD_MUTEX_INITIALIZER;

/* Takes so many locks at new addresses, from a new call stack, that the trace has to grow. */
static __attribute__((noinline)) void lock_many(int count)
{
    pthread_mutex_t *mutexes = calloc((size_t)count, sizeof *mutexes);
    if (!mutexes)
        abort();
    for (int i = 0; i < count; i++)
        if (pthread_mutex_lock(&mutexes[i]) != 0 || pthread_mutex_unlock(&mutexes[i]) != 0)
            abort();
    free(mutexes);
}

static __attribute__((unused)) void *lock_in_thread(void *unused)
{
    LOG(pthread_mutex_lock(&scenario_mutex));
    LOG(pthread_mutex_unlock(&scenario_mutex));
    lock_many(100);
    return unused;
}

static int scenario_main(int argc, char **argv, const struct scenario *table, size_t count)
{
    log_begin();
    for (size_t i = 0; i < count; i++) {
        if (argc < 2)
            puts(table[i].name);
        else if (strcmp(argv[1], table[i].name) == 0)
            table[i].run();
    }
    return 0;
}

#endif
