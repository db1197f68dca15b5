/*
 * Many threads and locks, for the size of a trace and of the program.
 *
 * usage: many THREADS LOCKS live|turns     prints KiB of anonymous memory
 *
 * live: all threads at once; each takes all locks, one by one, and stays until the memory is read.
 * turns: one thread after the other.
 */
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static pthread_mutex_t *many_mutexes;
static long lock_count;
static atomic_long ready_count;
static int leave[2]; /* a pipe: its hang-up lets the threads go; no lock that would be recorded */

static void *take_all(void *stays)
{
    struct pollfd gate = {.fd = leave[0], .events = POLLIN};

    for (long i = 0; i < lock_count; i++) {
        pthread_mutex_lock(&many_mutexes[i]);
        pthread_mutex_unlock(&many_mutexes[i]);
    }
    ready_count++;
    if (stays)
        poll(&gate, 1, -1);
    return NULL;
}

static long anonymous_kib(void)
{
    char line[256];
    long kib = -1;
    FILE *file = fopen("/proc/self/smaps_rollup", "r");

    while (file && kib < 0 && fgets(line, sizeof line, file))
        sscanf(line, "Anonymous: %ld", &kib);
    if (file)
        fclose(file);
    return kib;
}

/* Small stacks, so that a thread costs little besides what is measured. */
static pthread_t start(void *stays)
{
    pthread_attr_t attributes;
    pthread_t thread;

    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, 128 << 10);
    if (pthread_create(&thread, &attributes, take_all, stays) != 0)
        exit(98);
    pthread_attr_destroy(&attributes);
    return thread;
}

static void live(long threads)
{
    pthread_t *thread = calloc((size_t)threads, sizeof *thread);

    for (long i = 0; i < threads; i++)
        thread[i] = start(leave);
    while (ready_count < threads)
        usleep(1000);
    printf("%ld\n", anonymous_kib());
    close(leave[1]);
    for (long i = 0; i < threads; i++)
        pthread_join(thread[i], NULL);
    free(thread);
}

static void turns(long threads)
{
    for (long i = 0; i < threads; i++)
        pthread_join(start(NULL), NULL);
    printf("%ld\n", anonymous_kib());
}

int main(int argc, char **argv)
{
    if (argc != 4 || pipe(leave) != 0)
        return 99;
    lock_count = atol(argv[2]);
    many_mutexes = calloc((size_t)lock_count + 1, sizeof *many_mutexes);
    for (long i = 0; i < lock_count; i++)
        pthread_mutex_init(&many_mutexes[i], NULL);
    (strcmp(argv[3], "live") == 0 ? live : turns)(atol(argv[1]));
    free(many_mutexes);
    return 0;
}
