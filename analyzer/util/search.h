/*
 * Binary search in whatever is sorted by an unsigned number.
 *
 * Inline, so that the compiler sees through key_of: some of these run for every record of a trace.
 */
#ifndef JAM_UTIL_SEARCH_H
#define JAM_UTIL_SEARCH_H

#include <stddef.h>
#include <stdint.h>

/* The number by which items are sorted, ascending, of items[index]. */
typedef uint64_t jam_search_key(const void *items, size_t index);

/* The first index from `low` up to `high` whose key is not below `key`; `high` if all are. */
static inline size_t jam_search_first(const void *items, size_t low, size_t high, uint64_t key,
                                      jam_search_key *key_of)
{
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (key_of(items, middle) < key)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* The first index whose key is above `key`: behind those that are equal. */
static inline size_t jam_search_behind(const void *items, size_t low, size_t high, uint64_t key,
                                       jam_search_key *key_of)
{
    return key == UINT64_MAX ? high : jam_search_first(items, low, high, key + 1, key_of);
}

#endif
