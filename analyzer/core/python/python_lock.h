/*
 * What a lock of a Python program is, told from the Python frames that created it.
 *
 * Up to CPython 3.13.0 everything that Python waits with is a semaphore of the C library: a Lock,
 * the lock inside an Event or a Queue, and the token that a thread waits for in Condition.wait. They
 * are told apart by where they are created: which function of the standard library, called from
 * which line of the program, and what that line assigns to.
 */
#ifndef JAM_CORE_PYTHON_LOCK_H
#define JAM_CORE_PYTHON_LOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define JAM_PYTHON_NAME_BYTES 256

/* A Python frame, innermost first in arrays. Texts may be NULL: unknown. */
struct jam_python_place {
    const char *function; /* "Pool.get"; "get" before Python 3.11 */
    const char *file;
    unsigned line;
};

/* What is known beyond the frames. */
enum jam_python_made {
    JAM_PYTHON_MADE_SOMETHING,
    JAM_PYTHON_MADE_LOCK,  /* its methods are those of a Lock ... */
    JAM_PYTHON_MADE_RLOCK, /* ... of an RLock */
    JAM_PYTHON_MADE_WAIT,  /* it was taken when it was made: for one wait (3.13 and later) */
};

struct jam_python_creation {
    const struct jam_python_place *places;
    size_t count;       /* at least 1 */
    const char *source; /* text of the line of places[site], NULL = not at hand */
    unsigned column;    /* in it, where the call begins: bytes from 1, 0 = unknown */
    const char *owner; /* class that has that line, where places[site].function lacks it, or NULL */
    enum jam_python_made made;
};

struct jam_python_lock {
    uint16_t kind; /* enum jam_lock_kind: python-lock, python-rlock, cond (somebody's wait for a
                      notify), sem (a lock of the interpreter) */
    bool is_lock; /* a Lock for certain: whoever takes it twice waits for itself. The token inside a
                     SimpleQueue, say, is taken twice by design */
    bool is_owned; /* a Lock or RLock, or one inside a Condition, a Queue, ...: unless it is used as
                       a signal, whoever took it releases it */
    bool is_import;                   /* of a module that is being imported */
    char name[JAM_PYTHON_NAME_BYTES]; /* "Pool.lock", "Event.wait in run app.py:41" */
    /* cond: the Condition as the waiting line calls it ("Pool.not_empty"), "" = unknown */
    char object[JAM_PYTHON_NAME_BYTES];
};

/* The first frame outside of threading, queue and the like: where the program created it. */
size_t jam_python_site(const struct jam_python_place *places, size_t count);

void jam_python_lock_describe(struct jam_python_lock *lock,
                              const struct jam_python_creation *creation);

#endif
