/* Single thread: who takes both orders himself never meets himself. Guilty: two threads do. */
#include "order.h"

static pthread_mutex_t a = PTHREAD_MUTEX_INITIALIZER, b = PTHREAD_MUTEX_INITIALIZER;

static void forth(void)
{
    order_nest(&a, &b);
    if (!order_is_guilty)
        order_nest(&b, &a);
}

static void back(void)
{
    if (order_is_guilty)
        order_nest(&b, &a);
}

int main(int argc, char **argv)
{
    order_begin(argc, argv);
    ORDER_RUN(forth, back);
    return 0;
}
