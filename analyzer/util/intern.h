/*
 * A set of strings that gives each distinct one a number, counted from 0.
 *
 * Labels (call sites, lock classes) are compared and grouped by number; the strings live as long as
 * the set.
 */
#ifndef JAM_UTIL_INTERN_H
#define JAM_UTIL_INTERN_H

#include <stddef.h>
#include <stdint.h>

#include "util/map.h"

/* All zero is an empty set. */
struct jam_intern {
    char **texts;
    size_t count;
    size_t capacity;
    struct jam_map by_hash; /* key: hash and position in the chain of equal hashes */
};

void jam_intern_fini(struct jam_intern *set);

/* The number of the string, which is added if it is new; JAM_MAP_NONE when memory is short. */
uint32_t jam_intern_add(struct jam_intern *set, const char *text);

/* The string of a number that jam_intern_add returned. */
const char *jam_intern_text(const struct jam_intern *set, uint32_t number);

#endif
