/*
 * Which memory allocator the target uses, and how large a block of it is.
 *
 * libc's own keeps the size of a block in the word before it, so looking there costs one load, of a
 * line that free reads anyway. Others (jemalloc, tcmalloc, mimalloc) are asked by their
 * malloc_usable_size. One that has none is taken at its least: the block holds what lies at its
 * first byte.
 *
 * The allocator is whose `free` is called: the next definition after ours, or one that comes before
 * ours (the program's own); then nobody calls our hook.
 */
#ifndef JAM_ALLOCATOR_H
#define JAM_ALLOCATOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Blocks up to this size are found by the page that they begin on; larger ones by their size. */
#define JAM_BLOCK_REACH_LIBC  4096
#define JAM_BLOCK_REACH_OTHER 65536

/* Who does the work of the next operator delete. */
enum jam_deletes {
    JAM_DELETES_UNKNOWN = 0,  /* not asked yet */
    JAM_DELETES_BY_FREE,      /* it calls free, as those of the C++ libraries do */
    JAM_DELETES_BY_ALLOCATOR, /* the allocator itself, without calling free */
    JAM_DELETES_LOCAL,        /* there is none in the global scope: each library has its own */
};

struct jam_allocator {
    size_t (*usable_size)(void *block); /* NULL: libc's, or an allocator that has none */
    uint64_t reach;                     /* bytes, for jam_places_add */
    bool is_libc;
    enum jam_deletes deletes;
};
extern struct jam_allocator jam_allocator;

/* Find out whose allocator it is, once the originals are known. A stub of ours stands for none. */
void jam_allocator_find(const void *next_free, const void *next_delete);

/* glibc's malloc/malloc.c: the chunk's size, with three flags, one of them for a mapping. */
static inline size_t jam_allocator_libc_bytes(const void *block)
{
    enum { FLAGS = 7, IS_MAPPED = 2, WORD = 8 };
    size_t size = ((const size_t *)block)[-1];
    return (size & ~(size_t)FLAGS) - (size & IS_MAPPED ? 2 * WORD : WORD);
}

/* Bytes of a block, at least what was asked for; never 0. */
static inline size_t jam_allocator_bytes(void *block)
{
    if (jam_allocator.is_libc)
        return jam_allocator_libc_bytes(block);
    return jam_allocator.usable_size ? jam_allocator.usable_size(block) : 1;
}

#endif
