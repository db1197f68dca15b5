/*
 * Call stacks as text.
 */
#ifndef JAM_RENDER_STACK_H
#define JAM_RENDER_STACK_H

#include <stdio.h>

#include "render/render_frames.h"

/*
 * A stack in one line of at most `columns`: the call site and the callers that matter, as in
 * "transfer bank.c:41 < worker bank.c:80". Inlined frames are marked "(inlined)".
 */
void jam_stack_print_line(struct jam_frames *frames, uint32_t stack_ref, size_t columns, FILE *out);

/* Every frame in a line of its own, indented by `indent` columns: name in full, file, line. */
void jam_stack_print_full(struct jam_frames *frames, uint32_t stack_ref, int indent, FILE *out);

#endif
