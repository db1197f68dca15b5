/* Doubling growth for arrays that live in other structs. */
#include "util/array.h"

#include <stdlib.h>
#include <string.h>

int jam_array_reserve(void *items, size_t *capacity, size_t count, size_t size)
{
    if (count < *capacity)
        return 0;
    size_t wanted = *capacity ? *capacity * 2 : 16;
    void *old;
    memcpy(&old, items, sizeof old);
    void *grown = reallocarray(old, wanted, size);
    if (!grown)
        return -1;
    memcpy(items, &grown, sizeof grown);
    *capacity = wanted;
    return 0;
}
