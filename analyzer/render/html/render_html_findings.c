/* Findings for the page: the words of render_check_words.h, the stacks by number. */
#include <inttypes.h>
#include <string.h>

#include "render/check/render_check_files.h"
#include "render/check/render_check_name.h"
#include "render/check/render_check_words.h"
#include "render/html/render_html_check.h"
#include "util/json_text.h"

struct writing {
    struct jam_check *check;
    struct jam_html_stacks *stacks;
    FILE *out;
    const struct jam_finding *finding;
};

static void print_field(const struct writing *writing, const char *key, const char *text)
{
    fprintf(writing->out, ",\"%s\":", key);
    jam_json_text(text, writing->out);
}

static void print_stack(const struct writing *writing, uint32_t stack)
{
    fprintf(writing->out, ",\"stack\":%" PRId64,
            jam_html_stack_number(writing->stacks, writing->finding->process, stack));
}

static int64_t lock_position(const struct writing *writing, const struct jam_lock_use *use)
{
    const struct jam_map *locks = &writing->check->report.contention.lock_map;
    uint32_t at =
        use->lock ? jam_map_find(locks, writing->finding->process, use->lock) : JAM_MAP_NONE;
    return at == JAM_MAP_NONE ? -1 : (int64_t)at;
}

/* {"lock":0,"verb":"holds","name":"a","isShared":false,"stack":7} */
static void print_use(const struct writing *writing, const struct jam_lock_use *use,
                      const char *verb)
{
    fprintf(writing->out, "{\"lock\":%" PRId64, lock_position(writing, use));
    print_field(writing, "verb", verb);
    print_field(writing, "name", jam_check_lock_name(writing->check, writing->finding, use));
    fprintf(writing->out, ",\"isShared\":%s", use->mode == JAM_SHARED ? "true" : "false");
    print_stack(writing, use->stack);
    fputc('}', writing->out);
}

static void print_thread(const struct writing *writing, uint32_t thread)
{
    fprintf(writing->out, "{\"tid\":%u", jam_check_tid(writing->check, writing->finding, thread));
    print_field(writing, "thread", jam_check_thread_name(writing->check, writing->finding, thread));
}

static void print_also_held(const struct writing *writing, const struct jam_finding_edge *edge)
{
    bool is_first = true;
    fputs(",\"also\":[", writing->out);
    for (size_t i = 0; i < edge->held_count; i++) {
        const struct jam_lock_use *use = &writing->finding->held[edge->first_held + i];
        if (use->lock == edge->holds.lock)
            continue;
        fputs(is_first ? "" : ",", writing->out);
        jam_json_text(jam_check_lock_name(writing->check, writing->finding, use), writing->out);
        is_first = false;
    }
    fputc(']', writing->out);
}

static void print_edge(const struct writing *writing, const struct jam_finding_edge *edge)
{
    bool has_happened = writing->finding->kind == JAM_FINDING_DEADLOCK;
    print_thread(writing, edge->thread);
    fputs(",\"holds\":", writing->out);
    print_use(writing, &edge->holds,
              jam_check_hold_verb(writing->check, writing->finding, &edge->holds));
    fputs(",\"wants\":", writing->out);
    print_use(writing, &edge->wants, has_happened ? "waits for" : "wants");
    print_also_held(writing, edge);
    fputc('}', writing->out);
}

static void print_edges(const struct writing *writing)
{
    fputs(",\"edges\":[", writing->out);
    for (size_t i = 0; i < writing->finding->edge_count; i++) {
        fputs(i ? "," : "", writing->out);
        print_edge(writing, &writing->finding->edges[i]);
    }
    fputc(']', writing->out);
}

/* What the thread does; of one that was there before itself, only that. */
static const char *role_of(const struct writing *writing, bool is_other)
{
    struct jam_check_role roles[2];
    if (is_other && writing->finding->other_thread == writing->finding->thread)
        return "was here before";
    size_t count = jam_check_roles(writing->check, writing->finding, roles, 2);
    return is_other < count ? roles[is_other].text : "";
}

static bool print_party(const struct writing *writing, bool is_other)
{
    const struct jam_finding *finding = writing->finding;
    uint32_t thread = is_other ? finding->other_thread : finding->thread;
    uint32_t stack = is_other ? finding->other.stack : finding->subject.stack;
    if (!thread && !stack)
        return false;
    print_thread(writing, thread);
    print_field(writing, "role", role_of(writing, is_other));
    print_stack(writing, stack);
    fputc('}', writing->out);
    return true;
}

static void print_parties(const struct writing *writing)
{
    const struct jam_finding *finding = writing->finding;
    fputs(",\"parties\":[", writing->out);
    if (!finding->edge_count || finding->subject.stack) {
        bool has_other = finding->other_thread || finding->other.stack;
        if (print_party(writing, false) && has_other)
            fputc(',', writing->out);
        print_party(writing, true);
    }
    fputc(']', writing->out);
}

/* A text of several lines as a list of them: texts of the page have no line breaks. */
static void print_lines(const struct writing *writing, const char *key, const char *text)
{
    char line[4096];
    fprintf(writing->out, ",\"%s\":[", key);
    for (bool is_first = true; *text; is_first = false) {
        size_t bytes = strcspn(text, "\n");
        snprintf(line, sizeof line, "%.*s", (int)bytes, text);
        fputs(is_first ? "" : ",", writing->out);
        jam_json_text(line, writing->out);
        text += text[bytes] ? bytes + 1 : bytes;
    }
    fputc(']', writing->out);
}

static void print_item(struct writing *writing, const struct jam_check_item *item)
{
    const struct jam_finding *finding = writing->finding = item->finding;
    struct jam_check *check = writing->check;
    fprintf(writing->out, "{\"id\":\"%s\",\"process\":%u,\"count\":%" PRIu64, item->id,
            finding->process, item->count);
    print_field(writing, "kind", jam_finding_kind_name(finding->kind));
    print_field(writing, "severity", jam_severity_name(finding->severity));
    print_field(writing, "grade", jam_grade_name(finding->grade));
    print_field(writing, "message", jam_check_message(check, finding));
    print_field(writing, "why", jam_check_grade_text(check, finding));
    print_field(writing, "advice", jam_check_advice(check, finding));
    print_field(writing, "filter", item->filter ? jam_filter_name(item->filter) : NULL);
    print_field(writing, "evidence", jam_check_filter_text(check, item));
    print_lines(writing, "suppression", jam_check_suppression(check, item));
    print_edges(writing);
    print_parties(writing);
    fputc('}', writing->out);
}

static void print_items(struct writing *writing, const char *key, size_t first, size_t end)
{
    fprintf(writing->out, ",\n\"%s\":[", key);
    for (size_t i = first; i < end; i++) {
        fputs(i > first ? ",\n" : "\n", writing->out);
        print_item(writing, &writing->check->items[i]);
    }
    fputc(']', writing->out);
}

void jam_html_findings(struct jam_check *check, struct jam_html_stacks *stacks, FILE *out)
{
    struct writing writing = {.check = check, .stacks = stacks, .out = out};
    fprintf(out, "{\"dependencies\":%" PRIu64 ",\"unlisted\":%" PRIu64, check->dependencies,
            (uint64_t)check->findings.dropped_more);
    print_field(&writing, "verdict", jam_check_verdict(check));
    print_field(&writing, "losses", jam_check_losses(check));
    print_items(&writing, "items", 0, check->shown_count);
    print_items(&writing, "filtered", check->shown_count, check->item_count);
    fputc('}', out);
}
