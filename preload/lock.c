/* The table of locks. Found without a lock, changed under the growth lock. */
#include "lock.h"
#include "allocator.h"
#include "clock.h"
#include "growth.h"
#include "map.h"
#include "module.h"
#include "name.h"
#include "places.h"
#include "ring.h"
#include "session.h"

#include <stddef.h>
#include <string.h>

static struct {
    struct jam_shared_map by_address; /* address -> pointer to record; may be stale */
    struct jam_map free_by_class;     /* class stack and kind -> pointer to the first free record */
    struct jam_map next_free;         /* id -> pointer to the next free record of the class */
    struct jam_area area;
    struct jam_area holders;
} locks;

uint64_t jam_lock_births = 1;

static void lock_reset(void)
{
    memset(&locks, 0, sizeof locks);
    locks.area = (struct jam_area){
        .shape = {.kind = JAM_EXTENT_LOCKS,
                  .record_bytes = sizeof(struct jam_lock_record),
                  .first_id = 1},
        .next_bytes = 8 << 10,
    };
    locks.holders = (struct jam_area){
        .shape = {.kind = JAM_EXTENT_HOLDERS, .record_bytes = sizeof(struct jam_holders)},
        .next_bytes = 4096,
    };
}
JAM_ON_RESET(lock_reset);

static bool lock_is(const struct jam_lock_record *lock, struct jam_lock_key key)
{
    return lock && __atomic_load_n(&lock->address, __ATOMIC_RELAXED) == key.address &&
           lock->kind == key.kind && jam_lock_is_alive(lock);
}

struct jam_lock_record *jam_lock_find_latest(uint64_t address)
{
    struct jam_lock_record *lock =
        (struct jam_lock_record *)jam_shared_map_find(&locks.by_address, address);
    return lock && lock->address == address ? lock : NULL;
}

struct jam_lock_record *jam_lock_find(struct jam_lock_key key)
{
    struct jam_lock_record *lock =
        (struct jam_lock_record *)jam_shared_map_find(&locks.by_address, key.address);
    return lock_is(lock, key) ? lock : NULL;
}

struct jam_lock_record *jam_lock_at(uint64_t address)
{
    struct jam_lock_record *lock =
        (struct jam_lock_record *)jam_shared_map_find(&locks.by_address, address);
    bool is_it = lock && lock->address == address && jam_lock_is_alive(lock);
    return is_it ? lock : NULL;
}

/* --- records --- */

static uint64_t lock_class(struct jam_lock_key key, uint32_t stack)
{
    return (uint64_t)key.kind << 32 | stack;
}

static struct jam_lock_record *lock_pop_free(uint64_t class)
{
    struct jam_lock_record *lock =
        (struct jam_lock_record *)jam_map_find(&locks.free_by_class, class);
    if (lock)
        jam_map_put(&locks.free_by_class, class, jam_map_find(&locks.next_free, lock->id));
    return lock;
}

static void lock_push_free(struct jam_lock_record *lock, uint64_t class)
{
    if (jam_map_put(&locks.next_free, lock->id, jam_map_find(&locks.free_by_class, class)))
        jam_map_put(&locks.free_by_class, class, (uint64_t)lock);
}

static struct jam_lock_record *lock_append(void)
{
    struct jam_lock_record *lock = jam_area_take(&locks.area, sizeof *lock, NULL);
    if (!lock)
        return NULL;
    lock->id = locks.area.shape.first_id;
    lock->generation = JAM_GENERATION_ENDED; /* generation 0, over */
    jam_area_publish(&locks.area, sizeof *lock);
    return lock;
}

static bool lock_entry_is_live(uint64_t address, uint64_t value)
{
    const struct jam_lock_record *lock = (const struct jam_lock_record *)value;
    return lock->address == address && jam_lock_is_alive(lock);
}

/* A value of 0 leaves it open: see lock.h. */
static void lock_begin_semaphore(struct jam_lock_record *lock)
{
    if (lock->value == 1)
        lock->flags |= JAM_LOCK_LOCKLIKE;
    else if (lock->value > 1)
        lock->signalled_generation = lock->generation & ~JAM_GENERATION_ENDED;
}

/* Memory that goes must find it, and so must the unloading of a library that it is part of. */
static void lock_settle(const struct jam_lock_record *lock)
{
    if (lock->kind == JAM_LOCK_THREAD)
        return; /* a pthread_t: the join ends it */
    jam_places_add(lock->address, jam_allocator.reach);
    jam_module_note(lock->address);
    /* Pairs with the acquire load in jam_local_check: the place is marked. */
    __atomic_fetch_add(&jam_lock_births, 1, __ATOMIC_RELEASE);
}

/* Begin a generation in a free record of the class, or in a new record. */
static struct jam_lock_record *lock_begin(const struct jam_thread *self, struct jam_lock_key key,
                                          uint32_t stack, bool is_init)
{
    struct jam_lock_record *lock = lock_pop_free(lock_class(key, stack));
    if (!lock)
        lock = lock_append();
    if (!lock)
        return NULL;
    if (lock->kind == 0) {
        lock->kind = key.kind;
        lock->first_stack = is_init ? 0 : stack;
        lock->created_stack = is_init ? stack : 0;
    }
    lock->flags = key.flags | JAM_LOCK_ALIVE | (is_init ? JAM_LOCK_INITIALIZED : 0);
    lock->waiters = 0;
    lock->value = key.value;
    lock->unit_thread = 0;
    lock->name_string = jam_name_take(key.address);
    lock->born_ticks = jam_ticks();
    lock->first_thread = self->id;
    lock->shared_ticks = 0;
    lock->destroyed_ticks = 0;
    lock->destroyed_stack = lock->destroyed_thread = 0;
    __atomic_store_n(&lock->address, key.address, __ATOMIC_RELAXED);
    /* Release: who sees the new generation sees its address. */
    __atomic_store_n(&lock->generation, (lock->generation & ~JAM_GENERATION_ENDED) + 1,
                     __ATOMIC_RELEASE);
    if (key.kind == JAM_LOCK_SEM)
        lock_begin_semaphore(lock);
    if (jam_shared_map_is_full(&locks.by_address))
        jam_shared_map_purge(&locks.by_address, lock_entry_is_live);
    jam_shared_map_put(&locks.by_address, key.address, (uint64_t)lock);
    lock_settle(lock);
    return lock;
}

uint32_t jam_lock_handovers;

/* Whoever holds it does so no more: a semaphore may be destroyed while its only unit is taken. */
static void lock_drop_holds(struct jam_thread *self, const struct jam_lock_record *lock)
{
    if (lock->first_thread == self->id && !lock->shared_ticks)
        self->handovers_seen--; /* it looks through its list once more */
    else
        __atomic_fetch_add(&jam_lock_handovers, 1, __ATOMIC_RELEASE);
}

static void lock_finish(struct jam_thread *self, struct jam_lock_record *lock, uint32_t stack)
{
    struct jam_lock_key key = {.kind = lock->kind};
    lock->destroyed_stack = stack;
    lock->destroyed_thread = self->id;
    if (lock->kind == JAM_LOCK_SEM && !(lock->flags & JAM_LOCK_LOCKLIKE))
        lock->signalled_generation = lock->generation;
    lock->flags &= (uint16_t)~JAM_LOCK_ALIVE;
    jam_places_remove(lock->address);
    lock->destroyed_ticks = jam_ticks();
    __atomic_store_n(&lock->generation, lock->generation | JAM_GENERATION_ENDED, __ATOMIC_RELEASE);
    lock_drop_holds(self, lock);
    lock_push_free(lock,
                   lock_class(key, lock->created_stack ? lock->created_stack : lock->first_stack));
}

/* An object of another kind was at this address, and cannot be there any more. */
static void lock_finish_other(struct jam_thread *self, uint64_t address, uint32_t stack)
{
    struct jam_lock_record *other = jam_lock_find_latest(address);
    if (other && jam_lock_is_alive(other))
        lock_finish(self, other, stack);
}

/* --- operations --- */

static void lock_note_event(struct jam_thread *self, uint32_t kind,
                            const struct jam_lock_record *lock)
{
    if (JAM_UNLIKELY(jam_ring_takes_all))
        jam_ring_put(self, kind, 0, lock->id, lock->generation & ~JAM_GENERATION_ENDED,
                     jam_ticks());
}

/* Two threads may be second at once: either time will do. */
static void lock_note_user(const struct jam_thread *self, struct jam_lock_record *lock)
{
    if (lock->first_thread != self->id && !lock->shared_ticks)
        lock->shared_ticks = jam_ticks();
}

struct jam_lock_record *jam_lock_get(struct jam_thread *self, struct jam_lock_key key,
                                     uint32_t stack)
{
    struct jam_lock_record *lock = jam_lock_find(key);
    if (lock) {
        lock_note_user(self, lock);
        return lock;
    }
    if (!jam_growth_lock()) {
        jam_session_lose(JAM_LOSS_GROWTH_BUSY, 1);
        return NULL;
    }
    lock = jam_lock_find(key);
    bool is_new = !lock;
    if (is_new) {
        lock_finish_other(self, key.address, stack);
        lock = lock_begin(self, key, stack, false);
    }
    jam_growth_unlock();
    if (is_new && lock)
        lock_note_event(self, JAM_EVENT_LOCK_BORN, lock);
    else if (lock)
        lock_note_user(self, lock);
    return lock;
}

struct jam_lock_record *jam_lock_create(struct jam_thread *self, struct jam_lock_key key,
                                        uint32_t stack)
{
    if (!jam_growth_lock()) {
        jam_session_lose(JAM_LOSS_GROWTH_BUSY, 1);
        return NULL;
    }
    struct jam_lock_record *lock = jam_lock_find(key);
    if (lock)
        lock_finish(self, lock, stack); /* initialised again without a destroy */
    lock_finish_other(self, key.address, stack);
    lock = lock_begin(self, key, stack, true);
    jam_growth_unlock();
    if (lock)
        lock_note_event(self, JAM_EVENT_LOCK_BORN, lock);
    return lock;
}

void jam_lock_end(struct jam_thread *self, struct jam_lock_record *lock, uint32_t stack)
{
    if (!jam_growth_lock()) {
        jam_session_lose(JAM_LOSS_GROWTH_BUSY, 1);
        return;
    }
    bool was_alive = jam_lock_is_alive(lock);
    if (was_alive)
        lock_finish(self, lock, stack);
    jam_growth_unlock();
    if (was_alive)
        lock_note_event(self, JAM_EVENT_LOCK_DEAD, lock);
}

void jam_lock_name(uint64_t address, const char *name)
{
    uint32_t number = jam_name_number(name);
    if (!number || !jam_growth_lock())
        return;
    struct jam_lock_record *lock = jam_lock_at(address);
    if (lock) {
        lock->name_string = number;
    } else {
        jam_name_keep(address, number);
        jam_places_add(address, jam_allocator.reach); /* if the memory goes, so does the name */
    }
    jam_growth_unlock();
}

void jam_lock_hand_over(uint64_t address)
{
    struct jam_lock_record *lock = jam_lock_at(address);
    if (!lock)
        return;
    __atomic_store_n(&lock->handed_over_ticks, jam_ticks(), __ATOMIC_RELAXED);
    /* Pairs with the acquire load in held_drop_handed_over. */
    __atomic_fetch_add(&jam_lock_handovers, 1, __ATOMIC_RELEASE);
}

/* --- semaphores --- */

static bool semaphore_is_open(const struct jam_lock_record *lock)
{
    return lock->id && !(lock->flags & JAM_LOCK_LOCKLIKE) &&
           lock->signalled_generation != lock->generation;
}

static bool semaphore_was_posted(const struct jam_lock_record *lock)
{
    return __atomic_load_n(&lock->signal_ticks, __ATOMIC_ACQUIRE) >= lock->born_ticks;
}

static void semaphore_is_signal(struct jam_lock_record *lock)
{
    lock->signalled_generation = lock->generation;
}

/* It was taken for a lock. Those who have it in their lists drop it when they look again. */
static void semaphore_give_up(struct jam_lock_record *lock)
{
    jam_lock_is_event(lock);
    jam_lock_hand_over(lock->address);
}

void jam_lock_is_event(struct jam_lock_record *lock)
{
    semaphore_is_signal(lock);
    __atomic_fetch_and(&lock->flags, (uint16_t)~JAM_LOCK_LOCKLIKE, __ATOMIC_RELAXED);
}

void jam_lock_note_wait(const struct jam_thread *self, struct jam_lock_record *lock)
{
    if (!semaphore_is_open(lock))
        return;
    if (!semaphore_was_posted(lock))
        semaphore_is_signal(lock);
    else if (!lock->unit_thread)
        lock->unit_thread = self->id;
}

/* The second post decides: was it the thread that has the unit of the first? */
static void semaphore_decide(const struct jam_thread *self, struct jam_lock_record *lock)
{
    if (lock->unit_thread == self->id)
        __atomic_fetch_or(&lock->flags, JAM_LOCK_LOCKLIKE, __ATOMIC_RELAXED);
    else
        semaphore_is_signal(lock);
}

void jam_lock_note_post(const struct jam_thread *self, struct jam_lock_record *lock)
{
    if (semaphore_is_open(lock)) {
        if (semaphore_was_posted(lock))
            semaphore_decide(self, lock);
        return;
    }
    if (lock->flags & JAM_LOCK_LOCKLIKE)
        semaphore_give_up(lock);
}

void jam_lock_note_second_wait(const struct jam_thread *self, struct jam_lock_record *lock)
{
    lock->unit_thread = self->id;
    semaphore_give_up(lock);
}

/* --- holders --- */

struct jam_holders *jam_lock_holders(struct jam_lock_record *lock)
{
    uint32_t ref = __atomic_load_n(&lock->holders_ref, __ATOMIC_ACQUIRE);
    if (ref)
        return jam_session_at_ref(ref);
    if (!jam_growth_lock()) {
        jam_session_lose(JAM_LOSS_GROWTH_BUSY, 1);
        return NULL;
    }
    struct jam_holders *holders = NULL;
    uint64_t offset;
    if (lock->holders_ref)
        holders = jam_session_at_ref(lock->holders_ref);
    else if ((holders = jam_area_take(&locks.holders, sizeof *holders, &offset))) {
        holders->lock = lock->id;
        jam_area_publish(&locks.holders, sizeof *holders);
        __atomic_store_n(&lock->holders_ref, (uint32_t)(offset / JAM_REF_UNIT), __ATOMIC_RELEASE);
    }
    jam_growth_unlock();
    return holders;
}
