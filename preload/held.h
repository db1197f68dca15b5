/*
 * The held list of a thread: in the file, for whoever asks who holds a lock, and beside it what
 * only this process can use (struct jam_held_local).
 *
 * A list belongs to its thread. Others read it: an entry is complete before the count that shows
 * it, and what they find is checked against the lock, because the list changes under them.
 */
#ifndef JAM_HELD_H
#define JAM_HELD_H

#include <stdbool.h>
#include "lock.h"
#include "thread.h"
#include "trace_format.h"

/* An entry is void when its lock is over, or another thread has released it. */
static inline bool jam_held_is_void(const struct jam_held *held, const struct jam_lock_record *lock)
{
    return lock->generation != held->generation || lock->handed_over_ticks > held->acquired_ticks;
}

/* Index of the newest entry for the object, or held_count. Nearly always the last one. */
static inline uint32_t jam_held_find(const struct jam_thread *self, const void *object)
{
    for (uint32_t i = self->held_count; i-- > 0;)
        if (self->held[i].address == (uint64_t)object)
            return i;
    return self->held_count;
}

/* Close the gap that an entry below the newest leaves. */
void jam_held_close_gap(struct jam_thread *self, uint32_t index, uint32_t above);

static inline void jam_held_remove(struct jam_thread *self, uint32_t index)
{
    uint32_t above = --self->held_count - index;
    if (JAM_UNLIKELY(above > 0))
        jam_held_close_gap(self, index, above);
    /* Pairs with the acquire load of who looks for the holder. */
    __atomic_store_n(&self->lane->held_count, self->held_count, __ATOMIC_RELEASE);
}

/*
 * A thread of a Python program holds the GIL whenever it runs Python code: nothing that the program
 * chose to hold. Whether it holds anything else, and what it took last of that; NULL: nothing.
 */
static inline bool jam_held_any(const struct jam_thread *self)
{
    return self->held_count > self->gils_held;
}

const struct jam_held *jam_held_newest(const struct jam_thread *self);

/* The list has got a GIL, or lost one. */
void jam_held_count_gils(struct jam_thread *self);

/* Drop what other threads have released in our stead since we last looked. */
void jam_held_drop_stale(struct jam_thread *self);

static inline void jam_held_drop_handed_over(struct jam_thread *self)
{
    if (JAM_UNLIKELY(self->handovers_seen !=
                     __atomic_load_n(&jam_lock_handovers, __ATOMIC_ACQUIRE)))
        jam_held_drop_stale(self);
}

/* Who holds a lock, and since when. */
struct jam_holding {
    uint32_t thread;
    uint32_t stack; /* of its acquire */
    uint64_t acquired_ticks;
    uint16_t mode; /* enum jam_mode */
};

/*
 * Look in the lists of all lanes but `except` (may be NULL) for somebody who holds this generation
 * of the lock: of the first 1024 lanes, the first that is found. False: nobody that we know of.
 */
bool jam_held_search(const struct jam_lock_record *lock, const struct jam_thread *except,
                     struct jam_holding *holding);

#endif
