/*
 * Hand-off: a mutex that another thread unlocks is a signal, not a lock. (POSIX forbids it; glibc's
 * plain mutexes allow it.) Guilty: everybody unlocks what he locked.
 */
#include "order.h"

static pthread_mutex_t a = PTHREAD_MUTEX_INITIALIZER, b = PTHREAD_MUTEX_INITIALIZER;

static void forth(void)
{
    pthread_mutex_lock(&a);
    pthread_mutex_lock(&b);
    pthread_mutex_unlock(&b);
    if (order_is_guilty)
        pthread_mutex_unlock(&a);
}

static void release(void)
{
    if (!order_is_guilty)
        pthread_mutex_unlock(&a);
}

static void back(void)
{
    order_nest(&b, &a);
}

int main(int argc, char **argv)
{
    order_begin(argc, argv);
    ORDER_RUN(forth, release, back);
    return 0;
}
