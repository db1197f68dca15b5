/* Six locks in a ring, each thread takes a neighbouring pair. Innocent: one of them the other way.
 */
#include "order.h"

enum { SEATS = 6 };
static pthread_mutex_t forks[SEATS];

static void eat(int seat)
{
    int left = seat, right = (seat + 1) % SEATS;
    bool is_polite = !order_is_guilty && right < left;
    order_nest(&forks[is_polite ? right : left], &forks[is_polite ? left : right]);
}

#define SEAT(number)                                                                               \
    static void seat_##number(void)                                                                \
    {                                                                                              \
        eat(number);                                                                               \
    }
SEAT(0)
SEAT(1)
SEAT(2)
SEAT(3)
SEAT(4)
SEAT(5)

int main(int argc, char **argv)
{
    order_begin(argc, argv);
    for (int i = 0; i < SEATS; i++)
        pthread_mutex_init(&forks[i], NULL);
    ORDER_RUN(seat_0, seat_1, seat_2, seat_3, seat_4, seat_5);
    return 0;
}
