/*
 * A program whose every name is chosen to break a page: its source file (by a #line), its threads
 * and its locks' owners, who take them in conflicting orders. Its own file name and arguments are the test's to choose.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <unistd.h>

static pthread_mutex_t hostile_mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t other_mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_barrier_t both;
static atomic_int turn; /* keeps the orders apart, unseen by lockjam */

/* clang-format off */
#line 7 "</script><img src=x onerror=alert(1)>\"'&amp;\303\251\342\200\250.c"
/* clang-format on */
static void take(void)
{
    pthread_mutex_lock(&hostile_mutex);
    usleep(1000);
    pthread_mutex_unlock(&hostile_mutex);
}

static void nest(pthread_mutex_t *outer, pthread_mutex_t *inner)
{
    pthread_mutex_lock(outer);
    pthread_mutex_lock(inner);
    pthread_mutex_unlock(inner);
    pthread_mutex_unlock(outer);
}

static void conflict(void)
{
    int first = 0;
    if (atomic_compare_exchange_strong(&turn, &first, 1)) {
        nest(&hostile_mutex, &other_mutex);
        atomic_store(&turn, 2);
        return;
    }
    while (atomic_load(&turn) < 2)
        usleep(100);
    nest(&other_mutex, &hostile_mutex);
}

static void *run(void *name)
{
    pthread_setname_np(pthread_self(), name);
    pthread_barrier_wait(&both);
    for (int i = 0; i < 20; i++)
        take();
    conflict();
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
