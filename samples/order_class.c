/*
 * Many locks, one defect: accounts are locked in pairs. Innocent: always in the order of their
 * addresses. Guilty: payer first.
 */
#include "order.h"

enum { ACCOUNTS = 6 };
static pthread_mutex_t accounts[ACCOUNTS];

static void transfer(int from, int to)
{
    bool is_up = order_is_guilty || from < to;
    order_nest(&accounts[is_up ? from : to], &accounts[is_up ? to : from]);
}

static void pay_up(void)
{
    for (int i = 0; i < ACCOUNTS; i++)
        for (int j = i + 1; j < ACCOUNTS; j++)
            transfer(i, j);
}

static void pay_down(void)
{
    for (int i = 0; i < ACCOUNTS; i++)
        for (int j = 0; j < i; j++)
            transfer(i, j);
}

int main(int argc, char **argv)
{
    order_begin(argc, argv);
    for (int i = 0; i < ACCOUNTS; i++)
        pthread_mutex_init(&accounts[i], NULL);
    ORDER_RUN(pay_up, pay_down);
    return 0;
}
