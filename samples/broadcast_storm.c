/*
 * One ticket at a time and six who want it. A broadcast for each ticket wakes all of them: one gets
 * it, five have been woken for nothing. With a signal one is woken. The third way broadcasts too,
 * but has a ticket with everybody's name on it: who is woken has something to do.
 *
 * The seller waits until all six wait again, so that each ticket meets all of them.
 *
 * usage: broadcast_storm [storm|signal|all]
 */
#include <pthread.h>
#include <stdio.h>
#include <string.h>

enum { TAKERS = 6, TICKETS = 40 };

static pthread_mutex_t office = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t tickets_came = PTHREAD_COND_INITIALIZER;
static pthread_cond_t all_wait = PTHREAD_COND_INITIALIZER;
static int tickets, waiting, is_closed;
static int is_for_all, round_number;

static void *taker(void *unused)
{
    (void)unused;
    pthread_mutex_lock(&office);
    while (!is_closed) {
        int seen = round_number;
        waiting++;
        pthread_cond_signal(&all_wait);
        while (!(is_for_all ? round_number != seen : tickets) && !is_closed)
            pthread_cond_wait(&tickets_came, &office);
        tickets -= tickets > 0;
        waiting--;
        pthread_mutex_unlock(&office);
        pthread_mutex_lock(&office);
    }
    pthread_mutex_unlock(&office);
    return NULL;
}

static void sell(int count, int to_all)
{
    pthread_mutex_lock(&office);
    while (waiting < TAKERS || tickets)
        pthread_cond_wait(&all_wait, &office);
    tickets = count;
    round_number++;
    if (to_all)
        pthread_cond_broadcast(&tickets_came);
    else
        pthread_cond_signal(&tickets_came);
    pthread_mutex_unlock(&office);
}

int main(int argc, char **argv)
{
    pthread_t thread[TAKERS];
    const char *way = argc > 1 ? argv[1] : "storm";

    is_for_all = strcmp(way, "all") == 0;
    for (int i = 0; i < TAKERS; i++)
        pthread_create(&thread[i], NULL, taker, NULL);
    for (int i = 0; i < TICKETS; i++)
        sell(is_for_all ? TAKERS : 1, strcmp(way, "signal") != 0);
    pthread_mutex_lock(&office);
    is_closed = 1;
    pthread_cond_broadcast(&tickets_came);
    pthread_mutex_unlock(&office);
    for (int i = 0; i < TAKERS; i++)
        pthread_join(thread[i], NULL);
    printf("%d sold\n", TICKETS);
    return 0;
}
