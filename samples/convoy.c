/*
 * A lock convoy. Real-time threads share a mutex that inherits priorities: a release hands it to the
 * first in the queue, asleep as he is, and who comes back at once finds it taken and queues up
 * behind the others. Nobody works, everybody waits for the next to wake up. They share a processor:
 * on two, a convoy breaks up when one of them stops for a while, as those of virtual machines do.
 * A plain mutex is taken by whoever runs, on as many processors as there are, and there is hardly a
 * queue.
 *
 * usage: convoy [convoy|plain]     ends with 77 where real-time threads are not permitted
 */
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { WALKERS = 4, STEPS = 3000, STUMBLE_US = 5000, NOT_PERMITTED = 77 };

static pthread_mutex_t gate;
static pthread_barrier_t begin;
static long passed;

static void *walker(void *unused)
{
    (void)unused;
    pthread_barrier_wait(&begin);
    for (int i = 0; i < STEPS; i++) {
        pthread_mutex_lock(&gate);
        if (passed++ == 0) /* one stumbles, the others queue up behind him */
            usleep(STUMBLE_US);
        pthread_mutex_unlock(&gate);
    }
    return NULL;
}

static void make_convoy(pthread_mutexattr_t *attributes, pthread_attr_t *threads)
{
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(sched_getcpu(), &one);
    pthread_attr_setaffinity_np(threads, sizeof one, &one);
    pthread_mutexattr_setprotocol(attributes, PTHREAD_PRIO_INHERIT);
}

int main(int argc, char **argv)
{
    pthread_t thread[WALKERS];
    pthread_attr_t real_time;
    pthread_mutexattr_t attributes;
    const struct sched_param lowest = {.sched_priority = 1};

    pthread_attr_init(&real_time);
    pthread_attr_setinheritsched(&real_time, PTHREAD_EXPLICIT_SCHED);
    pthread_attr_setschedpolicy(&real_time, SCHED_FIFO);
    pthread_attr_setschedparam(&real_time, &lowest);
    pthread_mutexattr_init(&attributes);
    if (argc < 2 || strcmp(argv[1], "plain") != 0)
        make_convoy(&attributes, &real_time);
    pthread_mutex_init(&gate, &attributes);
    pthread_barrier_init(&begin, NULL, WALKERS);
    for (int i = 0; i < WALKERS; i++)
        if (pthread_create(&thread[i], &real_time, walker, NULL) != 0)
            _exit(NOT_PERMITTED);
    for (int i = 0; i < WALKERS; i++)
        pthread_join(thread[i], NULL);
    printf("%ld passed\n", passed);
    return 0;
}
