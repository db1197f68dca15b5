/*
 * Condition wait: it gives its mutex up and takes it back, below whatever else is held. Innocent:
 * nothing else is.
 */
#include "order.h"

#include <time.h>

static pthread_mutex_t a = PTHREAD_MUTEX_INITIALIZER, b = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;

static void wait_a_little(void)
{
    struct timespec limit;
    clock_gettime(CLOCK_REALTIME, &limit);
    pthread_cond_timedwait(&changed, &a, &limit);
}

static void wait_for_change(void)
{
    pthread_mutex_lock(&a);
    if (order_is_guilty)
        pthread_mutex_lock(&b);
    wait_a_little();
    if (order_is_guilty)
        pthread_mutex_unlock(&b);
    pthread_mutex_unlock(&a);
}

static void forth(void)
{
    order_nest(&a, &b);
}

int main(int argc, char **argv)
{
    order_begin(argc, argv);
    ORDER_RUN(wait_for_change, forth);
    return 0;
}
