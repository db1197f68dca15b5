/*
 * Join below a lock: the thread that is waited for needs that lock. In this run it had it before,
 * so the cycle is weak. Innocent: released before the join.
 */
#include "order.h"

static pthread_mutex_t queue = PTHREAD_MUTEX_INITIALIZER;

static void *work(void *unused)
{
    pthread_mutex_lock(&queue);
    pthread_mutex_unlock(&queue);
    order_pass_on();
    return unused;
}

int main(int argc, char **argv)
{
    pthread_t worker;
    order_begin(argc, argv);
    pthread_create(&worker, NULL, work, NULL);
    order_await(1);
    pthread_mutex_lock(&queue);
    if (!order_is_guilty)
        pthread_mutex_unlock(&queue);
    pthread_join(worker, NULL);
    if (order_is_guilty)
        pthread_mutex_unlock(&queue);
    return 0;
}
