/*
 * Positions in Python bytecode to source lines, from the interpreter's own line tables.
 *
 * Formats: co_lnotab (Objects/lnotab_notes.txt of CPython 3.9), the line table of 3.10 (PEP 626)
 * and the location table of 3.11 and later (Objects/locations.md).
 */
#ifndef JAM_CORE_PYTHON_LINES_H
#define JAM_CORE_PYTHON_LINES_H

#include <stddef.h>
#include <stdint.h>

struct jam_python_lines {
    unsigned minor; /* Python 3.minor */
    unsigned first_line;
    const unsigned char *table; /* may be damaged: what makes no sense ends it */
    size_t bytes;
};

/*
 * The line of the instruction at `position` bytes; a position before the first instruction (a frame
 * that has not begun) is the first line. 0: the instruction has no line, or the table ends before.
 */
unsigned jam_python_line(const struct jam_python_lines *lines, uint32_t position);

/* The column in that line where its expression begins, in bytes from 1; 0: unknown (before 3.11). */
unsigned jam_python_column(const struct jam_python_lines *lines, uint32_t position);

#endif
