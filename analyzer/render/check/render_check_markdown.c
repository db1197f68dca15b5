/* The check as Markdown, for the summary of a CI step or a comment on a change. */
#include <string.h>

#include "render/check/render_check_files.h"
#include "render/check/render_check_name.h"
#include "render/check/render_check_place.h"
#include "render/check/render_check_words.h"
#include "util/human.h"

/* Text that Markdown must not take for its own. */
static void put_text(const char *text, FILE *out)
{
    char clean[4096];
    for (const char *at = jam_human_clean(text, clean, sizeof clean); *at; at++) {
        if (strchr("\\`*_{}[]<>#|~&", *at))
            fputc('\\', out);
        fputc(*at, out);
    }
}

static void put_place(struct jam_check *check, const struct jam_finding *finding, uint32_t stack,
                      FILE *out)
{
    struct jam_frame_list list = jam_check_frames(check, finding, stack);
    for (size_t i = 0; i < list.count; i++) {
        struct jam_check_source source;
        jam_check_frame_source(check, &list.frames[i], &source);
        fputs("    - ", out);
        put_text(source.function ? source.function : "?", out);
        fputs(" ", out);
        put_text(source.uri, out);
        fprintf(out, ":%u\n", source.line);
    }
}

static void put_use(struct jam_check *check, const struct jam_finding *finding, const char *verb,
                    const struct jam_lock_use *use, FILE *out)
{
    if (!use->stack)
        return;
    fprintf(out, "  - %s **", verb);
    put_text(jam_check_lock_name(check, finding, use), out);
    fputs("** at\n", out);
    put_place(check, finding, use->stack, out);
}

static void put_story(struct jam_check *check, const struct jam_finding *finding, FILE *out)
{
    for (size_t i = 0; i < finding->edge_count; i++) {
        const struct jam_finding_edge *edge = &finding->edges[i];
        fputs("- thread ", out);
        put_text(jam_check_thread_name(check, finding, edge->thread), out);
        fputs("\n", out);
        put_use(check, finding, jam_check_hold_verb(check, finding, &edge->holds), &edge->holds,
                out);
        put_use(check, finding, "wants", &edge->wants, out);
    }
    if (finding->subject.stack || finding->other.stack)
        fputs("- places\n", out);
    put_use(check, finding, "uses", &finding->subject, out);
    put_use(check, finding, "before that:", &finding->other, out);
}

static void put_item(struct jam_check *check, const struct jam_check_item *item, FILE *out)
{
    const struct jam_finding *finding = item->finding;
    fprintf(out, "\n### %s: %s, %s\n\n", jam_finding_kind_name(finding->kind),
            jam_severity_name(finding->severity), jam_grade_name(finding->grade));
    put_text(jam_check_message(check, finding), out);
    fprintf(out, ".\n\n<details><summary>who, where, why (id %s)</summary>\n\n", item->id);
    put_story(check, finding, out);
    fputs("\n**Why:** ", out);
    put_text(jam_check_grade_text(check, finding), out);
    fputs("\n\n**Fix:** ", out);
    put_text(jam_check_advice(check, finding), out);
    fprintf(out, "\n\n```\n%s```\n\n</details>\n", jam_check_suppression(check, item));
}

void jam_check_markdown(struct jam_check *check, const struct jam_check_view *view, FILE *out)
{
    (void)view;
    fprintf(out, "## lockjam: %s\n\n", jam_check_has_failed(check) ? "failed" : "passed");
    put_text(jam_check_verdict(check), out);
    fputs(". ", out);
    put_text(jam_check_losses(check), out);
    fputs(".\n", out);
    for (size_t i = 0; i < check->shown_count; i++)
        put_item(check, &check->items[i], out);
    if (check->item_count > check->shown_count)
        fprintf(out, "\n%zu findings are not counted (suppressed, known or excluded).\n",
                check->item_count - check->shown_count);
}
