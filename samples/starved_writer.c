/*
 * Three readers overlap, so there is always one: with glibc's default rwlock the writer waits until
 * the last of them goes home. With the kind that prefers writers he gets his turn after one read.
 *
 * usage: starved_writer [starve|prefer]
 */
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { READERS = 3, READS = 120, READ_US = 3000 };

static pthread_rwlock_t board;
static pthread_barrier_t begin;
static long version;

static void *reader(void *argument)
{
    pthread_barrier_wait(&begin);
    usleep((useconds_t)(long)argument * READ_US / READERS);
    for (int i = 0; i < READS; i++) {
        pthread_rwlock_rdlock(&board);
        usleep(READ_US);
        pthread_rwlock_unlock(&board);
    }
    return NULL;
}

static void *writer(void *unused)
{
    (void)unused;
    pthread_barrier_wait(&begin);
    usleep(2 * READ_US);
    pthread_rwlock_wrlock(&board);
    version++;
    pthread_rwlock_unlock(&board);
    return NULL;
}

int main(int argc, char **argv)
{
    pthread_t thread[READERS + 1];
    pthread_rwlockattr_t attributes;

    pthread_rwlockattr_init(&attributes);
    if (argc > 1 && strcmp(argv[1], "prefer") == 0)
        pthread_rwlockattr_setkind_np(&attributes, PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP);
    pthread_rwlock_init(&board, &attributes);
    pthread_barrier_init(&begin, NULL, READERS + 1);
    for (long i = 0; i < READERS; i++)
        pthread_create(&thread[i], NULL, reader, (void *)i);
    pthread_create(&thread[READERS], NULL, writer, NULL);
    for (int i = 0; i <= READERS; i++)
        pthread_join(thread[i], NULL);
    printf("version %ld\n", version);
    return 0;
}
