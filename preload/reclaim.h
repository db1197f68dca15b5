/*
 * Memory goes, and the locks in it with it.
 *
 * C++'s std::mutex calls nothing when it is made and nothing when it ends; the next object at its
 * address is another lock all the same. So whatever gives memory back (free, munmap, dlclose, ...)
 * asks here whether locks live in it, and ends their generations before the memory can be used
 * again. The question costs a load and a branch for memory that never held a lock.
 */
#ifndef JAM_RECLAIM_H
#define JAM_RECLAIM_H

#include "allocator.h"
#include "arch.h"
#include "places.h"

/* All locks in [start, start + bytes) end. For any range: it costs little when none lives there. */
void jam_reclaim(const struct jam_call *call, const void *start, size_t bytes);

/* The same for a thread that is inside the guard: a library was unloaded. */
void jam_reclaim_inside(uint64_t start, uint64_t end);

/*
 * Whether a block of the allocator, or NULL, may hold a lock. False is certain up to its reach, and
 * the answer for NULL, whose page shares its mark with others.
 */
static inline bool jam_reclaim_may_hold(const void *block)
{
    if (JAM_UNLIKELY(jam_places_page_is_marked((uint64_t)block)))
        return block != NULL;
    return jam_allocator.is_libc && block && jam_allocator_libc_bytes(block) > JAM_BLOCK_REACH_LIBC;
}

#endif
