/* Create: what was done before a thread existed cannot meet it. Guilty: done after its creation. */
#include "order.h"

static pthread_mutex_t a = PTHREAD_MUTEX_INITIALIZER, b = PTHREAD_MUTEX_INITIALIZER;

static void *work(void *unused)
{
    order_await(1);
    order_nest(&b, &a);
    return unused;
}

int main(int argc, char **argv)
{
    pthread_t worker;
    order_begin(argc, argv);
    if (!order_is_guilty)
        order_nest(&a, &b);
    pthread_create(&worker, NULL, work, NULL);
    if (order_is_guilty)
        order_nest(&a, &b);
    order_pass_on();
    pthread_join(worker, NULL);
    return 0;
}
