/* Sites, wait totals, histograms and blame of a lane. */
#include "totals.h"
#include "session.h"

#include <stddef.h>

/* --- sites --- */

static struct jam_site *site_append(struct jam_thread *self, uint32_t lock, uint32_t stack,
                                    uint16_t mode)
{
    struct jam_site *site = jam_area_take(&self->sites, sizeof *site, NULL);
    if (!site)
        return NULL;
    site->lock = lock;
    site->stack = stack;
    site->mode = mode;
    jam_area_publish(&self->sites, sizeof *site);
    return site;
}

/* The caches know a site for one thread only, so each thread that a lane serves comes by here. */
static void site_note_user(struct jam_site *site, uint32_t thread)
{
    if (site->last_thread == thread)
        return;
    if (!site->first_thread)
        site->first_thread = thread;
    site->last_thread = thread;
    site->threads++;
}

struct jam_site *jam_site_get(struct jam_thread *self, const struct jam_lock_record *lock,
                              uint32_t stack, uint16_t mode)
{
    /* Lock ids stay far below 2^31: the key is exact. */
    uint64_t key = (uint64_t)lock->id << 33 | (uint64_t)mode << 32 | stack;
    struct jam_site *site = (struct jam_site *)jam_map_find(&self->site_index, key);
    if (!site) {
        site = site_append(self, lock->id, stack, mode);
        if (!site)
            return &self->lost_site;
        jam_map_put(&self->site_index, key, (uint64_t)site);
    }
    site_note_user(site, self->id);
    return site;
}

struct jam_wait_totals *jam_site_waits(struct jam_thread *self, struct jam_site *site)
{
    uint64_t offset;
    if (site->wait_ref)
        return jam_session_at_ref(site->wait_ref);
    if (site == &self->lost_site)
        return NULL;
    struct jam_wait_totals *waits = jam_area_take(&self->waits, sizeof *waits, &offset);
    if (!waits)
        return NULL;
    jam_area_publish(&self->waits, sizeof *waits);
    __atomic_store_n(&site->wait_ref, (uint32_t)(offset / JAM_REF_UNIT), __ATOMIC_RELEASE);
    return waits;
}

/* --- holds --- */

/* The second release gives the site its histogram; the first hold is its hold_ticks so far. */
static struct jam_histogram *site_histogram(struct jam_thread *self, struct jam_site *site)
{
    uint64_t offset;
    if (site->hold_histogram_ref)
        return jam_session_at_ref(site->hold_histogram_ref);
    if (site->releases != 1 || site == &self->lost_site)
        return NULL;
    struct jam_histogram *histogram = jam_area_take(&self->histograms, sizeof *histogram, &offset);
    if (!histogram)
        return NULL;
    histogram->count[jam_histogram_bucket(site->hold_ticks)]++;
    jam_area_publish(&self->histograms, sizeof *histogram);
    site->hold_histogram_ref = (uint32_t)(offset / JAM_REF_UNIT);
    return histogram;
}

void jam_site_add_hold(struct jam_thread *self, struct jam_site *site, uint64_t ticks)
{
    struct jam_histogram *histogram = site_histogram(self, site);
    if (JAM_LIKELY(histogram != NULL))
        histogram->count[jam_histogram_bucket(ticks)]++;
    site->hold_ticks += ticks;
    if (ticks > site->hold_max_ticks)
        site->hold_max_ticks = ticks;
    site->releases++;
}

void jam_site_add_contended_hold(struct jam_thread *self, struct jam_site *site, uint64_t ticks)
{
    struct jam_wait_totals *waits = jam_site_waits(self, site);
    if (!waits)
        return;
    waits->holds_contended++;
    waits->hold_contended_ticks += ticks;
}

/* --- blame --- */

static bool blame_is(const struct jam_blame *blame, struct jam_blame_key key)
{
    return blame->lock == key.lock && blame->waiter_stack == key.waiter_stack &&
           blame->blocker_stack == key.blocker_stack;
}

static struct jam_blame *blame_append(struct jam_thread *self, struct jam_blame_key key)
{
    struct jam_blame *blame = jam_area_take(&self->blames, sizeof *blame, NULL);
    if (!blame)
        return NULL;
    blame->lock = key.lock;
    blame->waiter_stack = key.waiter_stack;
    blame->blocker_stack = key.blocker_stack;
    jam_area_publish(&self->blames, sizeof *blame);
    return blame;
}

static struct jam_blame *blame_get(struct jam_thread *self, struct jam_blame_key key)
{
    uint64_t hash = jam_hash_add(jam_hash_add(key.lock, key.waiter_stack), key.blocker_stack) | 1;
    for (;; hash += 2) {
        struct jam_blame *blame = (struct jam_blame *)jam_map_find(&self->blame_index, hash);
        if (blame && blame_is(blame, key))
            return blame;
        if (blame)
            continue; /* equal hashes: the next one */
        blame = blame_append(self, key);
        if (blame)
            jam_map_put(&self->blame_index, hash, (uint64_t)blame);
        return blame;
    }
}

void jam_blame_add(struct jam_thread *self, struct jam_blame_key key, uint64_t ticks)
{
    struct jam_blame *blame = blame_get(self, key);
    if (!blame)
        return;
    blame->count++;
    blame->wait_ticks += ticks;
    if (ticks > blame->wait_max_ticks)
        blame->wait_max_ticks = ticks;
    blame->waiter_threads += blame->last_waiter != self->id;
    blame->last_waiter = self->id;
    blame->last_blocker = key.blocker_thread;
}
