/*
 * A section that spans a thread's life: who holds the table from create to join holds it for the
 * worker, too. Innocent: released before the join.
 */
#include "order.h"

static pthread_mutex_t table = PTHREAD_MUTEX_INITIALIZER, index_lock = PTHREAD_MUTEX_INITIALIZER;

static void *rebuild(void *unused)
{
    pthread_mutex_lock(&index_lock);
    pthread_mutex_unlock(&index_lock);
    return unused;
}

static void change_all(void)
{
    pthread_t worker;
    pthread_mutex_lock(&table);
    pthread_create(&worker, NULL, rebuild, NULL);
    if (!order_is_guilty)
        pthread_mutex_unlock(&table);
    pthread_join(worker, NULL);
    if (order_is_guilty)
        pthread_mutex_unlock(&table);
}

static void change_one(void)
{
    order_nest(&index_lock, &table);
}

int main(int argc, char **argv)
{
    order_begin(argc, argv);
    ORDER_RUN(change_all, change_one);
    return 0;
}
