/*
 * Open addressing with linear probing at a load of at most 3/4.
 *
 * The shared map's old table is kept when it is enlarged, because a reader may still be in it; as
 * sizes double, all old tables together are smaller than the current one.
 */
#include "map.h"
#include "memory.h"

#include <stddef.h>

enum { MAP_FIRST_CAPACITY = 128 /* with its head, less than a page */ };

static size_t map_bytes(uint64_t capacity)
{
    return sizeof(struct jam_map_table) + capacity * sizeof(struct jam_map_slot);
}

static struct jam_map_table *map_new(uint64_t capacity)
{
    struct jam_map_table *table = jam_memory_map(map_bytes(capacity));
    if (table)
        table->capacity = capacity;
    return table;
}

static bool map_is_full(const struct jam_map_table *table)
{
    return !table || table->count + 1 > table->capacity / 4 * 3;
}

/* The slot of the key, or the empty slot where it belongs. There is always an empty slot. */
static struct jam_map_slot *map_slot(struct jam_map_table *table, uint64_t key)
{
    uint64_t mask = table->capacity - 1;
    uint64_t at = jam_mix(key) & mask;
    for (;;) {
        struct jam_map_slot *slot = &table->slot[at];
        uint64_t found = __atomic_load_n(&slot->key, __ATOMIC_ACQUIRE);
        if (found == key || found == 0)
            return slot;
        at = (at + 1) & mask;
    }
}

/* Value first, then the key with release: a reader that sees the key sees the value. */
static void map_store(struct jam_map_table *table, uint64_t key, uint64_t value)
{
    struct jam_map_slot *slot = map_slot(table, key);
    __atomic_store_n(&slot->value, value, __ATOMIC_RELAXED);
    if (slot->key == 0) {
        table->count++;
        __atomic_store_n(&slot->key, key, __ATOMIC_RELEASE);
    }
}

static struct jam_map_table *map_enlarged(const struct jam_map_table *old)
{
    struct jam_map_table *table = map_new(old ? old->capacity * 2 : MAP_FIRST_CAPACITY);
    for (uint64_t i = 0; table && old && i < old->capacity; i++)
        if (old->slot[i].key)
            map_store(table, old->slot[i].key, old->slot[i].value);
    return table;
}

static uint64_t map_find(struct jam_map_table *table, uint64_t key)
{
    if (!table)
        return 0;
    struct jam_map_slot *slot = map_slot(table, key);
    uint64_t value = __atomic_load_n(&slot->value, __ATOMIC_RELAXED);
    /* A purge may have moved the slot under us: the key must still be there. */
    __atomic_thread_fence(__ATOMIC_ACQUIRE);
    return __atomic_load_n(&slot->key, __ATOMIC_RELAXED) == key ? value : 0;
}

uint64_t jam_map_find(const struct jam_map *map, uint64_t key)
{
    return map_find(map->table, key);
}

bool jam_map_put(struct jam_map *map, uint64_t key, uint64_t value)
{
    if (map_is_full(map->table)) {
        struct jam_map_table *old = map->table;
        struct jam_map_table *table = map_enlarged(old);
        if (!table)
            return false;
        map->table = table;
        if (old)
            jam_memory_unmap(old, map_bytes(old->capacity));
    }
    map_store(map->table, key, value);
    return true;
}

/* What stands behind moves up, as far as it may: a search ends at the first empty slot. */
void jam_map_remove(struct jam_map *map, uint64_t key)
{
    struct jam_map_table *table = map->table;
    struct jam_map_slot *slot = table ? map_slot(table, key) : NULL;
    if (!slot || slot->key != key)
        return;
    uint64_t mask = table->capacity - 1, hole = (uint64_t)(slot - table->slot);
    for (uint64_t i = (hole + 1) & mask; table->slot[i].key; i = (i + 1) & mask) {
        uint64_t home = jam_mix(table->slot[i].key) & mask;
        if (((i - home) & mask) < ((i - hole) & mask))
            continue;
        table->slot[hole] = table->slot[i];
        hole = i;
    }
    table->slot[hole].key = 0;
    table->count--;
}

uint64_t jam_shared_map_find(const struct jam_shared_map *map, uint64_t key)
{
    return map_find(__atomic_load_n(&map->table, __ATOMIC_ACQUIRE), key);
}

bool jam_shared_map_is_full(const struct jam_shared_map *map)
{
    return map_is_full(map->table);
}

bool jam_shared_map_put(struct jam_shared_map *map, uint64_t key, uint64_t value)
{
    struct jam_map_table *table = map->table;
    if (map_is_full(table)) {
        table = map_enlarged(table);
        if (!table)
            return false;
        __atomic_store_n(&map->table, table, __ATOMIC_RELEASE);
    }
    map_store(table, key, value);
    return true;
}

void jam_shared_map_purge(struct jam_shared_map *map, bool (*is_live)(uint64_t key, uint64_t value))
{
    struct jam_map_table *table = map->table;
    struct jam_map_table *live = table ? map_new(table->capacity) : NULL;
    if (!live)
        return;
    for (uint64_t i = 0; i < table->capacity; i++) {
        struct jam_map_slot slot = table->slot[i];
        if (slot.key && is_live(slot.key, slot.value))
            map_store(live, slot.key, slot.value);
        __atomic_store_n(&table->slot[i].key, 0, __ATOMIC_RELEASE);
    }
    table->count = 0;
    for (uint64_t i = 0; i < live->capacity; i++)
        if (live->slot[i].key)
            map_store(table, live->slot[i].key, live->slot[i].value);
    jam_memory_unmap(live, map_bytes(live->capacity));
}
