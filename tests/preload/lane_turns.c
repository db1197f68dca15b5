/*
 * Threads one after another, so that they share a lane: each joins the main thread at a barrier and
 * takes a lock once.
 *
 * usage: lane_turns THREADS
 */
#include <pthread.h>
#include <stdlib.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_barrier_t at_lock;

static void *worker(void *unused)
{
    (void)unused;
    pthread_barrier_wait(&at_lock);
    pthread_mutex_lock(&mutex);
    pthread_mutex_unlock(&mutex);
    return NULL;
}

int main(int argc, char **argv)
{
    long threads = argc > 1 ? atol(argv[1]) : 3;

    pthread_barrier_init(&at_lock, NULL, 2);
    for (long i = 0; i < threads; i++) {
        pthread_t thread;
        pthread_mutex_lock(&mutex);
        pthread_create(&thread, NULL, worker, NULL);
        pthread_barrier_wait(&at_lock);
        pthread_mutex_unlock(&mutex);
        pthread_join(thread, NULL);
    }
    return 0;
}
