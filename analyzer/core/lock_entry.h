/*
 * Which functions of the C library lock or wait, by name, and what they lock.
 *
 * Whether such a function is seen is not written down here: the preload's own exports say so, and
 * they cannot be out of date.
 */
#ifndef JAM_CORE_LOCK_ENTRY_H
#define JAM_CORE_LOCK_ENTRY_H

/* In the order in which they are listed. */
enum jam_lock_family {
    JAM_FAMILY_MUTEX,
    JAM_FAMILY_RWLOCK,
    JAM_FAMILY_COND,
    JAM_FAMILY_SEM,
    JAM_FAMILY_SPIN,
    JAM_FAMILY_BARRIER,
    JAM_FAMILY_ONCE,
    JAM_FAMILY_STREAM,
    JAM_FAMILY_JOIN,
    JAM_FAMILY_PROCESS, /* locks between processes */
    JAM_FAMILIES,
    JAM_FAMILY_NONE = JAM_FAMILIES
};

/* What a function locks or waits for; JAM_FAMILY_NONE if it does neither, or is not known. */
enum jam_lock_family jam_lock_entry_family(const char *function);

/* "mutexes", "reader-writer locks", ...: several of them. */
const char *jam_lock_family_name(enum jam_lock_family family);

#endif
