/*
 * Wrappers around functions that CPython calls through tables: methods of its locks and threads.
 *
 * THE IDEA. What a Python program asks for is in the arguments of the method that it calls, and from
 * Python 3.13.1 on an uncontended lock reaches libc no more. So the method tables of the interpreter
 * (struct PyMethodDef, C API reference, "Common Object Structures") and the slots that its types are
 * made from (PyType_Slot) get a wrapper of ours in place of the function. Functions are called
 * through the tables each time, so a wrapper works from then on, for objects that exist already too.
 *
 * A row of the list in python_methods.c names a table, a method, the versions and a handler; the
 * handler is called in the function's place and has to call jam_python_forward once. The GIL is held
 * then; the guard is as the caller left it. A handler must be prepared for the original to do
 * anything: to run Python code (signal handlers, finalisers), to fork, and never to return
 * (pthread_exit while the interpreter shuts down), so nothing may depend on what comes after it.
 */
#ifndef JAM_PYTHON_METHODS_H
#define JAM_PYTHON_METHODS_H

#include "arch.h"
#include "image.h"

/* All that any calling form of CPython passes in registers: self and five words. */
typedef void *(*jam_python_function)(void *, void *, void *, void *, void *, void *);

struct jam_python_method;
typedef void *jam_python_handler(const struct jam_python_method *method, void *self,
                                 void *const rest[5], const struct jam_call *caller);

struct jam_python_method {
    jam_python_function original;
    jam_python_handler *handler;
    uint32_t flags;      /* METH_*: how arguments are passed; 0 for slots */
    uint16_t lock_flags; /* what its objects are: of enum jam_lock_flags */
};

enum jam_python_calling {
    JAM_METH_VARARGS = 1,  /* a tuple */
    JAM_METH_KEYWORDS = 2, /* and a dictionary or NULL; with FASTCALL a tuple of names or NULL */
    JAM_METH_NOARGS = 4,
    JAM_METH_O = 8,
    JAM_METH_FASTCALL = 0x80, /* an array and its length */
};

/* Call the original with all that it was given. */
static inline void *jam_python_forward(const struct jam_python_method *method, void *self,
                                       void *const rest[5])
{
    return method->original(self, rest[0], rest[1], rest[2], rest[3], rest[4]);
}

/*
 * Put the wrappers in place, in an interpreter of this version: minor << 8 | micro. What is not
 * found stays as it is.
 */
void jam_python_methods_wrap(const struct jam_image *image, unsigned version);

#endif
