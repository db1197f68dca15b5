/*
 * What gives memory back: free and its family, and the mapping calls. (C++: hook_delete.c.)
 *
 * None of them is recorded. The locks that lived in the memory end before the real function runs,
 * while no other thread can have got it; a block or mapping that may stay where it is (realloc,
 * mremap) is asked about before and ended after. free may be called by anybody at any time, by the
 * dynamic linker too: it must not call free, and for memory without locks it touches nothing but
 * two words.
 */
#include "real.h"
#include "reclaim.h"

#include <stdlib.h>
#include <sys/mman.h>

static __attribute__((noinline)) void memory_reclaim(const struct jam_call *call, void *block)
{
    jam_reclaim(call, block, jam_allocator_bytes(block));
}

JAM_EXPORT void free(void *block)
{
    if (JAM_UNLIKELY(jam_reclaim_may_hold(block)))
        memory_reclaim(JAM_CALLER(), block);
    jam_real.free(block);
}

JAM_EXPORT void free_sized(void *block, size_t bytes)
{
    if (JAM_UNLIKELY(jam_reclaim_may_hold(block)))
        memory_reclaim(JAM_CALLER(), block);
    jam_real.free_sized(block, bytes);
}

JAM_EXPORT void free_aligned_sized(void *block, size_t alignment, size_t bytes)
{
    if (JAM_UNLIKELY(jam_reclaim_may_hold(block)))
        memory_reclaim(JAM_CALLER(), block);
    jam_real.free_aligned_sized(block, alignment, bytes);
}

/* --- blocks that may move --- */

/* Bytes of a block that may hold a lock, otherwise 0. */
static size_t memory_doubtful_bytes(void *block)
{
    return JAM_UNLIKELY(jam_reclaim_may_hold(block)) ? jam_allocator_bytes(block) : 0;
}

/* `bytes` is what the block had; what is left of it at its place is kept. */
static __attribute__((noinline)) void memory_moved(const struct jam_call *call, void *block,
                                                   size_t bytes, void *moved)
{
    size_t kept = moved == block ? jam_allocator_bytes(moved) : 0;
    if (kept < bytes)
        jam_reclaim(call, (char *)block + kept, bytes - kept);
}

/* realloc has failed and left the block alone; of 0 bytes it is a free, and answers NULL. */
static bool memory_is_same(const void *moved, size_t wanted)
{
    return !moved && wanted > 0;
}

JAM_EXPORT void *realloc(void *block, size_t wanted)
{
    size_t bytes = memory_doubtful_bytes(block);
    void *moved = jam_real.realloc(block, wanted);
    if (JAM_UNLIKELY(bytes > 0) && !memory_is_same(moved, wanted))
        memory_moved(JAM_CALLER(), block, bytes, moved);
    return moved;
}

JAM_EXPORT void *reallocarray(void *block, size_t count, size_t each)
{
    size_t bytes = memory_doubtful_bytes(block);
    void *moved = jam_real.reallocarray(block, count, each);
    if (JAM_UNLIKELY(bytes > 0) && !memory_is_same(moved, count && each))
        memory_moved(JAM_CALLER(), block, bytes, moved);
    return moved;
}

/* --- mappings --- */

JAM_EXPORT int munmap(void *start, size_t bytes)
{
    jam_reclaim(JAM_CALLER(), start, bytes);
    return jam_real.munmap(start, bytes);
}

/* MAP_FIXED_NOREPLACE takes no memory from anybody. */
static void memory_mapped(const struct jam_call *call, const void *start, size_t bytes, int flags)
{
    if (flags & MAP_FIXED && start != MAP_FAILED)
        jam_reclaim(call, start, bytes);
}

JAM_EXPORT void *mmap(void *start, size_t bytes, int protection, int flags, int file, off_t offset)
{
    void *mapped = jam_real.mmap(start, bytes, protection, flags, file, offset);
    memory_mapped(JAM_CALLER(), mapped, bytes, flags);
    return mapped;
}

JAM_EXPORT void *mmap64(void *start, size_t bytes, int protection, int flags, int file,
                        off64_t offset)
{
    void *mapped = jam_real.mmap64(start, bytes, protection, flags, file, offset);
    memory_mapped(JAM_CALLER(), mapped, bytes, flags);
    return mapped;
}

/* A lock that moves with its memory is another lock for us: its address is half of its name. */
JAM_EXPORT void *mremap(void *start, size_t bytes, size_t wanted, int flags, ...)
{
    void *target = JAM_FURTHER_ARGUMENT(flags, 0, void *);
    void *moved = jam_real.mremap(start, bytes, wanted, flags, target);
    if (moved == MAP_FAILED)
        return moved;
    size_t kept = moved != start ? 0 : wanted;
    if (kept < bytes)
        jam_reclaim(JAM_CALLER(), (char *)start + kept, bytes - kept);
    if (flags & MREMAP_FIXED)
        jam_reclaim(JAM_CALLER(), moved, wanted);
    return moved;
}
