/*
 * The kinds of synchronisation objects: what they are called and where a report lists them.
 */
#ifndef JAM_CORE_LOCK_KIND_H
#define JAM_CORE_LOCK_KIND_H

#include <stdbool.h>
#include <stdint.h>

/* Locks are held and contended for; the others are waited at, so they stand in tables apart. */
enum jam_lock_section {
    JAM_SECTION_LOCKS,
    JAM_SECTION_CONDITIONS,
    JAM_SECTION_SEMAPHORES,
    JAM_SECTION_BARRIERS, /* barriers and once */
    JAM_SECTION_JOINS,
    JAM_SECTIONS
};

/*
 * "mutex", "rwlock", ...: the names of the JSON output. A kind that we do not know (a damaged or
 * newer trace) is a "custom" lock.
 */
const char *jam_lock_kind_name(uint16_t kind);

enum jam_lock_section jam_lock_kind_section(uint16_t kind);

#endif
