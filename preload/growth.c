/* A futex lock with owner, re-entry and a time limit (Drepper, "Futexes Are Tricky", mutex 2). */
#include "growth.h"
#include "arch.h"
#include "clock.h"

#include <linux/futex.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

enum { FREE = 0, HELD = 1, CONTENDED = 2 };
enum { SPINS = 200, NAP_NS = 50000000 /* at most: a release ends it */ };

static const uint64_t WAIT_MAX_NS = 5000000000;

static uint32_t growth_word;
static const void *growth_owner; /* address of a thread's TLS marker */
static unsigned growth_depth;
static bool growth_is_stuck; /* somebody gave up; until it is released nobody waits for it */

static __thread char growth_marker;

static bool growth_try(uint32_t from, uint32_t to)
{
    return __atomic_compare_exchange_n(&growth_word, &from, to, false, __ATOMIC_ACQUIRE,
                                       __ATOMIC_RELAXED);
}

static bool growth_acquire(void)
{
    for (int i = 0; i < SPINS; i++) {
        if (growth_try(FREE, HELD))
            return true;
        jam_arch_pause();
    }
    uint64_t give_up_ns = jam_clock_monotonic_ns() + WAIT_MAX_NS;
    while (!__atomic_load_n(&growth_is_stuck, __ATOMIC_RELAXED) &&
           jam_clock_monotonic_ns() < give_up_ns) {
        if (__atomic_exchange_n(&growth_word, CONTENDED, __ATOMIC_ACQUIRE) == FREE)
            return true;
        struct timespec nap = {.tv_nsec = NAP_NS};
        JAM_SYSCALL4(futex, &growth_word, FUTEX_WAIT_PRIVATE, CONTENDED, &nap);
    }
    __atomic_store_n(&growth_is_stuck, true, __ATOMIC_RELAXED);
    return false;
}

bool jam_growth_lock(void)
{
    if (__atomic_load_n(&growth_owner, __ATOMIC_RELAXED) == &growth_marker) {
        growth_depth++;
        return true;
    }
    if (!growth_acquire())
        return false;
    __atomic_store_n(&growth_owner, &growth_marker, __ATOMIC_RELAXED);
    growth_depth = 1;
    return true;
}

void jam_growth_unlock(void)
{
    if (--growth_depth > 0)
        return;
    __atomic_store_n(&growth_owner, NULL, __ATOMIC_RELAXED);
    __atomic_store_n(&growth_is_stuck, false, __ATOMIC_RELAXED);
    if (__atomic_exchange_n(&growth_word, FREE, __ATOMIC_RELEASE) == CONTENDED)
        JAM_SYSCALL3(futex, &growth_word, FUTEX_WAKE_PRIVATE, 1);
}

void jam_growth_reset(void)
{
    growth_owner = NULL;
    growth_depth = 0;
    growth_is_stuck = false;
    __atomic_store_n(&growth_word, FREE, __ATOMIC_RELEASE);
}
