/*
 * The trace that a running process is writing.
 */
#ifndef JAM_TRACE_FIND_H
#define JAM_TRACE_FIND_H

#include <stdint.h>

#include "util/error.h"

/*
 * Looks through what the process has mapped for a trace of its own, whatever its name, and stores
 * the path, to be freed by the caller. 0; JAM_ERROR_SYSTEM: no such process, or we may not look;
 * JAM_ERROR_INPUT: it is not recorded, or its trace was deleted.
 */
int jam_trace_find(char **path, uint32_t pid, struct jam_error *error);

#endif
