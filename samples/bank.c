/*
 * A bank with one hot lock.
 *
 * Four tellers move money between eight accounts. Every account has a mutex of its own, so tellers
 * rarely meet there; but each transfer is written into one journal, and now and then a teller
 * audits the whole journal under the same mutex. What to look for in the report: `journal_mutex`
 * costs most, its waiters stand in journal_append(), and audit() makes them wait seldom but for
 * long.
 *
 * usage: bank [TRANSFERS]     transfers of each teller, a multiple of 25
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

enum { ACCOUNTS = 8, TELLERS = 4, AUDITS = 25, OPENING_BALANCE = 1000 };

struct account {
    pthread_mutex_t mutex;
    long balance;
};

struct entry {
    unsigned from, to;
    long amount;
};

static struct account accounts[ACCOUNTS];

static pthread_mutex_t journal_mutex = PTHREAD_MUTEX_INITIALIZER;
static struct entry *journal;
static long journal_length;

static long transfers = 150000;

static void journal_append(unsigned from, unsigned to, long amount)
{
    pthread_mutex_lock(&journal_mutex);
    journal[journal_length++] = (struct entry){from, to, amount};
    pthread_mutex_unlock(&journal_mutex);
}

/* Locks both accounts, the lower index first, so that two transfers never wait for each other. */
static void transfer(unsigned from, unsigned to, long amount)
{
    struct account *first = &accounts[from < to ? from : to];
    struct account *second = &accounts[from < to ? to : from];

    pthread_mutex_lock(&first->mutex);
    pthread_mutex_lock(&second->mutex);
    accounts[from].balance -= amount;
    accounts[to].balance += amount;
    pthread_mutex_unlock(&second->mutex);
    pthread_mutex_unlock(&first->mutex);
    journal_append(from, to, amount);
}

/* What an account won or lost by all transfers so far; journal_mutex is held. */
static long flow_of(unsigned account)
{
    long flow = 0;

    for (long i = 0; i < journal_length; i++) {
        if (journal[i].to == account)
            flow += journal[i].amount;
        if (journal[i].from == account)
            flow -= journal[i].amount;
    }
    return flow;
}

/* Adds up the journal, account by account: the money that was moved must still be there. */
static long audit(void)
{
    long sum = 0;

    pthread_mutex_lock(&journal_mutex);
    for (unsigned account = 0; account < ACCOUNTS; account++)
        sum += flow_of(account);
    pthread_mutex_unlock(&journal_mutex);
    return sum;
}

static void *teller(void *argument)
{
    unsigned random = (unsigned)(long)argument;

    for (long i = 0; i < transfers; i++) {
        random = random * 1664525u + 1013904223u;
        unsigned from = random >> 29;
        unsigned to = (from + 1 + (random >> 8) % (ACCOUNTS - 1)) % ACCOUNTS;
        transfer(from, to, (random >> 16) % 100);
        if ((i + 1) % (transfers / AUDITS) == 0 && audit() != 0)
            abort();
    }
    return NULL;
}

/* A thread that names itself has its name however soon it ends. */
static void *named_teller(void *argument)
{
    char name[32];

    snprintf(name, sizeof(name), "teller-%ld", (long)argument - 1);
    pthread_setname_np(pthread_self(), name);
    return teller(argument);
}

static void open_accounts(void)
{
    journal = calloc((size_t)transfers * TELLERS + 1, sizeof(*journal));
    if (!journal)
        exit(1);
    for (int i = 0; i < ACCOUNTS; i++) {
        pthread_mutex_init(&accounts[i].mutex, NULL);
        accounts[i].balance = OPENING_BALANCE;
    }
}

static long close_accounts(void)
{
    long total = 0;

    for (int i = 0; i < ACCOUNTS; i++) {
        total += accounts[i].balance;
        pthread_mutex_destroy(&accounts[i].mutex);
    }
    free(journal);
    return total;
}

int main(int argc, char **argv)
{
    pthread_t threads[TELLERS];

    if (argc > 1)
        transfers = atol(argv[1]);
    if (transfers < AUDITS)
        return 2;
    open_accounts();
    for (long i = 0; i < TELLERS; i++)
        pthread_create(&threads[i], NULL, named_teller, (void *)(i + 1));
    for (int i = 0; i < TELLERS; i++)
        pthread_join(threads[i], NULL);
    printf("%ld transfers, total balance %ld\n", journal_length, close_accounts());
    return 0;
}
