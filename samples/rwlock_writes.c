/*
 * A rwlock that everybody takes to write is a mutex that costs more. With readers it earns its keep:
 * then one in five writes.
 *
 * usage: rwlock_writes [write|read]
 */
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { CLERKS = 4, ROUNDS = 40, WORK_US = 500, WRITE_EVERY = 5 };

static pthread_rwlock_t book = PTHREAD_RWLOCK_INITIALIZER;
static int writes_only = 1;
static long entries;

static void enter(void)
{
    pthread_rwlock_wrlock(&book);
    usleep(WORK_US);
    entries++;
    pthread_rwlock_unlock(&book);
}

static void look_up(void)
{
    pthread_rwlock_rdlock(&book);
    usleep(WORK_US);
    pthread_rwlock_unlock(&book);
}

static void *clerk(void *unused)
{
    (void)unused;
    for (int i = 0; i < ROUNDS; i++)
        if (writes_only || i % WRITE_EVERY == 0)
            enter();
        else
            look_up();
    return NULL;
}

int main(int argc, char **argv)
{
    pthread_t thread[CLERKS];

    writes_only = argc < 2 || strcmp(argv[1], "read") != 0;
    for (int i = 0; i < CLERKS; i++)
        pthread_create(&thread[i], NULL, clerk, NULL);
    for (int i = 0; i < CLERKS; i++)
        pthread_join(thread[i], NULL);
    printf("%ld entries\n", entries);
    return 0;
}
