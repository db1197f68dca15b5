/*
 * Upgrade: a reader that asks to write waits for itself. Here it asks with a time limit, so it gets
 * away. Innocent: it stops reading first.
 */
#include "order.h"

#include <errno.h>
#include <time.h>

static pthread_rwlock_t table = PTHREAD_RWLOCK_INITIALIZER;

static void look_then_change(void)
{
    struct timespec limit;
    clock_gettime(CLOCK_REALTIME, &limit);
    limit.tv_nsec = limit.tv_nsec / 2;
    pthread_rwlock_rdlock(&table);
    if (!order_is_guilty)
        pthread_rwlock_unlock(&table);
    if (pthread_rwlock_timedwrlock(&table, &limit) == ETIMEDOUT)
        puts("gave up");
    pthread_rwlock_unlock(&table);
}

int main(int argc, char **argv)
{
    order_begin(argc, argv);
    ORDER_RUN(look_then_change, look_then_change);
    return 0;
}
