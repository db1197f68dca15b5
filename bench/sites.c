/*
 * Ten thousand call sites: functions that lock one of 64 mutexes, made by macros.
 *
 * usage: sites ROUNDS     each of two threads calls every function so often
 *
 * Not optimised, because that would take a minute. build-flags: -O0
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#define LOCKS   64
#define THREADS 2

static pthread_mutex_t locks[LOCKS];
static volatile unsigned long work;

/* Two decimal digits make a factor of a hundred; 1##n is n behind a 1, so that 0123 is not octal. */
#define SITE(n)                                                                                    \
    static __attribute__((noinline)) void site_##n(void)                                           \
    {                                                                                              \
        pthread_mutex_lock(&locks[1##n % LOCKS]);                                                  \
        for (int i = 0; i < 100; i++)                                                              \
            work++;                                                                                \
        pthread_mutex_unlock(&locks[1##n % LOCKS]);                                                \
    }
#define NAME(n) site_##n,

#define TEN(X, p) X(p##0) X(p##1) X(p##2) X(p##3) X(p##4) X(p##5) X(p##6) X(p##7) X(p##8) X(p##9)
#define HUNDRED(X, p)                                                                              \
    TEN(X, p##0)                                                                                   \
    TEN(X, p##1)                                                                                   \
    TEN(X, p##2)                                                                                   \
    TEN(X, p##3) TEN(X, p##4) TEN(X, p##5) TEN(X, p##6) TEN(X, p##7) TEN(X, p##8) TEN(X, p##9)
#define THOUSAND(X, p)                                                                             \
    HUNDRED(X, p##0)                                                                               \
    HUNDRED(X, p##1)                                                                               \
    HUNDRED(X, p##2)                                                                               \
    HUNDRED(X, p##3)                                                                               \
    HUNDRED(X, p##4)                                                                               \
    HUNDRED(X, p##5) HUNDRED(X, p##6) HUNDRED(X, p##7) HUNDRED(X, p##8) HUNDRED(X, p##9)
#define ALL(X)                                                                                     \
    THOUSAND(X, 0)                                                                                 \
    THOUSAND(X, 1)                                                                                 \
    THOUSAND(X, 2)                                                                                 \
    THOUSAND(X, 3)                                                                                 \
    THOUSAND(X, 4) THOUSAND(X, 5) THOUSAND(X, 6) THOUSAND(X, 7) THOUSAND(X, 8) THOUSAND(X, 9)

ALL(SITE)

static void (*const sites[])(void) = {ALL(NAME)};

static void *run(void *rounds)
{
    for (long i = 0; i < *(long *)rounds; i++)
        for (size_t site = 0; site < sizeof sites / sizeof sites[0]; site++)
            sites[site]();
    return NULL;
}

int main(int argc, char **argv)
{
    long rounds = argc > 1 ? atol(argv[1]) : 1;
    pthread_t threads[THREADS];
    for (int i = 0; i < THREADS; i++)
        pthread_create(&threads[i], NULL, run, &rounds);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    printf("%zu call sites\n", sizeof sites / sizeof sites[0]);
    return 0;
}
