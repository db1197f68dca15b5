/*
 * Sums that never wrap: a hostile trace may hold any numbers, and an absurd total must stay
 * absurdly large instead of turning small.
 */
#ifndef JAM_UTIL_SATURATE_H
#define JAM_UTIL_SATURATE_H

#include <stdint.h>

static inline uint64_t jam_saturate_sum(uint64_t a, uint64_t b)
{
    uint64_t sum;
    return __builtin_add_overflow(a, b, &sum) ? UINT64_MAX : sum;
}

static inline uint64_t jam_saturate_times(uint64_t a, uint64_t b)
{
    uint64_t product;
    return __builtin_mul_overflow(a, b, &product) ? UINT64_MAX : product;
}

static inline void jam_saturate_add(uint64_t *total, uint64_t amount)
{
    *total = jam_saturate_sum(*total, amount);
}

static inline void jam_saturate_max(uint64_t *most, uint64_t candidate)
{
    if (candidate > *most)
        *most = candidate;
}

#endif
