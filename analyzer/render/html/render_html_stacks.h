/*
 * The stacks of an HTML report: asked for by reference, numbered in the order of the first asking,
 * written at last with their frames and texts.
 */
#ifndef JAM_RENDER_HTML_STACKS_H
#define JAM_RENDER_HTML_STACKS_H

#include "render/render_report.h"

struct jam_html_stacks {
    struct jam_report *report;
    struct {
        uint32_t process, stack;
    } * items;
    size_t count, capacity;
    struct jam_map numbers; /* (process, stack_ref) */
    bool is_out_of_memory;
};

void jam_html_stacks_fini(struct jam_html_stacks *stacks);

/* The number of a stack; -1 for none (0, or no memory, which is_out_of_memory keeps). */
int64_t jam_html_stack_number(struct jam_html_stacks *stacks, size_t process, uint32_t stack_ref);

/*
 * Writes the fields "texts", "frames" and "stacks" of an object, without a comma before or behind:
 *
 *      texts    strings
 *      frames   [function, file, line, module, offset, is inlined], texts by number, -1 = unknown
 *      stacks   [site, is cut, frame, ...], innermost first; site = index of the call site in it
 */
void jam_html_stacks_print(struct jam_html_stacks *stacks, FILE *out);

#endif
