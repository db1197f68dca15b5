/* Generations: a lock ends, another begins in the same place. Guilty: it is the same lock. */
#include "order.h"

static pthread_mutex_t a, b = PTHREAD_MUTEX_INITIALIZER;

static void forth(void)
{
    order_nest(&a, &b);
}

static void replace(void)
{
    if (order_is_guilty)
        return;
    pthread_mutex_destroy(&a);
    pthread_mutex_init(&a, NULL);
}

static void back(void)
{
    order_nest(&b, &a);
}

int main(int argc, char **argv)
{
    order_begin(argc, argv);
    pthread_mutex_init(&a, NULL);
    ORDER_RUN(forth, replace, back);
    pthread_mutex_destroy(&a);
    return 0;
}
