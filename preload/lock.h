/*
 * Which lock an address means right now.
 *
 * A lock is (address, generation): addresses are reused. A record in the file stands for one live
 * lock; when the lock dies, the record waits on a free list of its class (the call stack that
 * created it) and is given, one generation later, to the next lock that the same call creates. So
 * records are as many as locks live at once, and totals of short-lived locks add up where a reader
 * wants them: at the place that makes them.
 */
#ifndef JAM_LOCK_H
#define JAM_LOCK_H

#include <stdbool.h>
#include <stdint.h>
#include "thread.h"
#include "trace_format.h"

/* What an operation knows of its object, before the table is asked. */
struct jam_lock_key {
    uint64_t address;
    uint16_t kind;  /* enum jam_lock_kind */
    uint16_t flags; /* enum jam_lock_flags, type bits only */
    uint32_t value; /* sem: now, before the operation; barrier: parties */
};

/* A flag of a key alone: libc says that the object was destroyed. It gets no record. */
#define JAM_KEY_IS_DEAD 0x8000

/* The latest record of this address, of any kind, alive or over; NULL: none is known any more. */
struct jam_lock_record *jam_lock_find_latest(uint64_t address);

/* The live record of this object, or NULL if there is none yet. Takes no lock. */
struct jam_lock_record *jam_lock_find(struct jam_lock_key key);

/* The live record of whatever object is at this address, or NULL. Takes no lock. */
struct jam_lock_record *jam_lock_at(uint64_t address);

/*
 * The same as find, and begin one if there is none: first used at `stack`. NULL: no space, counted.
 * If it was another thread's alone so far, it is shared from now on.
 */
struct jam_lock_record *jam_lock_get(struct jam_thread *self, struct jam_lock_key key,
                                     uint32_t stack);

/* The object was initialised at `stack`: a new generation begins. NULL: no space, counted. */
struct jam_lock_record *jam_lock_create(struct jam_thread *self, struct jam_lock_key key,
                                        uint32_t stack);

/* The object's generation ends at `stack` (0 = unknown): destroyed, or its memory is given back. */
void jam_lock_end(struct jam_thread *self, struct jam_lock_record *lock, uint32_t stack);

/* The target calls the lock at this address so; if none lives there yet, the next one. */
void jam_lock_name(uint64_t address, const char *name);

/*
 * The object was released by a thread that does not hold it: whoever locked it does not hold it any
 * more. The count lets that thread notice (jam_emit drops such entries from its held list), as it
 * does when the object is gone.
 */
void jam_lock_hand_over(uint64_t address);
extern uint32_t jam_lock_handovers; /* atomic */

/* Locks begun in this session that lie in no file's data: they may lie on a stack. Atomic. */
extern uint64_t jam_lock_births;

/* The holders of a lock, made at its first contention. NULL: no space. */
struct jam_holders *jam_lock_holders(struct jam_lock_record *lock);

/*
 * SEMAPHORES THAT ARE LOCKS (JAM_LOCK_LOCKLIKE) are held from wait to post. One that begins with the
 * value 1 is taken for a lock at once. One that begins with 0, has exactly one post before anybody
 * waits, and gets its second from the thread that waited first, is one from then on: a post and a
 * wait alone may as well be an event. The first post by a thread that does not hold it proves that
 * a semaphore is no lock, for the rest of the generation.
 */

/* A semaphore is about to be waited for. */
void jam_lock_note_wait(const struct jam_thread *self, struct jam_lock_record *lock);

/* A semaphore that has just begun is known to be no lock. */
void jam_lock_is_event(struct jam_lock_record *lock);

/* The thread that holds it is going to wait for it: it waits for a signal, so it is no lock. */
void jam_lock_note_second_wait(const struct jam_thread *self, struct jam_lock_record *lock);

/* A semaphore is about to be posted by a thread that does not hold it. */
void jam_lock_note_post(const struct jam_thread *self, struct jam_lock_record *lock);

static inline bool jam_lock_is_alive(const struct jam_lock_record *lock)
{
    return !(__atomic_load_n(&lock->generation, __ATOMIC_ACQUIRE) & JAM_GENERATION_ENDED);
}

#endif
