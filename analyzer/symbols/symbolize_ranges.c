/* Sorted arrays of address ranges. */
#include "symbols/symbolize_ranges.h"

#include <stdlib.h>

#include "util/search.h"

#define SEARCH_DEPTH 256

void jam_ranges_add(struct jam_ranges *ranges, const struct jam_range *range)
{
    if (range->low >= range->high)
        return;
    if (ranges->count == ranges->capacity) {
        size_t capacity = ranges->capacity == 0 ? 64 : ranges->capacity * 2;
        struct jam_range *at = reallocarray(ranges->at, capacity, sizeof *at);
        if (at == NULL)
            return;
        ranges->at = at;
        ranges->capacity = capacity;
    }
    ranges->at[ranges->count++] = *range;
}

static int compare(const void *left, const void *right)
{
    const struct jam_range *a = left, *b = right;
    if (a->low != b->low)
        return a->low < b->low ? -1 : 1;
    if (a->high != b->high)
        return a->high > b->high ? -1 : 1;
    if (a->rank != b->rank)
        return a->rank < b->rank ? -1 : 1;
    return (a->value > b->value) - (a->value < b->value);
}

void jam_ranges_sort(struct jam_ranges *ranges)
{
    if (ranges->count > 1)
        qsort(ranges->at, ranges->count, sizeof *ranges->at, compare);
}

static uint64_t range_key(const void *ranges, size_t index)
{
    return ((const struct jam_range *)ranges)[index].low;
}

/* How many ranges start at or before the address. */
static size_t count_started(const struct jam_ranges *ranges, uint64_t address)
{
    return jam_search_behind(ranges->at, 0, ranges->count, address, range_key);
}

const struct jam_range *jam_ranges_find(const struct jam_ranges *ranges, uint64_t address)
{
    size_t started = count_started(ranges, address);
    for (size_t i = 0; i < started && i < SEARCH_DEPTH; i++) {
        const struct jam_range *range = &ranges->at[started - 1 - i];
        if (address < range->high)
            return range;
    }
    return NULL;
}

void jam_ranges_fini(struct jam_ranges *ranges)
{
    free(ranges->at);
    *ranges = (struct jam_ranges){0};
}
