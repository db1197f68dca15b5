/*
 * Locks of Python programs, seen from the methods of threading.Lock and RLock.
 *
 * Up to Python 3.13.0 such a lock is a semaphore of libc, whose hooks see all of it but one thing:
 * libc sees sem_trywait first whether Python waits or only tries. The wrapper notes what was asked
 * for, and the hooks inside read it.
 */
#ifndef JAM_PYTHON_LOCK_H
#define JAM_PYTHON_LOCK_H

#include "python_methods.h"

/* What the Python method that this thread is in was asked for. */
enum jam_python_acquire {
    JAM_PYTHON_NONE = 0,
    JAM_PYTHON_TRY = 1,
    JAM_PYTHON_TIMED = 2,
    JAM_PYTHON_BLOCKING = 3,
};
extern __thread uint8_t jam_python_acquire; /* enum jam_python_acquire */

/* Handlers for the methods that take a lock that is a semaphore. */
jam_python_handler jam_python_semaphore_acquire, jam_python_semaphore_restore;

#endif
