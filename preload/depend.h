/*
 * The lock-dependency relation of a lane, deduplicated: see struct jam_dependency.
 */
#ifndef JAM_DEPEND_H
#define JAM_DEPEND_H

#include <stdbool.h>
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

/*
 * Whether the thread holds anything that counts when it asks for a lock of this kind.
 *
 * THE GIL is held by whoever runs Python code, and given up by whoever waits in a Python lock or a
 * semaphore of the interpreter: no order of the two is concluded. What is held before a native lock
 * may be a GIL, and the other way round: that is how C code and the interpreter deadlock. The stack
 * at which the GIL was taken may be anywhere in the program and says nothing: in a dependency, the
 * stack of the wanted lock stands in its place.
 */
bool jam_depend_has_held(const struct jam_thread *self, uint16_t wanted_kind);

#endif
