/*
 * What a thread is called: by its runtime (Python) if that has a name for it, else by the kernel.
 */
#ifndef JAM_CORE_THREAD_NAME_H
#define JAM_CORE_THREAD_NAME_H

#include <stddef.h>

#include "trace_format.h"

/* Raw bytes, not ended by a NUL if they fill the room; *size is the room. */
static inline const char *jam_thread_name(const struct jam_thread_record *thread, size_t *size)
{
    *size = *thread->title ? sizeof thread->title : sizeof thread->name;
    return *thread->title ? thread->title : thread->name;
}

#endif
