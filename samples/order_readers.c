/*
 * Readers: two who only read do not make each other wait. Guilty: the locks let a waiting writer
 * block new readers, and there are writers.
 */
#include "order.h"

static pthread_rwlock_t a = PTHREAD_RWLOCK_INITIALIZER, b = PTHREAD_RWLOCK_INITIALIZER;
static pthread_rwlock_t prefer_a = PTHREAD_RWLOCK_WRITER_NONRECURSIVE_INITIALIZER_NP,
                        prefer_b = PTHREAD_RWLOCK_WRITER_NONRECURSIVE_INITIALIZER_NP;

static void read_both(pthread_rwlock_t *outer, pthread_rwlock_t *inner)
{
    pthread_rwlock_rdlock(outer);
    pthread_rwlock_rdlock(inner);
    pthread_rwlock_unlock(inner);
    pthread_rwlock_unlock(outer);
}

static void forth(void)
{
    if (order_is_guilty)
        read_both(&prefer_a, &prefer_b);
    else
        read_both(&a, &b);
}

static void back(void)
{
    if (order_is_guilty)
        read_both(&prefer_b, &prefer_a);
    else
        read_both(&b, &a);
}

static void write_each(void)
{
    pthread_rwlock_t *locks[] = {&a, &b, &prefer_a, &prefer_b};
    for (int i = 0; i < 4; i++) {
        pthread_rwlock_wrlock(locks[i]);
        pthread_rwlock_unlock(locks[i]);
    }
}

int main(int argc, char **argv)
{
    order_begin(argc, argv);
    ORDER_RUN(forth, back, write_each);
    return 0;
}
