/* Time limit: the wait ends by itself, so the cycle is weak. Innocent: a limit, but one order. */
#include "order.h"

#include <time.h>

static pthread_mutex_t a = PTHREAD_MUTEX_INITIALIZER, b = PTHREAD_MUTEX_INITIALIZER;

static void forth(void)
{
    order_nest(&a, &b);
}

static void with_limit(pthread_mutex_t *outer, pthread_mutex_t *inner)
{
    struct timespec limit;
    clock_gettime(CLOCK_REALTIME, &limit);
    limit.tv_sec += 10;
    pthread_mutex_lock(outer);
    if (pthread_mutex_timedlock(inner, &limit) == 0)
        pthread_mutex_unlock(inner);
    pthread_mutex_unlock(outer);
}

static void back(void)
{
    if (order_is_guilty)
        with_limit(&b, &a);
    else
        with_limit(&a, &b);
}

int main(int argc, char **argv)
{
    order_begin(argc, argv);
    ORDER_RUN(forth, back);
    return 0;
}
