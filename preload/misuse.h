/*
 * What the target did with its locks that it should not have: struct jam_misuse in the file.
 *
 * One table for the process. Equal facts (kind, lock, generation, stack, other stack) are one
 * record that counts; there are at most 16,384 records, further ones are counted as lost. Noting
 * one may take the growth lock, so only paths come here that are about to wait, or rare.
 */
#ifndef JAM_MISUSE_H
#define JAM_MISUSE_H

#include "lock.h"
#include "thread.h"
#include "trace_format.h"

struct jam_misuse_fact {
    uint16_t kind;                      /* enum jam_misuse_kind */
    uint16_t other_kind;                /* enum jam_lock_kind, TYPE_CONFUSION alone */
    int32_t result;                     /* what libc answered; -1 = no call answered */
    const struct jam_lock_record *lock; /* NULL: the object has no record */
    uint64_t address;                   /* of the object; 0: that of the lock */
    uint32_t stack;
    uint32_t thread; /* 0: the caller */
    uint32_t other_stack;
    uint32_t other_thread;
    uint32_t other_lock;    /* id */
    uint64_t blocked_ticks; /* BLOCK_HOLDING alone, as `call` */
    uint32_t call;
};
void jam_misuse_note(struct jam_thread *self, const struct jam_misuse_fact *fact);

/*
 * Memory with this lock in it is given back at `stack`. To be called while the lock's generation is
 * alive: if somebody holds it, that is JAM_MISUSE_FREE_LOCKED. Reads held lists, not the lock.
 */
void jam_misuse_note_freed(struct jam_thread *self, const struct jam_lock_record *lock,
                           uint32_t stack);

#endif
