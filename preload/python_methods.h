/*
 * How a Python program asks for its locks: wrappers around the methods of threading.Lock and RLock.
 *
 * libc sees sem_trywait first whether Python waits or only tries. The difference is in the method's
 * arguments, so the method tables of the interpreter (struct PyMethodDef, C API reference, "Common
 * Object Structures") get our wrapper in place of the function; it notes the arguments for the
 * semaphore calls inside, and calls the original with all that it was given.
 */
#ifndef JAM_PYTHON_METHODS_H
#define JAM_PYTHON_METHODS_H

#include "image.h"

/* What the Python method that this thread is in was asked for. */
enum jam_python_acquire {
    JAM_PYTHON_NONE = 0,
    JAM_PYTHON_TRY = 1,
    JAM_PYTHON_TIMED = 2,
    JAM_PYTHON_BLOCKING = 3,
};
extern __thread uint8_t jam_python_acquire; /* enum jam_python_acquire */

/*
 * Put the wrappers in place, in an interpreter whose minor version is `minor`. What is not found
 * stays as it is: then a lock that was got at once counts as tried.
 */
void jam_python_methods_wrap(const struct jam_image *image, unsigned minor);

#endif
