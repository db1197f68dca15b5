/* The table of CPython's structures. A new version is a new row, checked by tests/python. */
#include "python_layout.h"

#include <stddef.h>

static const struct jam_python_layout layouts[] = {
    {8, JAM_POSITION_BYTES, JAM_ENTRY_EACH, 24, -1, 24, 32, 104, 0, 0, 104, 112, 40, 120, 48, 72},
    {9, JAM_POSITION_BYTES, JAM_ENTRY_EACH, 24, -1, 24, 32, 104, 0, 0, 104, 112, 40, 120, 48, 72},
    {10, JAM_POSITION_UNITS, JAM_ENTRY_EACH, 24, -1, 24, 32, 96, 0, 0, 104, 112, 40, 120, 48, 72},
    {11, JAM_POSITION_POINTER, JAM_ENTRY_FLAG, 56, 8, 48, 32, 56, 68, 184, 112, 128, 72, 136, 48,
     72},
    {12, JAM_POSITION_POINTER, JAM_ENTRY_SHIM, 56, 0, 8, 0, 56, 70, 192, 112, 128, 68, 136, 40, 56},
    {13, JAM_POSITION_POINTER, JAM_ENTRY_SHIM, 72, -1, 8, 0, 56, 70, 200, 112, 128, 68, 136, 40,
     56},
    {14, JAM_POSITION_POINTER, JAM_ENTRY_SHIM, 72, -1, 8, 0, 56, 74, 208, 112, 128, 68, 136, 40,
     56},
    {15, JAM_POSITION_POINTER, JAM_ENTRY_SHIM, 72, -1, 8, 0, 56, 74, 208, 112, 128, 68, 136, 40,
     56},
};

const struct jam_python_layout *jam_python_layout_find(unsigned minor)
{
    for (size_t i = 0; i < sizeof layouts / sizeof *layouts; i++)
        if (layouts[i].minor == minor)
            return &layouts[i];
    return NULL;
}
