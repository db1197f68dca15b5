/*
 * A family of processes that all lock.
 *
 * usage: family CHILDREN LOCKS [PROGRAM ARGUMENT...]
 *
 * The parent locks family_mutex LOCKS times, forks CHILDREN children that do the same, waits for
 * them, and at last executes PROGRAM in its own place.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static pthread_mutex_t family_mutex = PTHREAD_MUTEX_INITIALIZER;

static void take(long locks)
{
    for (long i = 0; i < locks; i++) {
        pthread_mutex_lock(&family_mutex);
        pthread_mutex_unlock(&family_mutex);
    }
}

int main(int argc, char **argv)
{
    if (argc < 3)
        return 99;
    int children = atoi(argv[1]), failures = 0, status;
    long locks = atol(argv[2]);

    take(locks);
    for (int i = 0; i < children; i++) {
        if (fork() == 0) {
            take(locks);
            _exit(0);
        }
    }
    while (wait(&status) > 0)
        failures += status != 0;
    if (argc > 3) {
        execvp(argv[3], &argv[3]);
        return 98;
    }
    return failures;
}
