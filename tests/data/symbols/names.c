/* Locks in every kind of static C object, and functions with known lines. */
#include "probe.h"

#include <pthread.h>
#include <semaphore.h>

struct account {
    long balance;
    pthread_mutex_t lock;
    char owner[24];
};

struct table {
    pthread_rwlock_t rows, columns;
    union {
        char padding[128];
        pthread_mutex_t mutex;
    };
};

struct shard {
    int number;
    struct table table;
    sem_t slots[2][3];
};

typedef struct {
    pthread_mutex_t mu;
} wrapper;

struct account accounts[8];
struct shard shards[4];
static wrapper only;
static pthread_mutex_t plain = PTHREAD_MUTEX_INITIALIZER;
static const volatile struct account *unrelated[2];
static pthread_spinlock_t spins[3];
static int counters[5];

/* Keeps a call from becoming a jump, which would leave no return address in the function. */
#define STAY() __asm__ volatile("" ::: "memory")

__attribute__((noinline)) static int take(void)
{
    static pthread_mutex_t ticket_lock;
    PROBE_NAMED_DATA(ticket_lock, "take::ticket_lock");
    probe_code("take:%d", __LINE__);
    STAY();
    return 1;
}

__attribute__((noinline)) int give(void)
{
    static pthread_mutex_t ticket_lock;
    PROBE_NAMED_DATA(ticket_lock, "give::ticket_lock");
    probe_code("give:%d", __LINE__);
    STAY();
    return 2;
}

int main(void)
{
    probe_modules();
    PROBE_DATA(accounts[0].lock);
    PROBE_DATA(accounts[3].lock);
    PROBE_DATA(accounts[7].owner[23]);
    PROBE_DATA(shards[2].table.rows);
    PROBE_DATA(shards[2].table.columns);
    PROBE_DATA(shards[3].table.mutex);
    PROBE_DATA(shards[1].slots[1][2]);
    PROBE_DATA(only.mu);
    PROBE_DATA(plain);
    PROBE_DATA(unrelated[1]);
    PROBE_DATA(spins[2]);
    PROBE_DATA(counters[4]);
    PROBE_NAMED_DATA(*((char *)&plain + 4), "plain+0x4");
    PROBE_NAMED_DATA(*((char *)&accounts[3].lock + 1), "accounts[3].lock+0x1");
    PROBE_NAMED_DATA(*((char *)&counters[2] + 1), "counters[2]+0x1");
    return take() + give() == 3 ? 0 : 1;
}
