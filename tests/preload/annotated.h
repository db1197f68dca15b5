/*
 * A home-made lock, announced by the annotation header: what the C and the C++ program share, and a
 * proof that the header serves both.
 */
#ifndef ANNOTATED_H
#define ANNOTATED_H

#include "asleep.h"

#include <lockjam/lockjam.h>
#include <stdint.h>

struct home {
    uint32_t is_taken;
};

static int home_sleeper; /* thread that waits, once it does */

__attribute__((noinline, unused)) static void home_lock(struct home *lock)
{
    if (__atomic_exchange_n(&lock->is_taken, 1, __ATOMIC_ACQUIRE)) {
        lockjam_about_to_wait(lock, LOCKJAM_EXCLUSIVE);
        about_to_sleep(&home_sleeper);
        while (__atomic_exchange_n(&lock->is_taken, 1, __ATOMIC_ACQUIRE))
            usleep(1000);
    }
    lockjam_acquired(lock, LOCKJAM_EXCLUSIVE);
}

__attribute__((noinline, unused)) static void home_unlock(struct home *lock)
{
    lockjam_released(lock);
    __atomic_store_n(&lock->is_taken, 0, __ATOMIC_RELEASE);
}

#endif
