/* Try: who only tries the second lock waits for nobody. Guilty: it waits. */
#include "order.h"

static pthread_mutex_t a = PTHREAD_MUTEX_INITIALIZER, b = PTHREAD_MUTEX_INITIALIZER;

static void forth(void)
{
    order_nest(&a, &b);
}

static void back(void)
{
    pthread_mutex_lock(&b);
    bool has_a = true;
    if (order_is_guilty)
        pthread_mutex_lock(&a);
    else
        has_a = pthread_mutex_trylock(&a) == 0;
    if (has_a)
        pthread_mutex_unlock(&a);
    pthread_mutex_unlock(&b);
}

int main(int argc, char **argv)
{
    order_begin(argc, argv);
    ORDER_RUN(forth, back);
    return 0;
}
