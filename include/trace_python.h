/*
 * The part of the trace format that describes Python code. Included by trace_format.h, which
 * explains the terms.
 *
 * A stack with Python frames has its native frames first, all of them, and then its Python frames,
 * innermost first. Where they belong among the native ones the reader finds out: each native frame
 * of _PyEval_EvalFrameDefault runs the Python frames up to, and including, the next one that is
 * marked as an entry.
 */
#ifndef JAM_TRACE_PYTHON_H
#define JAM_TRACE_PYTHON_H

#include <stdint.h>

/* A frame of kind JAM_FRAME_PYTHON: */
#define JAM_PYTHON_POSITION_BITS 32           /* low bits: position in the bytecode, in bytes */
#define JAM_PYTHON_CODE_SHIFT    32           /* bits 32..54: id of the struct jam_python_code */
#define JAM_PYTHON_CODE_MASK     0x7fffffu    /* ... 0 = could not be recorded */
#define JAM_PYTHON_ENTRY         (1ull << 55) /* called by native code, not by a Python frame */

/* What the function of Python's library is for that a call site (struct jam_site) is in. */
enum jam_site_role {
    JAM_SITE_WAITS = 1, /* for an event that the lock guards: Event.wait, Queue.get, ... */
    JAM_SITE_ENDS = 2,  /* causes it: Event.set, Queue.put, ... */
};

/*
 * Records in a PYTHON extent, one for each code object: 24 bytes, then the name, the file name and
 * the line table, padded with zeros to a multiple of 8.
 *
 * The line table is the interpreter's own: co_lnotab up to 3.9, co_linetable of 3.10 (PEP 626) or
 * the location table of 3.11 and later (Objects/locations.md of CPython).
 */
struct jam_python_code {
    uint32_t record_bytes;
    uint32_t id;         /* from 1, in order of discovery */
    uint16_t minor;      /* Python 3.minor */
    uint16_t name_bytes; /* qualified where the interpreter has it (3.11); UTF-8, no NUL */
    uint32_t first_line;
    uint16_t file_bytes; /* co_filename; UTF-8, no NUL */
    uint16_t unused;
    uint32_t lines_bytes;
    char text[]; /* name, file name, line table */
};

_Static_assert(sizeof(struct jam_python_code) == 24, "python code");

#endif
