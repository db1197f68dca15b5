/*
 * Dependencies are told apart by everything but the thread: by the wanted lock and the held set.
 * The cache knows a dependency by a 64-bit hash of all that, the index by one of all but the
 * generations: its form. Two forms that collide are one (chance below 10^-7 at a million forms).
 *
 *     form ──▶ how many generations were made of it
 *     form, place in the turn ──▶ record        the newest GENERATIONS_KEPT
 *
 * A form whose locks come and go is made of new generations each time. Generations only grow, so
 * what was followed by another generation of the same form never comes back: only the newest can
 * be meant, and a record that is taken over is one in which some lock has ended. The cache needs
 * no care for the same reason: the key of what was taken over is not asked for again.
 */
#include "depend.h"
#include "clock.h"
#include "session.h"

#include <stddef.h>
#include <string.h>

enum {
    DEPENDENCY_BYTES_MAX = 256 << 20, /* of the whole process; past that: counted losses */
    GENERATIONS_KEPT = 16, /* of a form: some of each kind of lifetime, in less than 2 KiB */
};

static uint64_t dependency_bytes; /* atomic */

static void depend_reset(void)
{
    dependency_bytes = 0;
}
JAM_ON_RESET(depend_reset);

/* Whether the lock was its first user's alone when it was acquired; asked when that matters. */
static void held_mark_unpublished(struct jam_thread *self, uint32_t index)
{
    uint64_t shared_ticks = self->held_local[index].lock->shared_ticks;
    struct jam_held *held = &self->held[index];
    if (!shared_ticks || shared_ticks > held->acquired_ticks)
        held->flags |= JAM_HELD_UNPUBLISHED;
}

/* Hash of the held set, oldest first. An entry keeps the hash up to itself until it moves. */
static uint64_t held_set_hash(struct jam_thread *self)
{
    uint32_t known = self->held_count;
    while (known > 0 && !self->held_local[known - 1].set_hash)
        known--;
    uint64_t hash = known ? self->held_local[known - 1].set_hash : 1;
    for (uint32_t i = known; i < self->held_count; i++) {
        const struct jam_held *held = &self->held[i];
        held_mark_unpublished(self, i);
        hash = jam_hash_add(hash, (uint64_t)held->lock << 32 | held->generation);
        hash = jam_hash_add(hash, (uint64_t)held->stack << 32 | held->mode << 16 | held->flags) | 1;
        self->held_local[i].set_hash = hash;
    }
    return hash;
}

static uint64_t dependency_key(struct jam_thread *self, struct jam_dependency_wanted wanted)
{
    uint64_t hash = held_set_hash(self);
    hash = jam_hash_add(hash + jam_header->epoch,
                        (uint64_t)wanted.lock->id << 32 | wanted.lock->generation);
    return jam_hash_add(hash, (uint64_t)wanted.stack << 32 | wanted.mode << 16 | wanted.flags) | 1;
}

/* Of everything but generations. For after dependency_key, which settles the held flags. */
static uint64_t form_key(const struct jam_thread *self, struct jam_dependency_wanted wanted)
{
    uint64_t hash = jam_hash_add(jam_header->epoch, (uint64_t)wanted.lock->id << 32 | wanted.stack);
    hash = jam_hash_add(hash, wanted.mode << 16 | wanted.flags);
    for (uint32_t i = 0; i < self->held_count; i++) {
        const struct jam_held *held = &self->held[i];
        hash = jam_hash_add(hash, (uint64_t)held->lock << 32 | held->stack);
        hash = jam_hash_add(hash, held->mode << 16 | held->flags);
    }
    return hash | 1;
}

/* Key of the record that was made as number `number` of its form, and of those before in turn. */
static uint64_t form_place(uint64_t form, uint64_t number)
{
    return form + 2 * (1 + number % GENERATIONS_KEPT);
}

static bool has_generations(const struct jam_dependency *dependency, const struct jam_thread *self,
                            const struct jam_lock_record *wanted)
{
    if (dependency->generation != wanted->generation)
        return false;
    for (uint32_t i = 0; i < dependency->held_count; i++)
        if (dependency->held[i].generation != self->held[i].generation)
            return false;
    return true;
}

static void dependency_copy_held(struct jam_dependency *dependency, const struct jam_thread *self)
{
    for (uint32_t i = 0; i < dependency->held_count; i++) {
        const struct jam_held *held = &self->held[i];
        dependency->held[i] = (struct jam_dependency_held){
            .lock = held->lock,
            .generation = held->generation,
            .stack = held->stack,
            .mode = held->mode,
            .flags = held->flags,
        };
    }
}

/* All but instances, and held_count, which is there already. */
static void dependency_fill(struct jam_dependency *dependency, const struct jam_thread *self,
                            struct jam_dependency_wanted wanted)
{
    dependency->lock = wanted.lock->id;
    dependency->generation = wanted.lock->generation;
    dependency->stack = wanted.stack;
    dependency->mode = wanted.mode;
    dependency->flags = wanted.flags;
    dependency->epoch = jam_header->epoch;
    dependency->partner = wanted.partner;
    dependency->first_ticks = dependency->last_ticks = jam_ticks();
    dependency_copy_held(dependency, self);
}

static struct jam_dependency *dependency_append(struct jam_thread *self,
                                                struct jam_dependency_wanted wanted)
{
    uint32_t held = self->held_count < UINT16_MAX ? self->held_count : UINT16_MAX;
    uint32_t bytes =
        (uint32_t)(sizeof(struct jam_dependency) + held * sizeof(struct jam_dependency_held));
    struct jam_dependency *dependency = NULL;
    if (__atomic_add_fetch(&dependency_bytes, bytes, __ATOMIC_RELAXED) <= DEPENDENCY_BYTES_MAX)
        dependency = jam_area_take(&self->dependencies, bytes, NULL);
    if (!dependency) {
        jam_session_lose(JAM_LOSS_DEPENDENCIES, 1);
        return NULL;
    }
    dependency->held_count = (uint16_t)held;
    dependency_fill(dependency, self, wanted);
    jam_area_publish(&self->dependencies, bytes);
    return dependency;
}

/* Of the same form, so of the same size. Live readers leave it out while `turns` is odd. */
static void dependency_take_over(struct jam_dependency *dependency, const struct jam_thread *self,
                                 struct jam_dependency_wanted wanted)
{
    uint16_t turns = dependency->turns;
    __atomic_store_n(&dependency->turns, (uint16_t)(turns + 1), __ATOMIC_RELAXED);
    __atomic_thread_fence(__ATOMIC_RELEASE);
    dependency->instances = 0;
    memset(dependency->instance, 0, sizeof dependency->instance);
    dependency_fill(dependency, self, wanted);
    __atomic_store_n(&dependency->turns, (uint16_t)(turns + 2), __ATOMIC_RELEASE);
}

/* The first instance stays, the others are the latest three in turn. */
static void dependency_add_instance(struct jam_dependency *dependency,
                                    const struct jam_thread *self)
{
    uint32_t count = dependency->instances;
    uint32_t slot =
        count < JAM_DEPENDENCY_INSTANCES ? count : 1 + (count - 1) % (JAM_DEPENDENCY_INSTANCES - 1);
    dependency->instance[slot] = (struct jam_instance){self->id, self->segment};
    __atomic_store_n(&dependency->instances, count + 1, __ATOMIC_RELEASE);
}

static struct jam_dependency *dependency_get(struct jam_thread *self,
                                             struct jam_dependency_wanted wanted)
{
    struct jam_map *index = &self->dependency_index;
    uint64_t form = form_key(self, wanted), made = jam_map_find(index, form);
    struct jam_dependency *dependency = NULL;
    if (made > 0)
        dependency = (struct jam_dependency *)jam_map_find(index, form_place(form, made - 1));
    if (dependency && has_generations(dependency, self, wanted.lock))
        return dependency;
    dependency = (struct jam_dependency *)jam_map_find(index, form_place(form, made));
    if (dependency)
        dependency_take_over(dependency, self, wanted);
    else
        dependency = dependency_append(self, wanted);
    if (dependency && jam_map_put(index, form_place(form, made), (uint64_t)dependency))
        jam_map_put(index, form, made + 1);
    return dependency;
}

struct jam_dependency *jam_depend_note(struct jam_thread *self, struct jam_dependency_wanted wanted)
{
    if (!wanted.lock->shared_ticks)
        wanted.flags |= JAM_DEPENDENCY_UNPUBLISHED;
    uint64_t key = dependency_key(self, wanted);
    struct jam_depend_cache *cache = &self->depend_cache[key >> 56];
    _Static_assert(JAM_DEPEND_CACHE == 256, "8 bits of the key");
    if (cache->key == key && cache->thread == self->id && cache->segment == self->segment)
        return cache->dependency;
    struct jam_dependency *dependency =
        cache->key == key ? cache->dependency : dependency_get(self, wanted);
    if (!dependency)
        return NULL;
    uint32_t last = dependency->instances - 1;
    uint32_t slot =
        last < JAM_DEPENDENCY_INSTANCES ? last : 1 + (last - 1) % (JAM_DEPENDENCY_INSTANCES - 1);
    bool is_known = dependency->instances > 0 && dependency->instance[slot].thread == self->id &&
                    dependency->instance[slot].segment == self->segment;
    if (!is_known)
        dependency_add_instance(dependency, self);
    *cache = (struct jam_depend_cache){key, dependency, self->id, self->segment};
    return dependency;
}
