/* Barrier: phases that a barrier divides cannot meet. Guilty: both orders in the same phase. */
#include "order.h"

static pthread_mutex_t a = PTHREAD_MUTEX_INITIALIZER, b = PTHREAD_MUTEX_INITIALIZER;
static pthread_barrier_t phase;

static void *first(void *unused)
{
    if (!order_is_guilty)
        order_nest(&a, &b);
    pthread_barrier_wait(&phase);
    if (order_is_guilty)
        order_nest(&a, &b);
    order_pass_on();
    return unused;
}

static void *second(void *unused)
{
    pthread_barrier_wait(&phase);
    order_await(1);
    order_nest(&b, &a);
    return unused;
}

int main(int argc, char **argv)
{
    pthread_t threads[2];
    order_begin(argc, argv);
    pthread_barrier_init(&phase, NULL, 2);
    pthread_create(&threads[0], NULL, first, NULL);
    pthread_create(&threads[1], NULL, second, NULL);
    pthread_join(threads[0], NULL);
    pthread_join(threads[1], NULL);
    pthread_barrier_destroy(&phase);
    return 0;
}
