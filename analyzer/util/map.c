/* Open addressing at a load of at most one half. */
#include "util/map.h"

#include <stdlib.h>

static uint64_t mix(uint64_t key0, uint64_t key1)
{
    uint64_t hash = (key0 ^ 0x9e3779b97f4a7c15u) * 0xd6e8feb86659fd93u;
    hash = (hash ^ hash >> 32 ^ key1) * 0xd6e8feb86659fd93u;
    return hash ^ hash >> 29;
}

/* The entry of the key, or the empty one where it belongs. */
static struct jam_map_entry *probe(const struct jam_map *map, uint64_t key0, uint64_t key1)
{
    size_t mask = map->capacity - 1;
    for (size_t i = mix(key0, key1) & mask;; i = (i + 1) & mask) {
        struct jam_map_entry *entry = &map->entries[i];
        if (!entry->value_plus_one || (entry->key[0] == key0 && entry->key[1] == key1))
            return entry;
    }
}

static int grow(struct jam_map *map)
{
    struct jam_map larger = {.capacity = map->capacity ? map->capacity * 2 : 64};
    larger.entries = calloc(larger.capacity, sizeof *larger.entries);
    if (!larger.entries)
        return -1;
    for (size_t i = 0; i < map->capacity; i++) {
        struct jam_map_entry *entry = &map->entries[i];
        if (entry->value_plus_one)
            *probe(&larger, entry->key[0], entry->key[1]) = *entry;
    }
    larger.count = map->count;
    free(map->entries);
    *map = larger;
    return 0;
}

void jam_map_fini(struct jam_map *map)
{
    free(map->entries);
    *map = (struct jam_map){0};
}

uint32_t jam_map_find(const struct jam_map *map, uint64_t key0, uint64_t key1)
{
    if (!map->capacity)
        return JAM_MAP_NONE;
    return probe(map, key0, key1)->value_plus_one - 1;
}

uint32_t jam_map_insert(struct jam_map *map, uint64_t key0, uint64_t key1, uint32_t value)
{
    if (map->count * 2 >= map->capacity && grow(map) != 0)
        return JAM_MAP_NONE;
    struct jam_map_entry *entry = probe(map, key0, key1);
    if (!entry->value_plus_one) {
        *entry = (struct jam_map_entry){{key0, key1}, value + 1};
        map->count++;
    }
    return entry->value_plus_one - 1;
}
