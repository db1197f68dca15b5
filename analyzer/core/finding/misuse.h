/*
 * Misuse of locks: what the preload noted becomes findings.
 *
 * SEVERITY is that of POSIX.1-2017. What it leaves undefined is an error, whatever libc made of it
 * this time. What it defines to fail is a warning: the program was told, and may have expected it
 * (an error-checking mutex that is locked twice answers EDEADLK). What is allowed, and hurts, is
 * what its kind usually is (finding.c).
 */
#ifndef JAM_CORE_MISUSE_H
#define JAM_CORE_MISUSE_H

#include "core/finding/finding.h"
#include "trace_format.h"

/*
 * Appends the finding; kinds from newer writers are passed over. `lock` is the record of the
 * object, NULL if it has none. 0, or -1 without memory.
 */
int jam_misuse_tell(const struct jam_misuse *misuse, const struct jam_lock_record *lock,
                    struct jam_findings *findings);

#endif
