/* Gate lock: a common outer lock keeps the two orders apart. Guilty: one of them is not below it. */
#include "order.h"

static pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t a = PTHREAD_MUTEX_INITIALIZER, b = PTHREAD_MUTEX_INITIALIZER;

static void forth(void)
{
    pthread_mutex_lock(&gate);
    order_nest(&a, &b);
    pthread_mutex_unlock(&gate);
}

static void back(void)
{
    pthread_mutex_lock(&gate);
    order_nest(&b, &a);
    pthread_mutex_unlock(&gate);
    if (order_is_guilty)
        order_nest(&b, &a);
}

int main(int argc, char **argv)
{
    order_begin(argc, argv);
    ORDER_RUN(forth, back);
    return 0;
}
