/* Stacks, frames and texts, each written once. */
#include "render/html/render_html_stacks.h"

#include <inttypes.h>
#include <stdlib.h>

#include "core/function_name.h"
#include "render/render_name.h"
#include "util/array.h"
#include "util/json_text.h"
#include "util/progress.h"

void jam_html_stacks_fini(struct jam_html_stacks *stacks)
{
    free(stacks->items);
    jam_map_fini(&stacks->numbers);
    *stacks = (struct jam_html_stacks){0};
}

int64_t jam_html_stack_number(struct jam_html_stacks *stacks, size_t process, uint32_t stack_ref)
{
    uint32_t next = (uint32_t)stacks->count;
    if (!stack_ref)
        return -1;
    bool has_room = jam_array_reserve(&stacks->items, &stacks->capacity, stacks->count,
                                      sizeof *stacks->items) == 0;
    uint32_t at =
        has_room ? jam_map_insert(&stacks->numbers, process, stack_ref, next) : JAM_MAP_NONE;
    if (at == JAM_MAP_NONE) {
        stacks->is_out_of_memory = true;
        return -1;
    }
    if (at == next) {
        stacks->items[at].process = (uint32_t)process;
        stacks->items[at].stack = stack_ref;
        stacks->count++;
    }
    return at;
}

/* What is written while the stacks are walked: frames at once, texts and stacks afterwards. */
struct printing {
    FILE *out;
    FILE *stacks; /* in memory */
    struct jam_intern texts;
    struct jam_map places; /* (module, offset) */
    struct jam_map frames; /* (function and file; place, line and whether it is inlined) */
};

static int64_t text_number(struct printing *printing, const char *text)
{
    uint32_t number = text ? jam_intern_add(&printing->texts, text) : JAM_MAP_NONE;
    return number == JAM_MAP_NONE ? -1 : (int64_t)number;
}

/* Short names: a page is read by people, and the long ones are most of a large report. */
static int64_t function_number(struct printing *printing, const struct jam_symbol_frame *frame)
{
    char text[JAM_NAME_TEXT_BYTES];
    if (!frame->function)
        return text_number(printing, jam_name_frame(frame, text));
    return text_number(printing, jam_function_shorten(frame->function, text, sizeof text));
}

/* Everything that two frames may differ in, as two numbers: a place of its own stands for two more. */
static uint32_t frame_number(struct printing *printing, const struct jam_symbol_frame *frame)
{
    int64_t function = function_number(printing, frame);
    int64_t file = text_number(printing, frame->file);
    int64_t module = text_number(printing, frame->module);
    uint32_t place = jam_map_insert(&printing->places, (uint64_t)module, frame->offset,
                                    (uint32_t)printing->places.count);
    uint32_t next = (uint32_t)printing->frames.count;
    uint32_t at =
        jam_map_insert(&printing->frames, (uint64_t)function << 32 | (uint32_t)file,
                       (uint64_t)place << 32 | frame->line << 1 | frame->is_inlined, next);
    if (at == next)
        fprintf(printing->out, "%s[%" PRId64 ",%" PRId64 ",%u,%" PRId64 ",%" PRIu64 ",%d]",
                at ? ",\n" : "\n", function, file, frame->line, module, frame->offset,
                frame->is_inlined);
    return at;
}

static void print_stack(struct printing *printing, struct jam_frame_list list)
{
    fprintf(printing->stacks, "[%zu,%d", list.site, list.is_cut);
    for (size_t i = 0; i < list.count; i++) {
        uint32_t number = frame_number(printing, &list.frames[i]);
        if (number != JAM_MAP_NONE)
            fprintf(printing->stacks, ",%u", number);
    }
    fputc(']', printing->stacks);
}

static void print_all(struct printing *printing, const struct jam_html_stacks *stacks)
{
    struct jam_progress progress = jam_progress_start("call stacks", stacks->count);
    fputs("\"frames\":[", printing->out);
    for (size_t i = 0; i < stacks->count; i++) {
        struct jam_frames *frames = stacks->report->processes[stacks->items[i].process].frames;
        fputs(i ? ",\n" : "\n", printing->stacks);
        print_stack(printing, jam_frames_stack(frames, stacks->items[i].stack));
        jam_progress_step(&progress, 1);
    }
    fputs("]", printing->out);
    jam_progress_end(&progress);
}

static void print_texts(const struct jam_intern *texts, FILE *out)
{
    fputs("\"texts\":[", out);
    for (size_t i = 0; i < texts->count; i++) {
        fputs(i ? ",\n" : "\n", out);
        jam_json_text(jam_intern_text(texts, (uint32_t)i), out);
    }
    fputs("]", out);
}

void jam_html_stacks_print(struct jam_html_stacks *stacks, FILE *out)
{
    char *text = NULL;
    size_t bytes = 0;
    struct printing printing = {.out = out, .stacks = open_memstream(&text, &bytes)};
    if (!printing.stacks) {
        stacks->is_out_of_memory = true;
        return;
    }
    print_all(&printing, stacks);
    stacks->is_out_of_memory |= fclose(printing.stacks) != 0;
    fprintf(out, ",\n\"stacks\":[%s],\n", text ? text : "");
    print_texts(&printing.texts, out);
    jam_intern_fini(&printing.texts);
    jam_map_fini(&printing.frames);
    jam_map_fini(&printing.places);
    free(text);
}
