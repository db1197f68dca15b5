/* Join: what is done after a thread's end cannot meet it. Guilty: done before it is joined. */
#include "order.h"

static pthread_mutex_t a = PTHREAD_MUTEX_INITIALIZER, b = PTHREAD_MUTEX_INITIALIZER;

static void *work(void *unused)
{
    order_nest(&b, &a);
    order_pass_on();
    return unused;
}

int main(int argc, char **argv)
{
    pthread_t worker;
    order_begin(argc, argv);
    pthread_create(&worker, NULL, work, NULL);
    order_await(1);
    if (order_is_guilty)
        order_nest(&a, &b);
    pthread_join(worker, NULL);
    if (!order_is_guilty)
        order_nest(&a, &b);
    return 0;
}
