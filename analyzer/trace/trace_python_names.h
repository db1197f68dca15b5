/*
 * Python frames of a trace: from the word in a stack to function, file and line.
 */
#ifndef JAM_TRACE_PYTHON_NAMES_H
#define JAM_TRACE_PYTHON_NAMES_H

#include "symbols/symbolize.h"
#include "trace/trace_file.h"

struct jam_python_names;

/* NULL without memory. The trace must outlive the result. */
struct jam_python_names *jam_python_names_new(struct jam_trace *trace);
void jam_python_names_free(struct jam_python_names *names);

/*
 * The frame of a word of kind JAM_FRAME_PYTHON. Its strings belong to `names`. A code object that
 * the trace does not have leaves function and file NULL.
 */
struct jam_symbol_frame jam_python_names_frame(const struct jam_python_names *names, uint64_t word);

/* In which column of its line the expression begins that the frame is at: bytes from 1, 0 = unknown. */
unsigned jam_python_names_column(const struct jam_python_names *names, uint64_t word);

/* Whether native code called this frame: see trace_python.h of the trace format. */
bool jam_python_word_is_entry(uint64_t word);

#endif
