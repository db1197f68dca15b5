/*
 * The global interpreter lock of CPython in a trace.
 *
 * The GIL is no lock of the C library: it is a flag behind a mutex and a condition, with a second
 * pair that forces a switch. The four are told by how far they lie apart, which is the same in
 * CPython 3.8 to 3.15 (struct _gil_runtime_state): a thread waits for the GIL in the condition,
 * and who signals it has just released the GIL.
 */
#ifndef JAM_TRACE_GIL_H
#define JAM_TRACE_GIL_H

#include <stdbool.h>

#include "trace_file.h"
#include "util/map.h"

enum jam_gil_part {
    JAM_GIL_COND, /* where threads wait for the GIL */
    JAM_GIL_MUTEX,
    JAM_GIL_SWITCH_COND, /* where the one that had to give it up waits for another to take it */
    JAM_GIL_SWITCH_MUTEX,
    JAM_GIL_PARTS
};

/* Whether Python code was seen in the process. */
bool jam_trace_has_python(struct jam_trace *trace);

/*
 * Stores the part that each lock id of a GIL is (jam_map key id, 0). A trace without Python code has
 * none. Returns 0, or -1 without memory.
 */
int jam_trace_find_gils(struct jam_trace *trace, struct jam_map *parts);

#endif
