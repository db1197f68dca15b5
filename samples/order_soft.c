/*
 * Soft order: only a semaphore kept the two orders apart. That may be meant or an accident of this
 * run, so the cycle is weak. Guilty: the second order comes before the semaphore is waited for.
 */
#include "order.h"

#include <semaphore.h>

static pthread_mutex_t a = PTHREAD_MUTEX_INITIALIZER, b = PTHREAD_MUTEX_INITIALIZER;
static sem_t done;

static void forth(void)
{
    order_nest(&a, &b);
    sem_post(&done);
}

static void back(void)
{
    if (order_is_guilty)
        order_nest(&b, &a);
    sem_wait(&done);
    if (!order_is_guilty)
        order_nest(&b, &a);
}

int main(int argc, char **argv)
{
    order_begin(argc, argv);
    sem_init(&done, 0, 0);
    ORDER_RUN(forth, back);
    sem_destroy(&done);
    return 0;
}
