/* The layout of semaphores, which tests of their counters read: value and waiters in one word. */
#ifndef STAND_IN_INTERNALTYPES_H
#define STAND_IN_INTERNALTYPES_H

#include <stdint.h>

#define SEM_VALUE_MASK     (~0u)
#define SEM_NWAITERS_SHIFT 32

struct new_sem {
    uint64_t data;
    int private;
    int pad;
};

struct pthread_barrier {
    unsigned int in;
    unsigned int current_round;
    unsigned int count;
    int shared;
    unsigned int out;
};
#define BARRIER_IN_THRESHOLD (UINT32_MAX / 2)

#endif
