/* Orders between locks of different kinds: mutex, rwlock, spin, semaphore. Innocent: one order. */
#include "order.h"

#include <semaphore.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_rwlock_t rwlock = PTHREAD_RWLOCK_INITIALIZER;
static pthread_spinlock_t spin;
static sem_t semaphore;

static void take(int kind)
{
    if (kind == 0)
        pthread_mutex_lock(&mutex);
    else if (kind == 1)
        pthread_rwlock_wrlock(&rwlock);
    else if (kind == 2)
        pthread_spin_lock(&spin);
    else
        sem_wait(&semaphore);
}

static void give(int kind)
{
    if (kind == 0)
        pthread_mutex_unlock(&mutex);
    else if (kind == 1)
        pthread_rwlock_unlock(&rwlock);
    else if (kind == 2)
        pthread_spin_unlock(&spin);
    else
        sem_post(&semaphore);
}

static void nest(int outer, int inner)
{
    take(outer);
    take(inner);
    give(inner);
    give(outer);
}

static void forth(void)
{
    nest(0, 1);
    nest(1, 2);
    nest(2, 3);
}

static void back(void)
{
    for (int i = 0; i < 3; i++)
        nest(order_is_guilty ? i + 1 : i, order_is_guilty ? i : i + 1);
}

int main(int argc, char **argv)
{
    order_begin(argc, argv);
    pthread_spin_init(&spin, PTHREAD_PROCESS_PRIVATE);
    sem_init(&semaphore, 0, 1);
    ORDER_RUN(forth, back);
    sem_destroy(&semaphore);
    pthread_spin_destroy(&spin);
    return 0;
}
