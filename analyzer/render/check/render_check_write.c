/* Writes suppressions and baselines from findings. */
#include <string.h>

#include "core/function_name.h"
#include "render/check/render_check_files.h"
#include "render/check/render_check_name.h"
#include "render/check/render_check_words.h"
#include "util/human.h"
#include "util/output.h"
#include "util/text.h"

#define CHAIN_FRAMES 4 /* of a stack in a suppression: enough to tell callers of a helper apart */
#define NAME_BYTES   512

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

/* "inner < outer < ...": functions, or modules where there is no name. */
static void put_chain(struct jam_text *text, struct jam_check *check,
                      const struct jam_finding *finding, uint32_t stack)
{
    char name[NAME_BYTES];
    char clean[NAME_BYTES];
    struct jam_frame_list list = jam_check_frames(check, finding, stack);
    for (size_t i = 0; i < list.count && i < CHAIN_FRAMES; i++) {
        const struct jam_symbol_frame *frame = &list.frames[i];
        if (frame->function)
            jam_function_shorten(frame->function, name, sizeof name);
        else
            snprintf(name, sizeof name, "%s", frame->module ? base_name(frame->module) : "*");
        jam_text_put(text, "%s%s", i ? " < " : "", jam_human_clean(name, clean, sizeof clean));
    }
    if (!list.count)
        jam_text_put(text, "*");
}

/* A line that the text has already says nothing new: instances of one class. */
static void put_line_once(struct jam_text *text, const char *line)
{
    if (!strstr(text->bytes, line))
        jam_text_put(text, "%s", line);
}

static void put_edge(struct jam_text *text, struct jam_check *check,
                     const struct jam_finding *finding, const struct jam_finding_edge *edge)
{
    struct jam_text line = {.used = 0};
    jam_text_put(&line, "    edge   = ");
    put_chain(&line, check, finding, edge->holds.stack);
    jam_text_put(&line, " -> ");
    put_chain(&line, check, finding, edge->wants.stack);
    jam_text_put(&line, "\n");
    put_line_once(text, line.bytes);
}

static void put_lock(struct jam_text *text, struct jam_check *check,
                     const struct jam_finding *finding, const struct jam_lock_use *use)
{
    struct jam_text line = {.used = 0};
    if (!use->lock)
        return;
    jam_text_put(&line, "    lock   = %s\n", jam_check_class_name(check, finding, use));
    put_line_once(text, line.bytes);
}

static void put_subject(struct jam_text *text, struct jam_check *check,
                        const struct jam_finding *finding)
{
    uint32_t stack = finding->subject.stack ? finding->subject.stack : finding->other.stack;
    put_lock(text, check, finding, &finding->subject);
    if (!stack)
        return;
    jam_text_put(text, "    stack  = ");
    put_chain(text, check, finding, stack);
    jam_text_put(text, "\n");
}

const char *jam_check_suppression(struct jam_check *check, const struct jam_check_item *item)
{
    const struct jam_finding *finding = item->finding;
    struct jam_text text = {.used = 0};
    jam_text_put(&text, "suppress %s {\n", jam_finding_kind_name(finding->kind));
    for (size_t i = 0; i < finding->edge_count; i++)
        put_lock(&text, check, finding, &finding->edges[i].holds);
    for (size_t i = 0; i < finding->edge_count; i++)
        put_edge(&text, check, finding, &finding->edges[i]);
    if (!finding->edge_count)
        put_subject(&text, check, finding);
    if (text.used > JAM_TEXT_BYTES / 2) { /* too long to be read: by id */
        text.used = 0;
        jam_text_put(&text, "suppress %s {\n    id     = %s\n",
                     jam_finding_kind_name(finding->kind), item->id);
    }
    jam_text_put(&text, "    reason = (say why this cannot happen)\n}\n");
    return jam_check_keep(check, text.bytes);
}

void jam_check_suppressions(struct jam_check *check, const struct jam_check_view *view, FILE *out)
{
    (void)view;
    fputs("# Suppressions for lockjam check: see lockjam-check(1).\n", out);
    for (size_t i = 0; i < check->shown_count; i++) {
        const struct jam_check_item *item = &check->items[i];
        fprintf(out, "\n# %s: %s\n%s", item->id, jam_check_message(check, item->finding),
                jam_check_suppression(check, item));
    }
}

int jam_check_write_baseline(struct jam_check *check, const char *path, struct jam_error *error)
{
    struct jam_output output;
    if (jam_output_open(&output, path, NULL, 0, error) != 0)
        return error->code;
    fputs(JAM_BASELINE_TITLE
          "\n# Known findings: a check with this baseline does not count them.\n",
          output.stream);
    for (size_t i = 0; i < check->item_count; i++) {
        const struct jam_check_item *item = &check->items[i];
        if (!item->filter || item->filter == JAM_FILTER_BASELINE)
            fprintf(output.stream, "%s %s %s\n", item->id,
                    jam_finding_kind_name(item->finding->kind),
                    jam_check_message(check, item->finding));
    }
    return jam_output_close(&output, error);
}
