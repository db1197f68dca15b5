/*
 * A program whose every name is chosen to break a page: its source file (by a #line), its threads
 * and its lock's owner. Its own file name and arguments are the test's to choose.
 */
#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

static pthread_mutex_t hostile_mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_barrier_t both;

/* clang-format off */
#line 7 "</script><img src=x onerror=alert(1)>\"'&amp;\303\251\342\200\250.c"
/* clang-format on */
static void take(void)
{
    pthread_mutex_lock(&hostile_mutex);
    usleep(1000);
    pthread_mutex_unlock(&hostile_mutex);
}

static void *run(void *name)
{
    pthread_setname_np(pthread_self(), name);
    pthread_barrier_wait(&both);
    for (int i = 0; i < 20; i++)
        take();
    return NULL;
}

int main(void)
{
    static char *const names[] = {"</script><b>\"'&", "\x01\x1b[31m\xff\xc3\xa9-->"};
    pthread_t threads[2];
    pthread_barrier_init(&both, NULL, 2);
    for (int i = 0; i < 2; i++)
        pthread_create(&threads[i], NULL, run, names[i]);
    for (int i = 0; i < 2; i++)
        pthread_join(threads[i], NULL);
    return 0;
}
