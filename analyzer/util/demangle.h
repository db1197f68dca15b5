/*
 * Symbol names as people wrote them: C++ (Itanium ABI), Rust (legacy and v0), and C.
 *
 * What compilers add to a name for their own purposes goes: the hash of Rust's legacy mangling, the
 * suffix of a clone or of a static variable in a function (`take.constprop.0`, `lock.1`), the
 * version of a dynamic symbol (`pthread_create@@GLIBC_2.34`).
 */
#ifndef JAM_DEMANGLE_H
#define JAM_DEMANGLE_H

#include <stddef.h>

/* No human-readable name is longer; the rest is cut. */
#define JAM_DEMANGLE_BYTES 4096

/*
 * Writes the readable form of `symbol` into `name`: at most `size` bytes, NUL included, cut if
 * longer; size must be at least 1. A symbol that is not mangled, or that nobody can demangle, is
 * copied without the suffix described above. Returns the length of the text.
 *
 * C++ functions have their parameter types (`Pool::take(int)`), Rust functions have none.
 */
size_t jam_demangle(const char *symbol, char *name, size_t size);

#endif
