/*
 * A trace as text: one line per record, for people with grep and for scripts.
 *
 * A line is a word and then key=value pairs, separated by single spaces:
 *
 *     lock id=1 address=0x5581c040 generation=1 kind=mutex ... created_stack=0 first_stack=1028
 *     event ns=10233 lane=2 thread=2 kind=wait-begin lock=1 stack=1028 flags=1
 *
 * Values hold no spaces; texts stand in double quotes, with \" and \\ inside. Times are
 * nanoseconds since the start of the session, durations nanoseconds. Words and keys are never
 * renamed; new keys are added at the end of a line, new words may come.
 */
#ifndef JAM_RENDER_DUMP_H
#define JAM_RENDER_DUMP_H

#include <stdio.h>

#include "render/render_frames.h"
#include "trace/trace_facts.h"

struct jam_dump {
    struct jam_trace *trace;
    const struct jam_facts *facts;
    struct jam_frames *frames; /* NULL: no symbols */
    FILE *out;
};

/* Writes everything; errors of the stream are the caller's to check. JAM_ERROR_SYSTEM or 0. */
int jam_dump_trace(const struct jam_dump *dump, struct jam_error *error);

/* The events alone, merged by time. */
int jam_dump_events(const struct jam_dump *dump, struct jam_error *error);

#endif
