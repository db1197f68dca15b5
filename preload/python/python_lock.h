/*
 * Locks of Python programs, seen from the methods of threading.Lock and RLock.
 *
 * Up to Python 3.13.0 such a lock is a semaphore of libc, whose hooks see all of it but one thing:
 * libc sees sem_trywait first whether Python waits or only tries. The wrapper notes what was asked
 * for, and the hooks inside read it (python_lock.c).
 *
 * From 3.13.1 on a Lock, and from 3.14 on an RLock too, is a byte in its object, and libc is called
 * only to wait. There the wrappers are the hooks (python_mutex.c). They record the same as before,
 * a semaphore of one unit, so that a reader need not know which kind it was; its address is that
 * of the byte.
 */
#ifndef JAM_PYTHON_LOCK_H
#define JAM_PYTHON_LOCK_H

#include "emit.h"
#include "python/python_methods.h"

/* Which method this thread is in, and what that was asked for. */
enum jam_python_acquire {
    JAM_PYTHON_NONE = 0, /* no wrapped method */
    JAM_PYTHON_TRY = 1,
    JAM_PYTHON_TIMED = 2,
    JAM_PYTHON_BLOCKING = 3,
    JAM_PYTHON_OTHER = 4, /* one that acquires nothing */
};
extern __thread uint8_t jam_python_acquire; /* enum jam_python_acquire */

/* A semaphore was asked for inside a method: note what lock of Python it is. */
void jam_python_note_semaphore(struct jam_lock_record *lock);

/* Handlers for the methods that take a lock that is a semaphore. */
jam_python_handler jam_python_semaphore_acquire, jam_python_semaphore_restore;

/* Handlers for locks that are a byte. _restore and _release_save treat all levels of an RLock. */
jam_python_handler jam_python_mutex_acquire, jam_python_mutex_restore, jam_python_mutex_release,
    jam_python_mutex_release_save, jam_python_mutex_create, jam_python_mutex_reinit,
    jam_python_mutex_destroy;

/*
 * The open acquire of this thread whose lock is this byte, or NULL: the request that a wait for the
 * byte belongs to. `sp` is the stack pointer of who asks.
 */
struct jam_request *jam_python_mutex_request(uint64_t address, uint64_t sp);

#endif
