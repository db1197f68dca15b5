/*
 * Where CPython keeps what, by minor version: bytes from the start of each structure, for builds
 * with a GIL on x86-64.
 *
 * Taken from the headers of each version (Include/cpython/pystate.h, frameobject.h, code.h,
 * unicodeobject.h, Include/internal/pycore_frame.h). They do not change within a minor version.
 */
#ifndef JAM_PYTHON_LAYOUT_H
#define JAM_PYTHON_LAYOUT_H

#include <stdbool.h>
#include <stdint.h>

/* How a frame tells how far it is. */
enum jam_python_position {
    JAM_POSITION_BYTES,   /* int: byte offset */
    JAM_POSITION_UNITS,   /* int: offset in units of two bytes */
    JAM_POSITION_POINTER, /* address of an instruction */
};

/* How a frame tells that native code called it. */
enum jam_python_entry {
    JAM_ENTRY_EACH, /* every frame is */
    JAM_ENTRY_FLAG, /* a byte is not 0 */
    JAM_ENTRY_SHIM, /* the next one is a frame of the C stack, to be skipped: owner >= 3 */
};

struct jam_python_layout {
    uint8_t minor;               /* Python 3.minor */
    uint8_t position;            /* enum jam_python_position */
    uint8_t entry;               /* enum jam_python_entry */
    uint8_t thread_frame;        /* thread state: current frame ... */
    int8_t thread_frame_through; /* ... or, if >= 0, a structure that has it at this offset */
    uint8_t frame_previous;
    uint8_t frame_code;
    uint8_t frame_position;
    uint8_t frame_owner; /* or the flag byte */
    uint8_t code_bytecode;
    uint8_t code_file;
    uint8_t code_name; /* qualified from 3.11 on */
    uint8_t code_first_line;
    uint8_t code_lines;
    uint8_t string_ascii; /* data of a compact ASCII string */
    uint8_t string_wide;  /* data of any other compact string */
};

/* The row of a version; NULL if it is not known. */
const struct jam_python_layout *jam_python_layout_find(unsigned minor);

/*
 * Whether an interpreter whose _PyRuntime this is (NULL: it has none) says the same of itself. True
 * for versions that say nothing.
 */
bool jam_python_layout_fits(const struct jam_python_layout *layout, const void *runtime);

/* The row of the interpreter in this process; only while jam_python_is_here. */
const struct jam_python_layout *jam_python_layout_here(void);

/* Common to all of them. */
enum {
    JAM_OBJECT_TYPE = 8,
    JAM_STRING_LENGTH = 16,
    JAM_STRING_STATE = 32, /* 32 bits */
    JAM_STRING_COMPACT = 0x20,
    JAM_STRING_ASCII = 0x40,
    JAM_STRING_KIND_SHIFT = 2, /* 3 bits: bytes of a character */
    JAM_BYTES_LENGTH = 16,
    JAM_BYTES_DATA = 32,
};

#endif
