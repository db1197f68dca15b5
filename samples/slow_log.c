/*
 * A log that everybody writes to under one lock, and each time waits until the line is on the disk
 * (here: a sleep). The innocent variant takes the line under the lock and waits without it.
 *
 * usage: slow_log [inside|outside]
 */
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { WRITERS = 3, LINES = 15, DISK_US = 1500 };

static pthread_mutex_t log_mutex = PTHREAD_MUTEX_INITIALIZER;
static long lines, waits;
static int is_outside;

static __attribute__((noinline)) void wait_for_disk(void)
{
    usleep(DISK_US);
    __atomic_add_fetch(&waits, 1, __ATOMIC_RELAXED);
}

static void *writer(void *unused)
{
    (void)unused;
    for (int i = 0; i < LINES; i++) {
        pthread_mutex_lock(&log_mutex);
        lines++;
        if (!is_outside)
            wait_for_disk();
        pthread_mutex_unlock(&log_mutex);
        if (is_outside)
            wait_for_disk();
    }
    return NULL;
}

int main(int argc, char **argv)
{
    pthread_t thread[WRITERS];

    is_outside = argc > 1 && strcmp(argv[1], "outside") == 0;
    for (int i = 0; i < WRITERS; i++)
        pthread_create(&thread[i], NULL, writer, NULL);
    for (int i = 0; i < WRITERS; i++)
        pthread_join(thread[i], NULL);
    printf("%ld lines, %ld waits\n", lines, waits);
    return 0;
}
