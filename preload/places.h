/*
 * Where locks live: which addresses hold one, answered fast for memory that never held any.
 *
 *     address ──▶ a bit for its page     one load; pages 1 GiB apart share a bit
 *             ──▶ a mask for 256 bytes   exact: a bit for each 4 bytes, the alignment of any lock
 *
 * A page's bit stays set when its last lock has gone: that costs a look at the masks, nothing else.
 * Pages before a lock's own are marked too, as a block of memory is known by its beginning: all
 * blocks of at most `reach` bytes that hold a lock begin on a marked page.
 */
#ifndef JAM_PLACES_H
#define JAM_PLACES_H

#include <stdbool.h>
#include <stdint.h>

#define JAM_PLACES_PAGE_SHIFT 12
#define JAM_PLACES_WORDS      4096 /* of 64 pages each */
#define JAM_PLACES_STEP       4    /* bytes between places */

extern uint64_t jam_places_pages[JAM_PLACES_WORDS]; /* atomic; set under the growth lock */

/* A lock begins to live, or has ended, at this address. Under the growth lock. */
void jam_places_add(uint64_t address, uint64_t reach);
void jam_places_remove(uint64_t address);

/* The first address in [from, end) where a lock lives, or 0. Takes no lock. */
uint64_t jam_places_next(uint64_t from, uint64_t end);

static inline bool jam_places_page_is_marked(uint64_t address)
{
    uint64_t page = address >> JAM_PLACES_PAGE_SHIFT;
    uint64_t word =
        __atomic_load_n(&jam_places_pages[page / 64 % JAM_PLACES_WORDS], __ATOMIC_RELAXED);
    return word >> page % 64 & 1;
}

#endif
