/* The search's own stack stands in arrays: a chain of locks may be longer than a call stack. */
#include "core/order/components.h"

#include <stdlib.h>

struct search {
    const uint32_t *first, *targets;
    uint32_t *component;
    uint32_t *order; /* in which nodes were met, 0 = not yet */
    uint32_t *low;   /* earliest one that can be reached and has no component yet */
    uint32_t *next;  /* target to look at next */
    uint32_t *open;  /* met, without component */
    uint32_t *path;  /* from the root of the search to the node at hand */
    size_t open_count, path_count;
    uint32_t met, components;
};

static void enter(struct search *search, uint32_t node)
{
    search->order[node] = search->low[node] = ++search->met;
    search->next[node] = search->first[node];
    search->open[search->open_count++] = node;
    search->path[search->path_count++] = node;
}

static void close_component(struct search *search, uint32_t root)
{
    uint32_t node;
    do {
        node = search->open[--search->open_count];
        search->component[node] = search->components;
    } while (node != root);
    search->components++;
}

static void leave(struct search *search, uint32_t node)
{
    search->path_count--;
    if (search->low[node] == search->order[node])
        close_component(search, node);
    if (!search->path_count)
        return;
    uint32_t parent = search->path[search->path_count - 1];
    if (search->low[node] < search->low[parent])
        search->low[parent] = search->low[node];
}

static void look(struct search *search, uint32_t node, uint32_t target)
{
    if (!search->order[target])
        enter(search, target);
    else if (search->component[target] == UINT32_MAX && search->order[target] < search->low[node])
        search->low[node] = search->order[target];
}

static void search_from(struct search *search, uint32_t root)
{
    enter(search, root);
    while (search->path_count) {
        uint32_t node = search->path[search->path_count - 1];
        if (search->next[node] < search->first[node + 1])
            look(search, node, search->targets[search->next[node]++]);
        else
            leave(search, node);
    }
}

int jam_components_find(const uint32_t *first, const uint32_t *targets, size_t count,
                        uint32_t *component)
{
    uint32_t *room = calloc(count * 5 + 1, sizeof *room);
    if (!room)
        return -1;
    struct search search = {
        .first = first,
        .targets = targets,
        .component = component,
        .order = room,
        .low = room + count,
        .next = room + 2 * count,
        .open = room + 3 * count,
        .path = room + 4 * count,
    };
    for (size_t i = 0; i < count; i++)
        component[i] = UINT32_MAX;
    for (uint32_t i = 0; i < count; i++)
        if (!search.order[i])
            search_from(&search, i);
    free(room);
    return 0;
}
