/*
 * The check as JUnit XML, as CI servers read it: one test suite, one test case for each finding that
 * fails, one for all the rest.
 */
#include <string.h>

#include "render/check/render_check_name.h"
#include "render/check/render_check_place.h"
#include "render/check/render_check_words.h"
#include "util/human.h"

/* Text in XML. What is clean has no control characters, so five characters are special. */
static void put_text(const char *text, FILE *out)
{
    static const struct {
        char character;
        const char *entity;
    } entities[] = {
        {'&', "&amp;"}, {'<', "&lt;"}, {'>', "&gt;"}, {'"', "&quot;"}, {'\'', "&apos;"},
    };
    for (; *text; text++) {
        const char *entity = NULL;
        for (size_t i = 0; i < sizeof entities / sizeof entities[0]; i++)
            if (entities[i].character == *text)
                entity = entities[i].entity;
        if (entity)
            fputs(entity, out);
        else
            fputc(*text, out);
    }
}

static void put_clean(const char *text, FILE *out)
{
    char clean[4096];
    put_text(jam_human_clean(text, clean, sizeof clean), out);
}

static void put_stack(struct jam_check *check, const struct jam_finding *finding, const char *what,
                      const struct jam_lock_use *use, FILE *out)
{
    struct jam_frame_list list = jam_check_frames(check, finding, use->stack);
    if (!use->stack)
        return;
    fprintf(out, "  %s ", what);
    put_clean(jam_check_lock_name(check, finding, use), out);
    fputs(":\n", out);
    for (size_t i = 0; i < list.count; i++) {
        struct jam_check_source source;
        jam_check_frame_source(check, &list.frames[i], &source);
        fputs("    ", out);
        put_clean(source.function ? source.function : "?", out);
        fputs("  ", out);
        put_clean(source.uri, out);
        fprintf(out, ":%u\n", source.line);
    }
}

static void put_story(struct jam_check *check, const struct jam_finding *finding, FILE *out)
{
    for (size_t i = 0; i < finding->edge_count; i++) {
        const struct jam_finding_edge *edge = &finding->edges[i];
        put_clean(jam_check_thread_name(check, finding, edge->thread), out);
        fputs("\n", out);
        put_stack(check, finding, jam_check_hold_verb(check, finding, &edge->holds), &edge->holds,
                  out);
        put_stack(check, finding, "wants", &edge->wants, out);
    }
    put_stack(check, finding, "at", &finding->subject, out);
    put_stack(check, finding, "other:", &finding->other, out);
}

static void put_case(struct jam_check *check, const struct jam_check_item *item, FILE *out)
{
    const struct jam_finding *finding = item->finding;
    const char *message = jam_check_message(check, finding);
    const char *kind = jam_finding_kind_name(finding->kind);
    /* no names of threads: servers follow a case by its name from run to run */
    fprintf(out, "  <testcase classname=\"lockjam\" name=\"%s %s\" time=\"0\">\n", kind, item->id);
    fprintf(out, "    <failure type=\"%s\" message=\"", kind);
    put_clean(message, out);
    fputs("\">", out);
    put_clean(jam_check_grade_text(check, finding), out);
    fputs("\n", out);
    put_story(check, finding, out);
    put_clean(jam_check_advice(check, finding), out);
    fputs("</failure>\n  </testcase>\n", out);
}

void jam_check_junit(struct jam_check *check, const struct jam_check_view *view, FILE *out)
{
    size_t failing = 0;
    (void)view;
    for (size_t i = 0; i < check->shown_count; i++)
        failing += check->items[i].is_failing;
    fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n", out);
    fprintf(out,
            "<testsuites name=\"lockjam check\" tests=\"%zu\" failures=\"%zu\" errors=\"0\" "
            "time=\"0\">\n <testsuite name=\"lockjam\" tests=\"%zu\" failures=\"%zu\" errors=\"0\" "
            "skipped=\"0\" time=\"0\">\n",
            failing + 1, failing, failing + 1, failing);
    for (size_t i = 0; i < check->shown_count; i++)
        if (check->items[i].is_failing)
            put_case(check, &check->items[i], out);
    fputs("  <testcase classname=\"lockjam\" name=\"check\" time=\"0\">\n    <system-out>", out);
    put_clean(jam_check_verdict(check), out);
    fputs(". ", out);
    put_clean(jam_check_losses(check), out);
    fprintf(out, ". %zu not counted.</system-out>\n  </testcase>\n </testsuite>\n</testsuites>\n",
            check->item_count - failing);
}
