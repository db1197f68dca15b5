/*
 * Hash tables of the preload: 64-bit key to 64-bit value, open addressing, linear probing, memory
 * from jam_memory. Key 0 is not allowed. Only a thread's own map lets go of single keys.
 *
 * struct jam_map belongs to one thread. struct jam_shared_map is written under the growth lock and
 * read by anybody without a lock: a reader that races with a writer may miss a key (and then takes
 * the growth lock and looks again) but never gets a value of another key.
 */
#ifndef JAM_MAP_H
#define JAM_MAP_H

#include <stdbool.h>
#include <stdint.h>

struct jam_map_slot {
    uint64_t key; /* 0 = empty */
    uint64_t value;
};

struct jam_map_table {
    uint64_t capacity; /* power of two */
    uint64_t count;
    struct jam_map_slot slot[];
};

struct jam_map {
    struct jam_map_table *table;
};

struct jam_shared_map {
    struct jam_map_table *table; /* atomic */
};

/* A good 64-bit mixer (finalizer of MurmurHash3): every input bit reaches every output bit. */
static inline uint64_t jam_mix(uint64_t x)
{
    x ^= x >> 33;
    x *= 0xff51afd7ed558ccdu;
    x ^= x >> 33;
    x *= 0xc4ceb9fe1a85ec53u;
    return x ^ (x >> 33);
}

/* Chain a value onto a hash. */
static inline uint64_t jam_hash_add(uint64_t hash, uint64_t value)
{
    return jam_mix(hash * 0x9e3779b97f4a7c15u + value);
}

/* The value, or 0 if the key is not there. */
uint64_t jam_map_find(const struct jam_map *map, uint64_t key);

/* Insert or replace. False: no memory; the map is as before. */
bool jam_map_put(struct jam_map *map, uint64_t key, uint64_t value);

/* Does nothing if the key is not there. The table keeps its size. */
void jam_map_remove(struct jam_map *map, uint64_t key);

uint64_t jam_shared_map_find(const struct jam_shared_map *map, uint64_t key);
bool jam_shared_map_put(struct jam_shared_map *map, uint64_t key, uint64_t value);

/*
 * Keep the entries for which is_live answers true, in place. Under the growth lock; readers may
 * meanwhile miss keys.
 */
void jam_shared_map_purge(struct jam_shared_map *map,
                          bool (*is_live)(uint64_t key, uint64_t value));

/* True when the next put would have to enlarge the table: a good moment to purge. */
bool jam_shared_map_is_full(const struct jam_shared_map *map);

#endif
