/* Recursion: to take a lock once more that one has is no wait. Guilty: the other took b first. */
#include "order.h"

static pthread_mutex_t a = PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP, b = PTHREAD_MUTEX_INITIALIZER;

static void forth(void)
{
    pthread_mutex_lock(&a);
    order_nest(&b, &a);
    pthread_mutex_unlock(&a);
}

static void back(void)
{
    if (order_is_guilty)
        order_nest(&b, &a);
    else
        order_nest(&a, &b);
}

int main(int argc, char **argv)
{
    order_begin(argc, argv);
    ORDER_RUN(forth, back);
    return 0;
}
