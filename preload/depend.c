/*
 * Dependencies are told apart by everything but the thread: by the wanted lock and the held set, as
 * a 64-bit hash. Two that collide are one (chance below 10^-7 at a million dependencies).
 *
 * Locks that come and go make new ones all the time, of the same form: everything but the objects,
 * whose classes stand for them. The records of a form make a ring, in the order of their age, with
 * a hand at the newest. A new dependency takes over the next record in which some lock has ended,
 * unless the ring is short, or the first few that come next are all of live locks. So rings grow
 * with the locks that live at once, and what live objects can do to each other is never forgotten.
 *
 * dependency_forms holds, by the two lowest bits of the key:
 *     form (odd) ──▶ its hand        form + 2 (odd) ──▶ records in the ring
 *     record (00) ──▶ next one       lock id * 4 + 2 ──▶ the lock's record
 */
#include "depend.h"
#include "clock.h"
#include "session.h"

#include <stddef.h>
#include <string.h>

enum {
    DEPENDENCY_BYTES_MAX = 256 << 20, /* of the whole process; past that: counted losses */
    RING_LEAST = 16,                  /* records of a form that are not taken over */
    RING_STEPS = 8,                   /* looked at before one more is appended */
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

/* --- the held set --- */

static bool kind_is_native(uint16_t kind)
{
    return kind == JAM_LOCK_MUTEX || kind == JAM_LOCK_RWLOCK || kind == JAM_LOCK_SPIN ||
           kind == JAM_LOCK_ONCE || kind == JAM_LOCK_CUSTOM;
}

/* Whether this entry of the list counts when a lock of that kind is wanted. */
static inline bool held_counts(const struct jam_thread *self, uint32_t i, uint16_t wanted_kind)
{
    uint16_t kind = self->held_local[i].lock->kind;
    if (JAM_UNLIKELY(kind == JAM_LOCK_GIL))
        return kind_is_native(wanted_kind);
    return JAM_LIKELY(wanted_kind != JAM_LOCK_GIL) || kind_is_native(kind);
}

static bool all_count(const struct jam_thread *self, uint16_t wanted_kind)
{
    return JAM_LIKELY(!self->gils_held) && wanted_kind != JAM_LOCK_GIL;
}

bool jam_depend_has_held(const struct jam_thread *self, uint16_t wanted_kind)
{
    if (all_count(self, wanted_kind))
        return self->held_count > 0;
    for (uint32_t i = 0; i < self->held_count; i++)
        if (held_counts(self, i, wanted_kind))
            return true;
    return false;
}

/* As it stands in a dependency. */
static struct jam_dependency_held held_entry(const struct jam_thread *self, uint32_t i,
                                             struct jam_dependency_wanted wanted)
{
    const struct jam_held *held = &self->held[i];
    bool is_gil = self->held_local[i].lock->kind == JAM_LOCK_GIL;
    return (struct jam_dependency_held){
        .lock = held->lock,
        .generation = held->generation,
        .stack = is_gil ? wanted.stack : held->stack,
        .mode = held->mode,
        .flags = held->flags,
    };
}

static uint64_t held_hash(uint64_t hash, const struct jam_dependency_held *held)
{
    hash = jam_hash_add(hash, (uint64_t)held->lock << 32 | held->generation);
    return jam_hash_add(hash, (uint64_t)held->stack << 32 | held->mode << 16 | held->flags) | 1;
}

/* Of those that count, oldest first. */
static uint64_t held_set_hash_some(struct jam_thread *self, struct jam_dependency_wanted wanted)
{
    uint64_t hash = 1;
    for (uint32_t i = 0; i < self->held_count; i++) {
        held_mark_unpublished(self, i);
        struct jam_dependency_held held = held_entry(self, i, wanted);
        if (held_counts(self, i, wanted.lock->kind))
            hash = held_hash(hash, &held);
    }
    return hash;
}

/* Of all, oldest first. An entry keeps the hash up to itself until it moves. */
static uint64_t held_set_hash_all(struct jam_thread *self, struct jam_dependency_wanted wanted)
{
    uint32_t known = self->held_count;
    while (known > 0 && !self->held_local[known - 1].set_hash)
        known--;
    uint64_t hash = known ? self->held_local[known - 1].set_hash : 1;
    for (uint32_t i = known; i < self->held_count; i++) {
        held_mark_unpublished(self, i);
        struct jam_dependency_held held = held_entry(self, i, wanted);
        hash = held_hash(hash, &held);
        self->held_local[i].set_hash = hash;
    }
    return hash;
}

static uint32_t held_set_count(const struct jam_thread *self, uint16_t wanted_kind)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < self->held_count && count < UINT16_MAX; i++)
        count += held_counts(self, i, wanted_kind);
    return count;
}

/* --- keys --- */

static uint64_t dependency_key(struct jam_thread *self, struct jam_dependency_wanted wanted)
{
    uint64_t hash = all_count(self, wanted.lock->kind) ? held_set_hash_all(self, wanted)
                                                       : held_set_hash_some(self, wanted);
    hash = jam_hash_add(hash + jam_header->epoch,
                        (uint64_t)wanted.lock->id << 32 | wanted.lock->generation);
    return jam_hash_add(hash, (uint64_t)wanted.stack << 32 | wanted.mode << 16 | wanted.flags) | 1;
}

/* Of what it says now, by the same steps as dependency_key. */
static uint64_t record_key(const struct jam_dependency *record)
{
    uint64_t hash = 1;
    for (uint32_t i = 0; i < record->held_count; i++)
        hash = held_hash(hash, &record->held[i]);
    hash = jam_hash_add(hash + record->epoch, (uint64_t)record->lock << 32 | record->generation);
    return jam_hash_add(hash, (uint64_t)record->stack << 32 | record->mode << 16 | record->flags) |
           1;
}

/* Locks of one class share their records: see lock.h. */
static uint64_t class_add(uint64_t hash, const struct jam_lock_record *lock)
{
    hash = jam_hash_add(hash, (uint64_t)lock->created_stack << 32 | lock->first_stack);
    return jam_hash_add(hash, lock->kind);
}

/* For after dependency_key, which settles the held flags. */
static uint64_t form_key(const struct jam_thread *self, struct jam_dependency_wanted wanted)
{
    uint64_t hash = class_add(jam_header->epoch, wanted.lock);
    hash = jam_hash_add(hash, (uint64_t)wanted.stack << 32 | wanted.mode << 16 | wanted.flags);
    for (uint32_t i = 0; i < self->held_count; i++) {
        struct jam_dependency_held held = held_entry(self, i, wanted);
        if (!held_counts(self, i, wanted.lock->kind))
            continue;
        hash = class_add(hash, self->held_local[i].lock);
        hash = jam_hash_add(hash, (uint64_t)held.stack << 32 | held.mode << 16 | held.flags);
    }
    return hash | 1;
}

/* --- the ring of a form --- */

static bool form_has_ended(struct jam_thread *self, uint32_t id, uint32_t generation)
{
    const struct jam_lock_record *lock = (const struct jam_lock_record *)jam_map_find(
        &self->dependency_forms, (uint64_t)id << 2 | 2);
    return lock && __atomic_load_n(&lock->generation, __ATOMIC_RELAXED) != generation;
}

static bool form_is_over(struct jam_thread *self, const struct jam_dependency *record)
{
    if (form_has_ended(self, record->lock, record->generation))
        return true;
    for (uint32_t i = 0; i < record->held_count; i++)
        if (form_has_ended(self, record->held[i].lock, record->held[i].generation))
            return true;
    return false;
}

/* Moves the hand on to a record that may be taken over; NULL: there is none near. */
static struct jam_dependency *form_turn(struct jam_thread *self, uint64_t form, uint32_t held)
{
    struct jam_map *forms = &self->dependency_forms;
    uint64_t record = jam_map_find(forms, form);
    if (jam_map_find(forms, form + 2) < RING_LEAST)
        return NULL;
    for (int i = 0; i < RING_STEPS && record; i++) {
        record = jam_map_find(forms, record);
        struct jam_dependency *dependency = (struct jam_dependency *)record;
        jam_map_put(forms, form, record);
        if (dependency && dependency->held_count == held && form_is_over(self, dependency))
            return dependency;
    }
    return NULL;
}

/* Into the ring, behind the hand, which moves on to it. Without memory it is in no ring. */
static void form_insert(struct jam_thread *self, uint64_t form, uint64_t record)
{
    struct jam_map *forms = &self->dependency_forms;
    uint64_t hand = jam_map_find(forms, form);
    uint64_t next = hand ? jam_map_find(forms, hand) : record;
    if (!jam_map_put(forms, record, next) || (hand && !jam_map_put(forms, hand, record)))
        return;
    if (jam_map_put(forms, form, record))
        jam_map_put(forms, form + 2, jam_map_find(forms, form + 2) + 1);
}

static void form_note_locks(struct jam_thread *self, const struct jam_lock_record *wanted)
{
    struct jam_map *forms = &self->dependency_forms;
    jam_map_put(forms, (uint64_t)wanted->id << 2 | 2, (uint64_t)wanted);
    for (uint32_t i = 0; i < self->held_count; i++)
        jam_map_put(forms, (uint64_t)self->held[i].lock << 2 | 2,
                    (uint64_t)self->held_local[i].lock);
}

/* --- records --- */

static void dependency_copy_held(struct jam_dependency *dependency, const struct jam_thread *self,
                                 struct jam_dependency_wanted wanted)
{
    uint32_t count = 0;
    for (uint32_t i = 0; count < dependency->held_count; i++)
        if (held_counts(self, i, wanted.lock->kind))
            dependency->held[count++] = held_entry(self, i, wanted);
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
    dependency_copy_held(dependency, self, wanted);
}

static struct jam_dependency *dependency_append(struct jam_thread *self,
                                                struct jam_dependency_wanted wanted)
{
    uint32_t held = held_set_count(self, wanted.lock->kind);
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

/* What index and cache know it by is void. */
static void dependency_forget(struct jam_thread *self, const struct jam_dependency *dependency)
{
    jam_map_remove(&self->dependency_index, record_key(dependency));
    for (unsigned i = 0; i < JAM_DEPEND_CACHE; i++)
        if (self->depend_cache[i].dependency == dependency)
            self->depend_cache[i].key = 0;
}

static struct jam_dependency *dependency_make(struct jam_thread *self,
                                              struct jam_dependency_wanted wanted)
{
    uint64_t form = form_key(self, wanted);
    struct jam_dependency *dependency =
        form_turn(self, form, held_set_count(self, wanted.lock->kind));
    if (dependency) {
        dependency_forget(self, dependency);
        dependency_take_over(dependency, self, wanted);
    } else {
        dependency = dependency_append(self, wanted);
        if (dependency)
            form_insert(self, form, (uint64_t)dependency);
    }
    form_note_locks(self, wanted.lock);
    return dependency;
}

static struct jam_dependency *dependency_get(struct jam_thread *self, uint64_t key,
                                             struct jam_dependency_wanted wanted)
{
    struct jam_dependency *dependency =
        (struct jam_dependency *)jam_map_find(&self->dependency_index, key);
    if (dependency)
        return dependency;
    dependency = dependency_make(self, wanted);
    if (dependency)
        jam_map_put(&self->dependency_index, key, (uint64_t)dependency);
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
        cache->key == key ? cache->dependency : dependency_get(self, key, wanted);
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
