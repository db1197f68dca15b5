/*
 * What a thread of Python 3.13 and later waits for.
 *
 * THE IDEA. These versions wait in a "parking lot" (Include/internal/pycore_parking_lot.h): for one
 * wait a semaphore is made in the frame of the waiter, in a structure whose word before it is the
 * address that the wait is about. That semaphore is no object of the program. Where the address is
 * known, the wait is shown as what it is: part of an open acquire of a lock, or the join of a thread.
 * Any other one stays a semaphore of its own.
 */
#ifndef JAM_PYTHON_PARK_H
#define JAM_PYTHON_PARK_H

#include <semaphore.h>
#include "limit.h"
#include "python/python_methods.h"

/* The interpreter has a parking lot. Asked before any of the functions below. Atomic. */
extern bool jam_python_parks;

/* The interpreter of this image and version was found; version 0: it is gone. */
void jam_python_park_setup(const struct jam_image *image, unsigned version);

/* sem_init by `call` with value 0: true if it is for a wait that is shown as something else. */
bool jam_python_park_begin(const sem_t *sem, const struct jam_call *call);

/* Whether this is the semaphore of the calling thread that jam_python_park_begin took. */
bool jam_python_park_is(const sem_t *sem);

/* sem_wait and its kin on it: waits, and records what for. Returns what the real function does. */
int jam_python_park_wait(sem_t *sem, struct jam_limit limit, const struct jam_call *call,
                         int (*wait)(sem_t *, struct jam_limit));

/* sem_destroy on it. */
void jam_python_park_end(void);

/* sem_post by `call`: true if it wakes such a wait of another thread. */
bool jam_python_park_wakes(const sem_t *sem, const struct jam_call *call);

#endif
