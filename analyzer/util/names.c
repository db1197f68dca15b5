/* A list of owned strings. */
#include "util/names.h"

#include <stdlib.h>
#include <string.h>

#include "util/array.h"

int jam_names_add(struct jam_names *names, const char *name)
{
    if (jam_array_reserve(&names->items, &names->capacity, names->count, sizeof(*names->items)))
        return -1;
    char *copy = strdup(name);
    if (!copy)
        return -1;
    names->items[names->count++] = copy;
    return 0;
}

static int compare(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

bool jam_names_has(const struct jam_names *names, const char *name)
{
    return names->count > 0 &&
           bsearch(&name, names->items, names->count, sizeof(*names->items), compare) != NULL;
}

void jam_names_sort(struct jam_names *names)
{
    size_t kept = 0;
    if (names->count == 0)
        return;
    qsort(names->items, names->count, sizeof(*names->items), compare);
    for (size_t i = 1; i < names->count; i++) {
        if (strcmp(names->items[kept], names->items[i]) == 0)
            free(names->items[i]);
        else
            names->items[++kept] = names->items[i];
    }
    names->count = kept + 1;
}

void jam_names_fini(struct jam_names *names)
{
    for (size_t i = 0; i < names->count; i++)
        free(names->items[i]);
    free(names->items);
    *names = (struct jam_names){0};
}
