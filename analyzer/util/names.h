/*
 * A list of strings that it owns: names of symbols, of libraries, of folders.
 */
#ifndef JAM_UTIL_NAMES_H
#define JAM_UTIL_NAMES_H

#include <stdbool.h>
#include <stddef.h>

/* All zero is an empty list. */
struct jam_names {
    char **items;
    size_t count;
    size_t capacity;
};

/* Appends a copy; 0, or -1 when memory is short: the list is then as before. */
int jam_names_add(struct jam_names *names, const char *name);

/* Whether the list has that very name. Sort it first. */
bool jam_names_has(const struct jam_names *names, const char *name);

/* In byte order, each name once. */
void jam_names_sort(struct jam_names *names);

/* Leaves an empty list. */
void jam_names_fini(struct jam_names *names);

#endif
