/* Prints stacks in one line or in full. */
#include "render/render_stack.h"

#include <inttypes.h>
#include <string.h>

#include "core/function_name.h"
#include "render/render_name.h"
#include "render/render_table.h"
#include "util/human.h"

#define LINE_FRAMES 3 /* call site and two callers: more do not fit */
#define LINE_BYTES  (LINE_FRAMES * (JAM_NAME_TEXT_BYTES + 16))

static void append_frame(char *line, const struct jam_symbol_frame *frame)
{
    char name[JAM_NAME_TEXT_BYTES];
    size_t used = strlen(line);
    snprintf(line + used, LINE_BYTES - used, "%s%s%s", used ? " < " : "",
             jam_name_frame(frame, name), frame->is_inlined ? " (inlined)" : "");
}

void jam_stack_print_line(struct jam_frames *frames, uint32_t stack_ref, size_t columns, FILE *out)
{
    char line[LINE_BYTES] = "";
    char fitting[LINE_BYTES];
    struct jam_frame_list list = jam_frames_stack(frames, stack_ref);
    unsigned shown = 0;
    for (size_t i = list.site; i < list.count && shown < LINE_FRAMES; i++) {
        const struct jam_symbol_frame *frame = &list.frames[i];
        bool is_noise = !frame->function || frame->is_interpreter ||
                        jam_function_is_plumbing(frame->function, frame->file) ||
                        jam_function_is_start(frame->function);
        if (shown && is_noise)
            continue;
        append_frame(line, frame);
        shown++;
        if (shown == 1 && jam_human_columns(line) >= columns)
            break;
    }
    if (!shown)
        snprintf(line, sizeof line, "(unknown)");
    /* Callers that do not fit are left out; the call site itself is shortened. */
    char *last;
    while (jam_human_columns(line) > columns && (last = strrchr(line, '<')) && last > line &&
           last[-1] == ' ' && last[1] == ' ')
        last[-1] = '\0';
    fprintf(out, "%s\n", jam_table_fit(line, columns, fitting, sizeof fitting));
}

static void print_frame(const struct jam_symbol_frame *frame, int indent, FILE *out)
{
    char text[4096];
    fprintf(out, "%*s%s", indent, "",
            jam_human_clean(frame->function ? frame->function : "?", text, sizeof text));
    if (frame->file)
        fprintf(out, "  %s:%u", jam_human_clean(frame->file, text, sizeof text), frame->line);
    else if (frame->module)
        fprintf(out, "  %s+0x%" PRIx64, jam_human_clean(frame->module, text, sizeof text),
                frame->offset);
    else
        fprintf(out, "  0x%" PRIx64, frame->offset);
    fputs(frame->is_inlined ? "  (inlined)\n" : "\n", out);
}

void jam_stack_print_full(struct jam_frames *frames, uint32_t stack_ref, int indent, FILE *out)
{
    struct jam_frame_list list = jam_frames_stack(frames, stack_ref);
    size_t folded = 0;
    for (size_t i = 0; i < list.count; i++) {
        if (list.frames[i].is_interpreter)
            folded++;
        else
            print_frame(&list.frames[i], indent, out);
    }
    if (folded)
        fprintf(out, "%*s(and %zu of the interpreter)\n", indent, "", folded);
    if (!list.count)
        fprintf(out, "%*s(unknown)\n", indent, "");
    if (list.is_cut)
        fprintf(out, "%*s(deeper frames were not recorded)\n", indent, "");
}
