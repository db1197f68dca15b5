/*
 * Where the waiting is, is not where the time goes.
 *
 * Three chatters queue for `chat`: most of all waiting happens there. But the program ends when the
 * bookkeeper is done, who works alone under `ledger`. Without any chatter at all the program would take as
 * long. What to look for in a report of a trace with --events=all: `chat` has all of the waiting,
 * `ledger` nearly all of the critical path.
 *
 * usage: misleading_wait [ENTRIES]
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { CHATTERS = 3, MESSAGE_US = 1000, ENTRY_US = 4000 };

static pthread_mutex_t chat = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t ledger = PTHREAD_MUTEX_INITIALIZER;
static long entries, written;

static void *chatter(void *unused)
{
    (void)unused;
    for (long i = 0; i < entries / 2; i++) {
        pthread_mutex_lock(&chat);
        usleep(MESSAGE_US);
        pthread_mutex_unlock(&chat);
    }
    return NULL;
}

static void write_entry(void)
{
    pthread_mutex_lock(&ledger);
    usleep(ENTRY_US);
    written++;
    pthread_mutex_unlock(&ledger);
}

int main(int argc, char **argv)
{
    pthread_t thread[CHATTERS];

    entries = argc > 1 ? atol(argv[1]) : 100;
    for (int i = 0; i < CHATTERS; i++)
        pthread_create(&thread[i], NULL, chatter, NULL);
    for (long i = 0; i < entries; i++)
        write_entry();
    for (int i = 0; i < CHATTERS; i++)
        pthread_join(thread[i], NULL);
    printf("%ld entries\n", written);
    return 0;
}
