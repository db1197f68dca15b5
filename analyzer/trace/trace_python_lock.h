/*
 * The locks of a Python program in a trace: kind and name of each creating stack.
 *
 * Reads the program's source files, where they are at hand, for what the creating lines assign to.
 */
#ifndef JAM_TRACE_PYTHON_LOCK_H
#define JAM_TRACE_PYTHON_LOCK_H

#include "core/python/python_lock.h"
#include "trace/trace_python_names.h"

struct jam_python_locks;

/* NULL without memory. Trace and names must outlive the result. */
struct jam_python_locks *jam_python_locks_new(struct jam_trace *trace,
                                              const struct jam_python_names *names);
void jam_python_locks_free(struct jam_python_locks *locks);

/*
 * What was created at a stack_ref; valid until jam_python_locks_free. NULL if the stack has no
 * Python frame, or without memory.
 */
const struct jam_python_lock *jam_python_locks_find(struct jam_python_locks *locks,
                                                    uint32_t stack_ref);

/*
 * The function of the library that the program called at a stack_ref ("Event.wait"); valid as above.
 * NULL if it called none.
 */
const char *jam_python_locks_method(struct jam_python_locks *locks, uint32_t stack_ref);

#endif
