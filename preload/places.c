/* Page bits and masks of the addresses that hold locks. Changed under the growth lock. */
#include "places.h"
#include "map.h"
#include "session.h"

enum { REGION_SHIFT = 8, SLOT_SHIFT = 2, SLOTS = 64 };
_Static_assert(SLOTS << SLOT_SHIFT == 1 << REGION_SHIFT, "a mask covers its region");

uint64_t jam_places_pages[JAM_PLACES_WORDS];

static struct jam_shared_map places_masks; /* region -> mask of slots; 0 = all have gone */

/* In a child of fork the parent's pages stay marked: to clear them costs more than looks in vain. */
static void places_reset(void)
{
    places_masks = (struct jam_shared_map){0};
}
JAM_ON_RESET(places_reset);

static void page_mark(uint64_t page)
{
    uint64_t *word = &jam_places_pages[page / 64 % JAM_PLACES_WORDS];
    __atomic_store_n(word, *word | 1ull << page % 64, __ATOMIC_RELAXED);
}

static uint64_t slot_bit(uint64_t address)
{
    return 1ull << (address >> SLOT_SHIFT) % SLOTS;
}

static bool mask_is_live(uint64_t region, uint64_t mask)
{
    (void)region;
    return mask != 0;
}

void jam_places_add(uint64_t address, uint64_t reach)
{
    uint64_t region = address >> REGION_SHIFT;
    uint64_t mask = jam_shared_map_find(&places_masks, region);
    if (!mask && jam_shared_map_is_full(&places_masks))
        jam_shared_map_purge(&places_masks, mask_is_live);
    jam_shared_map_put(&places_masks, region, mask | slot_bit(address));
    uint64_t first = (address - (reach - 1)) >> JAM_PLACES_PAGE_SHIFT;
    for (uint64_t page = first; page <= address >> JAM_PLACES_PAGE_SHIFT; page++)
        page_mark(page);
}

void jam_places_remove(uint64_t address)
{
    uint64_t region = address >> REGION_SHIFT;
    uint64_t mask = jam_shared_map_find(&places_masks, region);
    if (mask)
        jam_shared_map_put(&places_masks, region, mask & ~slot_bit(address));
}

/* Where to look next: the following page, or the following 64 if none of them is marked. */
static uint64_t page_skip(uint64_t from)
{
    uint64_t page = from >> JAM_PLACES_PAGE_SHIFT;
    if (!__atomic_load_n(&jam_places_pages[page / 64 % JAM_PLACES_WORDS], __ATOMIC_RELAXED))
        page |= 63;
    return (page + 1) << JAM_PLACES_PAGE_SHIFT;
}

static uint64_t region_first(uint64_t from, uint64_t mask)
{
    uint64_t rest = mask & ~(slot_bit(from) - 1);
    uint64_t start = from & ~((1ull << REGION_SHIFT) - 1);
    return rest ? start + ((uint64_t)__builtin_ctzll(rest) << SLOT_SHIFT) : 0;
}

uint64_t jam_places_next(uint64_t from, uint64_t end)
{
    while (from < end) {
        if (!jam_places_page_is_marked(from)) {
            from = page_skip(from);
            continue;
        }
        uint64_t region = from >> REGION_SHIFT;
        uint64_t found = region_first(from, jam_shared_map_find(&places_masks, region));
        if (found)
            return found < end ? found : 0;
        from = (region + 1) << REGION_SHIFT;
    }
    return 0;
}
