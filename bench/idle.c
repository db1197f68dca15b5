/*
 * What a call of the system costs in a thread that holds no lock.
 *
 * usage: idle CALL     prints nanoseconds per call
 *
 * CALL is a name in the table below. The kernel refuses at once or has nothing to do, so that the
 * way there is most of the time. The thread has held a lock before: it is known to the recorder.
 */
#include "timing.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { FRAMES = 10, CALLS = 10000, NO_FILE = -1 };

static pthread_mutex_t first_mutex = PTHREAD_MUTEX_INITIALIZER;

static void reads(long count)
{
    char byte;
    for (long i = 0; i < count; i++)
        if (read(NO_FILE, &byte, 1) != -1)
            abort();
}

static void writes(long count)
{
    for (long i = 0; i < count; i++)
        if (write(NO_FILE, "", 1) != -1)
            abort();
}

static void polls(long count)
{
    for (long i = 0; i < count; i++)
        if (poll(NULL, 0, 0) != 0)
            abort();
}

static const struct {
    const char *name;
    bench_work work;
} calls[] = {{"read", reads}, {"write", writes}, {"poll", polls}};

int main(int argc, char **argv)
{
    bench_become_threaded();
    pthread_mutex_lock(&first_mutex);
    pthread_mutex_unlock(&first_mutex);
    for (size_t i = 0; argc == 2 && i < sizeof calls / sizeof *calls; i++)
        if (strcmp(calls[i].name, argv[1]) == 0)
            return printf("%.3f\n", bench_each_ns(calls[i].work, FRAMES, CALLS)) < 0;
    return 99;
}
