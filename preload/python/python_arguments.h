/*
 * What Python objects say that are passed to the wrapped methods. Nothing here allocates, takes a
 * reference or lets go of the GIL.
 */
#ifndef JAM_PYTHON_ARGUMENTS_H
#define JAM_PYTHON_ARGUMENTS_H

#include <stdbool.h>
#include "python/python_lock.h"

/* Look up what is needed in an interpreter of this version. False: something is missing. */
bool jam_python_arguments_setup(const struct jam_image *image, unsigned version);

/* acquire(blocking=True, timeout=-1), however it was called. */
enum jam_python_acquire jam_python_acquire_kind(const struct jam_python_method *method,
                                                void *const rest[5]);

/* Whether a result is Py_False. */
bool jam_python_is_false(const void *object);

/* The first argument that is passed without a name; NULL if there is none. */
void *jam_python_first_argument(const struct jam_python_method *method, void *const rest[5]);

#endif
