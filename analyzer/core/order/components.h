/*
 * Strongly connected components of a graph: Tarjan's algorithm, without recursion.
 */
#ifndef JAM_CORE_COMPONENTS_H
#define JAM_CORE_COMPONENTS_H

#include <stddef.h>
#include <stdint.h>

/*
 * Node i leads to the nodes targets[first[i] .. first[i + 1] - 1]. Stores for each of `count` nodes
 * the number of its component. 0, or -1 without memory.
 */
int jam_components_find(const uint32_t *first, const uint32_t *targets, size_t count,
                        uint32_t *component);

#endif
