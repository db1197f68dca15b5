/*
 * The names that the target gave its locks and phases (include/lockjam/lockjam.h).
 */
#ifndef JAM_TRACE_NAMES_H
#define JAM_TRACE_NAMES_H

#include "trace/trace_file.h"

struct jam_names;

/* Reads all of a trace. NULL without memory. */
struct jam_names *jam_names_new(struct jam_trace *trace);
void jam_names_free(struct jam_names *names);

/* The name of this number, raw bytes as a C string; NULL for 0 and for numbers that are not there. */
const char *jam_names_text(const struct jam_names *names, uint32_t number);

#endif
