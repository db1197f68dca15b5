/*
 * Growing arrays: a pointer, a count and a capacity that the owner keeps in its own struct.
 */
#ifndef JAM_UTIL_ARRAY_H
#define JAM_UTIL_ARRAY_H

#include <stddef.h>

/*
 * Makes room for one more item of `size` bytes behind `count` items. Returns 0, or -1 when memory
 * is short: items and capacity are then as before. `items` is the address of the array's pointer.
 */
int jam_array_reserve(void *items, size_t *capacity, size_t count, size_t size);

#endif
