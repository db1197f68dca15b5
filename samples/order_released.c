/* Released before: b is given back before a is asked for. Guilty: it is kept. */
#include "order.h"

static pthread_mutex_t a = PTHREAD_MUTEX_INITIALIZER, b = PTHREAD_MUTEX_INITIALIZER,
                       c = PTHREAD_MUTEX_INITIALIZER;

static void forth(void)
{
    order_nest(&a, &b);
}

static void back(void)
{
    pthread_mutex_lock(&b);
    pthread_mutex_lock(&c);
    if (!order_is_guilty)
        pthread_mutex_unlock(&b);
    pthread_mutex_lock(&a);
    pthread_mutex_unlock(&a);
    pthread_mutex_unlock(&c);
    if (order_is_guilty)
        pthread_mutex_unlock(&b);
}

int main(int argc, char **argv)
{
    order_begin(argc, argv);
    ORDER_RUN(forth, back);
    return 0;
}
