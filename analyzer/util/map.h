/*
 * A hash map from a pair of 64-bit numbers to an index.
 *
 * Open addressing with linear probing; entries are never removed. The caller packs whatever
 * identifies a thing (process, lock, stack, mode) into the two key words and keeps the thing in an
 * array of its own: the map only remembers where.
 */
#ifndef JAM_UTIL_MAP_H
#define JAM_UTIL_MAP_H

#include <stddef.h>
#include <stdint.h>

struct jam_map_entry {
    uint64_t key[2];
    uint32_t value_plus_one; /* 0 = empty */
};

/* All zero is an empty map. */
struct jam_map {
    struct jam_map_entry *entries;
    size_t capacity; /* power of two, or 0 */
    size_t count;
};

#define JAM_MAP_NONE UINT32_MAX

void jam_map_fini(struct jam_map *map);

/* The value stored for the key, JAM_MAP_NONE if there is none. */
uint32_t jam_map_find(const struct jam_map *map, uint64_t key0, uint64_t key1);

/*
 * Stores `value` unless the key is already there; returns the value that the key has afterwards,
 * or JAM_MAP_NONE when memory is short. value must be below JAM_MAP_NONE.
 */
uint32_t jam_map_insert(struct jam_map *map, uint64_t key0, uint64_t key1, uint32_t value);

#endif
