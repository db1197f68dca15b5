/*
 * Private memory of the preload: straight from the kernel, never from the target's heap.
 *
 * Nothing here takes a lock or sets errno. Memory is zeroed. Failure is NULL.
 */
#ifndef JAM_MEMORY_H
#define JAM_MEMORY_H

#include <stddef.h>

/* Map `bytes` (rounded up to pages). Untouched pages cost address space only. */
void *jam_memory_map(size_t bytes);

/*
 * The same, but a child made by fork(2) finds zeros instead of a copy (MADV_WIPEONFORK): this is
 * how we notice, without any handler, that we woke up in another process.
 */
void *jam_memory_map_wiped(size_t bytes);

/* Give back what jam_memory_map* returned; NULL is ignored. */
void jam_memory_unmap(void *memory, size_t bytes);

#endif
