/*
 * The lock-dependency relation of a lane, deduplicated: see struct jam_dependency.
 */
#ifndef JAM_DEPEND_H
#define JAM_DEPEND_H

#include "thread.h"
#include "trace_format.h"

/*
 * The thread asks for `lock` at `stack` while its held list is not empty. Writes nothing if the
 * same dependency was written before by the same thread in the same segment.
 */
struct jam_dependency_wanted {
    const struct jam_lock_record *lock;
    uint32_t stack;
    uint16_t mode;
    uint16_t flags; /* enum jam_dependency_flags */
};
void jam_depend_note(struct jam_thread *self, struct jam_dependency_wanted wanted);

#endif
