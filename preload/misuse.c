/* The table of misuse. Found without a lock, changed under the growth lock. */
#include "misuse.h"
#include "clock.h"
#include "growth.h"
#include "held.h"
#include "map.h"
#include "session.h"

enum { MISUSES_MAX = 16384 }; /* 1.3 MB of the file; past that: counted losses */

static struct {
    struct jam_shared_map by_key; /* hash of the key -> pointer to record */
    struct jam_area area;
    uint32_t count;
} misuses;

static void misuse_reset(void)
{
    misuses.by_key = (struct jam_shared_map){0};
    misuses.count = 0;
    misuses.area = (struct jam_area){
        .shape = {.kind = JAM_EXTENT_MISUSE, .record_bytes = sizeof(struct jam_misuse)},
        .next_bytes = 4096,
    };
}
JAM_ON_RESET(misuse_reset);

static uint32_t fact_generation(const struct jam_misuse_fact *fact)
{
    return fact->lock ? fact->lock->generation & ~JAM_GENERATION_ENDED : 0;
}

/* Objects without a record are told apart by their address. Two keys that collide are one. */
static uint64_t fact_key(const struct jam_misuse_fact *fact)
{
    uint64_t object = fact->lock ? fact->lock->id : fact->address;
    uint64_t hash = jam_hash_add(fact->kind, object);
    uint32_t other_lock = fact->call ? 0 : fact->other_lock; /* as many as there are call sites */
    hash = jam_hash_add(hash, (uint64_t)fact_generation(fact) << 32 | other_lock);
    return jam_hash_add(hash, (uint64_t)fact->stack << 32 | fact->other_stack) | 1;
}

static void misuse_append(const struct jam_thread *self, const struct jam_misuse_fact *fact,
                          uint64_t key)
{
    struct jam_misuse *misuse = NULL;
    if (misuses.count < MISUSES_MAX)
        misuse = jam_area_take(&misuses.area, sizeof *misuse, NULL);
    if (!misuse) {
        jam_session_lose(JAM_LOSS_MISUSE, 1);
        return;
    }
    uint64_t now = jam_ticks();
    *misuse = (struct jam_misuse){
        .kind = fact->kind,
        .other_kind = fact->other_kind,
        .result = fact->result,
        .lock = fact->lock ? fact->lock->id : 0,
        .generation = fact_generation(fact),
        .stack = fact->stack,
        .thread = fact->thread ? fact->thread : self->id,
        .other_stack = fact->other_stack,
        .other_thread = fact->other_thread,
        .other_lock = fact->other_lock,
        .address = fact->address || !fact->lock ? fact->address : fact->lock->address,
        .count = 1,
        .first_ticks = now,
        .last_ticks = now,
        .call = fact->call,
        .blocked_ticks = fact->blocked_ticks,
    };
    misuses.count++;
    jam_area_publish(&misuses.area, sizeof *misuse);
    jam_shared_map_put(&misuses.by_key, key, (uint64_t)misuse);
}

static bool misuse_count(uint64_t key, const struct jam_misuse_fact *fact)
{
    struct jam_misuse *misuse = (struct jam_misuse *)jam_shared_map_find(&misuses.by_key, key);
    if (!misuse)
        return false;
    __atomic_fetch_add(&misuse->count, 1, __ATOMIC_RELAXED);
    __atomic_fetch_add(&misuse->blocked_ticks, fact->blocked_ticks, __ATOMIC_RELAXED);
    misuse->last_ticks = jam_ticks();
    return true;
}

void jam_misuse_note(struct jam_thread *self, const struct jam_misuse_fact *fact)
{
    uint64_t key = fact_key(fact);
    if (misuse_count(key, fact))
        return;
    if (!jam_growth_lock()) {
        jam_session_lose(JAM_LOSS_MISUSE, 1);
        return;
    }
    if (!misuse_count(key, fact))
        misuse_append(self, fact, key);
    jam_growth_unlock();
}

void jam_misuse_note_freed(struct jam_thread *self, const struct jam_lock_record *lock,
                           uint32_t stack)
{
    struct jam_holding holding;
    bool is_lock = lock->kind != JAM_LOCK_SEM || lock->flags & JAM_LOCK_LOCKLIKE;
    if (!is_lock || !jam_held_search(lock, NULL, &holding))
        return;
    jam_misuse_note(self, &(struct jam_misuse_fact){
                              .kind = JAM_MISUSE_FREE_LOCKED,
                              .result = -1,
                              .lock = lock,
                              .stack = stack,
                              .other_stack = holding.stack,
                              .other_thread = holding.thread,
                          });
}
