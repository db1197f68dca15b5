/* Strings by FNV-1a hash; strings of equal hash are told apart by their rank in the key. */
#include "util/intern.h"

#include <stdlib.h>
#include <string.h>

#include "util/array.h"

static uint64_t hash_text(const char *text)
{
    uint64_t hash = 0xcbf29ce484222325u;
    for (; *text; text++)
        hash = (hash ^ (unsigned char)*text) * 0x100000001b3u;
    return hash;
}

void jam_intern_fini(struct jam_intern *set)
{
    for (size_t i = 0; i < set->count; i++)
        free(set->texts[i]);
    free(set->texts);
    jam_map_fini(&set->by_hash);
    *set = (struct jam_intern){0};
}

static uint32_t append(struct jam_intern *set, const char *text, uint64_t hash, uint64_t rank)
{
    if (jam_array_reserve(&set->texts, &set->capacity, set->count, sizeof *set->texts) != 0)
        return JAM_MAP_NONE;
    char *copy = strdup(text);
    if (!copy)
        return JAM_MAP_NONE;
    uint32_t number = jam_map_insert(&set->by_hash, hash, rank, (uint32_t)set->count);
    if (number == JAM_MAP_NONE)
        free(copy);
    else
        set->texts[set->count++] = copy;
    return number;
}

uint32_t jam_intern_add(struct jam_intern *set, const char *text)
{
    uint64_t hash = hash_text(text);
    for (uint64_t rank = 0;; rank++) {
        uint32_t number = jam_map_find(&set->by_hash, hash, rank);
        if (number == JAM_MAP_NONE)
            return append(set, text, hash, rank);
        if (strcmp(set->texts[number], text) == 0)
            return number;
    }
}

const char *jam_intern_text(const struct jam_intern *set, uint32_t number)
{
    return set->texts[number];
}
