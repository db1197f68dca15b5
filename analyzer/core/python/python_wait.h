/*
 * What a thread of a Python program waits for, in Python's words.
 *
 * Every wait of the standard library ends in a wait for some lock; what it means is told by the
 * library's function that the program has called: Event.wait, Queue.get. The same goes for who can
 * end it: who calls Event.set, Queue.put.
 */
#ifndef JAM_CORE_PYTHON_WAIT_H
#define JAM_CORE_PYTHON_WAIT_H

#include <stdbool.h>

#define JAM_PYTHON_ENDERS 4

struct jam_python_wait {
    const char *method; /* "Event.wait" */
    const char *before; /* what stands around the name of the object: "for", ... */
    const char *after;  /* ... "to be set"; "" for nothing */
    const char *enders[JAM_PYTHON_ENDERS]; /* "Event.set": who can end it; NULL ends the list */
};

/* The row of a function; NULL for all others, also for NULL. */
const struct jam_python_wait *jam_python_wait_find(const char *method);

/* Whether a function ends such waits. */
bool jam_python_wait_is_ended_by(const struct jam_python_wait *wait, const char *method);

#endif
