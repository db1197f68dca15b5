/*
 * Call stacks of a trace as source-level frames.
 *
 * The only place where trace and symbolizer meet. Every stack is resolved once and kept: memory
 * grows with distinct stacks, not with operations. The frames belong to struct jam_frames.
 */
#ifndef JAM_RENDER_FRAMES_H
#define JAM_RENDER_FRAMES_H

#include <stdio.h>

#include "core/python/python_lock.h"
#include "symbols/symbolize.h"
#include "trace/trace_file.h"

struct jam_frames;

/* A resolved stack, innermost frame first; count is 0 for "no stack" (also a damaged one). */
struct jam_frame_list {
    const struct jam_symbol_frame *frames;
    size_t count;
    size_t site; /* index of the frame that a person would call the call site */
    bool is_cut; /* deeper frames were not recorded */
};

/* NULL without memory. The trace must outlive the result. */
struct jam_frames *jam_frames_new(struct jam_trace *trace);
void jam_frames_free(struct jam_frames *frames);

/* The frames of a stack_ref; an empty list without memory. */
struct jam_frame_list jam_frames_stack(struct jam_frames *frames, uint32_t stack_ref);

/*
 * Prints what is wrong with the trace and with its symbols, one line each. frames may be NULL. Ask
 * after the last name was looked up: binaries are opened on demand.
 */
void jam_frames_notes(const struct jam_trace *trace, const struct jam_frames *frames, FILE *out);

/*
 * What a lock of a Python program is, by its kind and the stack that created it; NULL if it is none.
 * Valid as long as the frames.
 */
const struct jam_python_lock *jam_frames_python_lock(struct jam_frames *frames, uint16_t kind,
                                                     uint32_t created_stack);

/* The function of Python's library that a program called at a stack, "Event.wait"; NULL if none. */
const char *jam_frames_python_method(struct jam_frames *frames, uint32_t stack_ref);

/* What the target itself called a lock or phase (raw bytes), by the number; NULL if nothing. */
const char *jam_frames_given_name(const struct jam_frames *frames, uint32_t number);

/* For names of variables. */
struct jam_symbolizer *jam_frames_symbolizer(struct jam_frames *frames);

#endif
