/*
 * The lock-dependency relation of a lane, deduplicated: see struct jam_dependency.
 */
#ifndef JAM_DEPEND_H
#define JAM_DEPEND_H

#include "thread.h"
#include "trace_format.h"

/*
 * The thread asks for `lock` at `stack` while its held list is not empty. Writes nothing if the
 * same dependency was written before by the same thread in the same segment; then it is for the
 * caller to store last_ticks, as soon as it has read the clock anyway. NULL: no space, counted.
 */
struct jam_dependency_wanted {
    const struct jam_lock_record *lock;
    uint32_t stack;
    uint16_t mode;
    uint16_t flags;   /* enum jam_dependency_flags, without UNPUBLISHED */
    uint32_t partner; /* as in struct jam_dependency */
};
struct jam_dependency *jam_depend_note(struct jam_thread *self,
                                       struct jam_dependency_wanted wanted);

#endif
