/*
 * Function names for people: short, and without the plumbing.
 *
 * A demangled C++ name can be longer than a screen is wide, and the innermost frame of most lock
 * operations is not a call site that anybody wrote but a wrapper: std::mutex::lock,
 * std::lock_guard's constructor, rocksdb::port::Mutex::Lock. A report names the first frame
 * outside of these.
 */
#ifndef JAM_CORE_FUNCTION_NAME_H
#define JAM_CORE_FUNCTION_NAME_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Writes the name without return type, parameters and template arguments:
 * "void a::B<int>::c<char>(int) const" gives "a::B::c". Cut off at `size` bytes. Returns buffer.
 */
char *jam_function_shorten(const char *function, char *buffer, size_t size);

/*
 * Whether a frame is plumbing: a function of the C++ library, or one that by its name only locks,
 * waits or guards. Either argument may be NULL (unknown).
 */
bool jam_function_is_plumbing(const char *function, const char *file);

/*
 * The same for a function of a Python program: one in a file of the standard library that others
 * lock through (threading, queue, logging). `file` may be NULL.
 */
bool jam_function_is_python_plumbing(const char *file);

/*
 * How much a Python frame tells a person. The call site is the innermost frame of the program; of a
 * stack without one, the outermost frame of the best role that it has.
 */
enum jam_python_role {
    JAM_PYTHON_START,     /* what every thread starts with */
    JAM_PYTHON_THREADING, /* the rest of threading */
    JAM_PYTHON_LIBRARY,   /* other plumbing: the loop of a thread pool's worker, say */
    JAM_PYTHON_PROGRAM,   /* no plumbing */
};
enum jam_python_role jam_function_python_role(const char *function, const char *file);

/* Whether the function starts threads or programs: the outermost frames of every stack. */
bool jam_function_is_start(const char *function);

#endif
