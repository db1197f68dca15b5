/*
 * A thread locks its mutex a second time, in a function that does not know that it is held.
 * Innocent: the mutex is recursive.
 */
#include "pair.h"

static pthread_mutex_t ledger;
static long balance;

static void deposit(long amount)
{
    pthread_mutex_lock(&ledger);
    balance += amount;
    pthread_mutex_unlock(&ledger);
}

static void transfer(long amount)
{
    pthread_mutex_lock(&ledger);
    deposit(amount);
    pthread_mutex_unlock(&ledger);
}

static void *teller(void *unused)
{
    transfer(10);
    return unused;
}

int main(int argc, char **argv)
{
    pthread_mutexattr_t attributes;
    pthread_mutexattr_init(&attributes);
    if (pair_is_innocent(argc, argv))
        pthread_mutexattr_settype(&attributes, PTHREAD_MUTEX_RECURSIVE);
    pthread_mutex_init(&ledger, &attributes);
    pthread_join(pair_start("teller", teller, NULL), NULL);
    return balance != 10;
}
