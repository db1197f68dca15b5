/*
 * What the samples of lock order share: threads that all live at once and act one after the other.
 *
 * Each order_*.c shows one reason why two lock orders can or cannot meet. Run it with "guilty" (they
 * can) or "innocent" (they cannot, though it looks the same). To end in either case, the threads
 * take turns; what makes them is a number on which they spin, which orders nothing in the eyes of
 * a lock checker. In another run, without the turns, the guilty ones may hang.
 */
#ifndef ORDER_H
#define ORDER_H

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static atomic_int order_turn;
static bool order_is_guilty;

static inline void order_await(int turn)
{
    while (atomic_load(&order_turn) < turn)
        sched_yield();
}

static inline void order_pass_on(void)
{
    atomic_fetch_add(&order_turn, 1);
}

struct order_part {
    void (*act)(void);
    int turn;
};

static inline void *order_act(void *argument)
{
    const struct order_part *part = argument;
    order_await(part->turn);
    part->act();
    order_pass_on();
    return NULL;
}

/* Runs the parts in a thread each, in turn; all threads are there before the first one acts. */
static inline void order_run(void (*const *acts)(void), int count)
{
    pthread_t threads[8];
    struct order_part parts[8];
    int first = atomic_load(&order_turn) + 1;
    for (int i = 0; i < count; i++) {
        parts[i] = (struct order_part){acts[i], first + i};
        pthread_create(&threads[i], NULL, order_act, &parts[i]);
    }
    order_pass_on();
    for (int i = 0; i < count; i++)
        pthread_join(threads[i], NULL);
}

#define ORDER_RUN(...)                                                                             \
    order_run((void (*const[])(void)){__VA_ARGS__},                                                \
              (int)(sizeof((void (*const[])(void)){__VA_ARGS__}) / sizeof(void (*)(void))))

static inline void order_begin(int argc, char **argv)
{
    if (argc != 2 || (strcmp(argv[1], "guilty") != 0 && strcmp(argv[1], "innocent") != 0)) {
        fprintf(stderr, "usage: %s guilty|innocent\n", argv[0]);
        exit(2);
    }
    order_is_guilty = strcmp(argv[1], "guilty") == 0;
}

/* Both at once, in this order. */
static inline void order_nest(pthread_mutex_t *outer, pthread_mutex_t *inner)
{
    pthread_mutex_lock(outer);
    pthread_mutex_lock(inner);
    pthread_mutex_unlock(inner);
    pthread_mutex_unlock(outer);
}

#endif
