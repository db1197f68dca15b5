/*
 * A program that goes on contending until its standard input ends.
 *
 * usage: traffic [shelf]
 *
 * main holds parked_mutex, for which the thread "parked" waits for ever; four threads "busy-N"
 * contend for hot_mutex, until a line comes in. With "shelf" a further thread takes the mutexes of
 * shelf in turn. Prints "ready" when all of them have begun, and ends without tidying up.
 */
#include <pthread.h>
#include <semaphore.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BUSY       4
#define BUSY_ROUND 2000 /* of work inside the lock */
#define SHELF      20

static pthread_mutex_t parked_mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t hot_mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t shelf[SHELF];
static sem_t begun;
static volatile unsigned long work;
static volatile bool is_quiet;

static void *parked(void *argument)
{
    pthread_setname_np(pthread_self(), "parked");
    sem_post(&begun);
    pthread_mutex_lock(&parked_mutex);
    return argument;
}

static void *busy(void *argument)
{
    char name[16];
    snprintf(name, sizeof name, "busy-%d", *(int *)argument);
    pthread_setname_np(pthread_self(), name);
    sem_post(&begun);
    while (!is_quiet) {
        pthread_mutex_lock(&hot_mutex);
        for (int i = 0; i < BUSY_ROUND; i++)
            work++;
        pthread_mutex_unlock(&hot_mutex);
    }
    pause();
    return NULL;
}

static void *tidy(void *argument)
{
    for (int i = 0;; i = (i + 1) % SHELF) {
        pthread_mutex_lock(&shelf[i]);
        usleep(1000);
        pthread_mutex_unlock(&shelf[i]);
    }
    return argument;
}

int main(int argc, char **argv)
{
    bool has_shelf = argc > 1 && strcmp(argv[1], "shelf") == 0;
    pthread_t thread;
    int numbers[BUSY];
    sem_init(&begun, 0, 0);
    pthread_mutex_lock(&parked_mutex);
    pthread_create(&thread, NULL, parked, NULL);
    for (int i = 0; i < BUSY; i++) {
        numbers[i] = i;
        pthread_create(&thread, NULL, busy, &numbers[i]);
    }
    for (int i = 0; i < SHELF; i++)
        pthread_mutex_init(&shelf[i], NULL);
    if (has_shelf)
        pthread_create(&thread, NULL, tidy, NULL);
    for (int i = 0; i < BUSY + 1; i++)
        sem_wait(&begun);
    puts("ready");
    fflush(stdout);
    while (getchar() != EOF)
        is_quiet = true;
    _exit(0);
}
