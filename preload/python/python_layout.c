/* The table of CPython's structures. A new version is a new row, checked by tests/python. */
#include "python/python_layout.h"

#include <stddef.h>
#include <string.h>

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

/*
 * From 3.13 on an interpreter describes itself for debuggers, in 64-bit numbers at _PyRuntime (struct
 * _Py_DebugOffsets). Where the descriptions of three structures begin; members of interest follow.
 */
static const struct described {
    uint8_t minor;
    uint16_t thread, frame, code;
} described[] = {{13, 184, 232, 280}, {14, 208, 256, 320}, {15, 208, 320, 384}};

static bool described_as(const struct jam_python_layout *layout, const struct described *at,
                         const uint8_t *runtime)
{
    const uint64_t *frame = (const uint64_t *)(runtime + at->frame);
    const uint64_t *code = (const uint64_t *)(runtime + at->code);
    return *(const uint64_t *)(runtime + at->thread) == layout->thread_frame &&
           frame[0] == layout->frame_previous && frame[1] == layout->frame_code &&
           frame[2] == layout->frame_position && frame[4] == layout->frame_owner &&
           code[0] == layout->code_file && code[2] == layout->code_name &&
           code[3] == layout->code_lines && code[4] == layout->code_first_line &&
           code[8] == layout->code_bytecode;
}

bool jam_python_layout_fits(const struct jam_python_layout *layout, const void *runtime)
{
    static const char cookie[] = "xdebugpy";
    for (size_t i = 0; i < sizeof described / sizeof *described; i++)
        if (described[i].minor == layout->minor)
            return runtime && !memcmp(runtime, cookie, sizeof cookie - 1) &&
                   described_as(layout, &described[i], runtime);
    return true;
}

const struct jam_python_layout *jam_python_layout_find(unsigned minor)
{
    for (size_t i = 0; i < sizeof layouts / sizeof *layouts; i++)
        if (layouts[i].minor == minor)
            return &layouts[i];
    return NULL;
}
