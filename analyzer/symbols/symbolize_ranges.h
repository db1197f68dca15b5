/*
 * Which of many address ranges has an address: symbols, compilation units, functions, variables.
 *
 * Fill with jam_ranges_add, call jam_ranges_sort once, then look up. Ranges may nest and overlap;
 * the one that starts last wins, of those that start together the shortest, then the one with the
 * highest rank.
 */
#ifndef JAM_SYMBOLIZE_RANGES_H
#define JAM_SYMBOLIZE_RANGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct jam_range {
    uint64_t low, high; /* [low, high) */
    uint64_t value;     /* the caller's */
    uint32_t rank;      /* decides between ranges that are equal */
    uint32_t unit;      /* the caller's */
};

/* All zero is an empty set. */
struct jam_ranges {
    struct jam_range *at;
    size_t count, capacity;
};

/* Adds a range; empty and inverted ones are dropped, and so is everything when memory is short. */
void jam_ranges_add(struct jam_ranges *ranges, const struct jam_range *range);
void jam_ranges_sort(struct jam_ranges *ranges);

/*
 * The innermost range that has the address, or NULL. Outer ranges are looked for among the 256
 * that start before the address at most: deeper nesting exists only in files made to waste time.
 */
const struct jam_range *jam_ranges_find(const struct jam_ranges *ranges, uint64_t address);

void jam_ranges_fini(struct jam_ranges *ranges);

#endif
