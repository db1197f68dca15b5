/*
 * A ball goes to and fro. Signalled with the mutex held, the other wakes up only to wait for that
 * mutex; signalled after the unlock, he can take it at once.
 *
 * usage: signal_held [held|free]
 */
#include <pthread.h>
#include <stdio.h>
#include <string.h>

enum { STROKES = 300 };

static pthread_mutex_t court = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t came = PTHREAD_COND_INITIALIZER;
static int side, is_free;

static void *player(void *argument)
{
    int self = (int)(long)argument;

    for (int i = 0; i < STROKES; i++) {
        pthread_mutex_lock(&court);
        while (side != self)
            pthread_cond_wait(&came, &court);
        side = !self;
        if (!is_free)
            pthread_cond_signal(&came);
        pthread_mutex_unlock(&court);
        if (is_free)
            pthread_cond_signal(&came);
    }
    return NULL;
}

int main(int argc, char **argv)
{
    pthread_t other;

    is_free = argc > 1 && strcmp(argv[1], "free") == 0;
    pthread_create(&other, NULL, player, (void *)1);
    player((void *)0);
    pthread_join(other, NULL);
    printf("%d strokes\n", 2 * STROKES);
    return 0;
}
