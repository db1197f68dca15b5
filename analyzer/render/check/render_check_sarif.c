/*
 * The check as SARIF 2.1.0 (OASIS), in the subset that code scanning services read: stable rule
 * ids, paths relative to the source tree, fingerprints, related locations, code flows.
 */
#include <stdlib.h>
#include <string.h>

#include "render/check/render_check_name.h"
#include "render/check/render_check_place.h"
#include "render/check/render_check_words.h"
#include "render/render_json_parts.h"

#define FLAGS (JSON_INDENT(1) | JSON_ENSURE_ASCII)
#define SCHEMA                                                                                     \
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
#define TEXT_BYTES 4096

static void set(json_t *object, const char *key, json_t *value)
{
    json_object_set_new_nocheck(object, key, value);
}

/* A message object. */
static json_t *message_json(const char *text)
{
    json_t *object = json_object();
    jam_json_set_text(object, "text", text);
    return object;
}

static json_t *physical_json(const struct jam_check_source *source)
{
    json_t *object = json_object();
    json_t *artifact = json_object();
    jam_json_set_text(artifact, "uri", source->uri);
    if (source->is_relative)
        jam_json_set_text(artifact, "uriBaseId", "%SRCROOT%");
    set(object, "artifactLocation", artifact);
    if (source->line) {
        json_t *region = json_object();
        jam_json_set_number(region, "startLine", source->line);
        set(object, "region", region);
    }
    return object;
}

static json_t *location_json(const struct jam_check_source *source, const char *text)
{
    json_t *object = json_object();
    json_t *logical = json_object();
    set(object, "physicalLocation", physical_json(source));
    if (source->function) {
        jam_json_set_text(logical, "fullyQualifiedName", source->function);
        jam_json_set_text(logical, "kind", "function");
        json_t *array = json_array();
        json_array_append_new(array, logical);
        set(object, "logicalLocations", array);
    } else {
        json_decref(logical);
    }
    if (text)
        set(object, "message", message_json(text));
    return object;
}

/* --- places of a finding --------------------------------------------------------------------- */

/* One place that a finding tells of: a stack, and what is done there. */
struct step {
    uint32_t thread, stack;
    char text[TEXT_BYTES];
};

struct steps {
    struct step *list;
    size_t count;
};

static void add_step(struct jam_check *check, const struct jam_finding *finding,
                     struct steps *steps, uint32_t thread, const struct jam_lock_use *use)
{
    struct step *step = &steps->list[steps->count];
    if (!use->stack)
        return;
    *step = (struct step){.thread = thread, .stack = use->stack};
    snprintf(step->text, sizeof step->text, "%s: %s", jam_check_thread_name(check, finding, thread),
             jam_check_lock_name(check, finding, use));
    steps->count++;
}

static void put_verb(struct steps *steps, size_t before, const char *verb)
{
    if (steps->count == before)
        return;
    char *text = steps->list[before].text;
    size_t length = strlen(text);
    snprintf(text + length, TEXT_BYTES - length, " %s", verb);
}

/* For a cycle, what each thread holds, then what it wants; else the place and the other place. */
static void collect_steps(struct jam_check *check, const struct jam_finding *finding,
                          struct steps *steps)
{
    steps->list = calloc(2 * finding->edge_count + 2, sizeof *steps->list);
    if (!steps->list)
        return;
    for (size_t i = 0; i < finding->edge_count; i++) {
        const struct jam_finding_edge *edge = &finding->edges[i];
        size_t before = steps->count;
        add_step(check, finding, steps, edge->thread, &edge->holds);
        put_verb(steps, before, "is taken and held here");
        before = steps->count;
        add_step(check, finding, steps, edge->thread, &edge->wants);
        put_verb(steps, before, "is wanted here");
    }
    size_t before = steps->count;
    add_step(check, finding, steps, finding->thread, &finding->subject);
    put_verb(steps, before, "is used here");
    before = steps->count;
    add_step(check, finding, steps, finding->other_thread, &finding->other);
    put_verb(steps, before, "was used here");
}

static json_t *related_json(struct jam_check *check, const struct jam_finding *finding,
                            const struct steps *steps)
{
    json_t *array = json_array();
    for (size_t i = 0; i < steps->count; i++) {
        struct jam_check_source source;
        jam_check_source(check, finding, steps->list[i].stack, &source);
        json_t *location = location_json(&source, steps->list[i].text);
        jam_json_set_number(location, "id", i + 1);
        json_array_append_new(array, location);
    }
    return array;
}

static json_t *stack_json(struct jam_check *check, const struct jam_finding *finding,
                          const struct step *step)
{
    struct jam_frame_list list = jam_check_frames(check, finding, step->stack);
    json_t *frames = json_array();
    json_t *stack = json_object();
    for (size_t i = 0; i < list.count; i++) {
        struct jam_check_source source;
        json_t *frame = json_object();
        jam_check_frame_source(check, &list.frames[i], &source);
        set(frame, "location", location_json(&source, NULL));
        if (list.frames[i].module)
            jam_json_set_text(frame, "module", list.frames[i].module);
        json_array_append_new(frames, frame);
    }
    set(stack, "message", message_json(step->text));
    set(stack, "frames", frames);
    return stack;
}

static json_t *stacks_json(struct jam_check *check, const struct jam_finding *finding,
                           const struct steps *steps)
{
    json_t *array = json_array();
    for (size_t i = 0; i < steps->count; i++)
        json_array_append_new(array, stack_json(check, finding, &steps->list[i]));
    return array;
}

/* steps[first .. end): one thread's way, its calls from the outermost to the place. */
static json_t *thread_flow_json(struct jam_check *check, const struct jam_finding *finding,
                                const struct steps *steps, size_t first, size_t end)
{
    json_t *locations = json_array();
    json_t *flow = json_object();
    for (size_t i = first; i < end; i++) {
        struct jam_check_source source;
        json_t *step = json_object();
        jam_check_source(check, finding, steps->list[i].stack, &source);
        set(step, "location", location_json(&source, steps->list[i].text));
        json_array_append_new(locations, step);
    }
    jam_json_set_text(flow, "id", jam_check_thread_name(check, finding, steps->list[first].thread));
    set(flow, "locations", locations);
    return flow;
}

static json_t *code_flows_json(struct jam_check *check, const struct jam_finding *finding,
                               const struct steps *steps)
{
    json_t *threads = json_array();
    json_t *flow = json_object();
    json_t *flows = json_array();
    for (size_t first = 0; first < steps->count;) {
        size_t end = first + 1;
        while (end < steps->count && steps->list[end].thread == steps->list[first].thread)
            end++;
        json_array_append_new(threads, thread_flow_json(check, finding, steps, first, end));
        first = end;
    }
    set(flow, "threadFlows", threads);
    json_array_append_new(flows, flow);
    return flows;
}

/* --- results --------------------------------------------------------------------------------- */

/* Where a result is listed: the first place in the source tree, by name, the same in every run. */
static json_t *main_location_json(struct jam_check *check, const struct jam_finding *finding,
                                  const struct steps *steps)
{
    struct jam_check_source best;
    json_t *array = json_array();
    jam_check_source(check, finding, steps->count ? steps->list[0].stack : 0, &best);
    for (size_t i = 1; i < steps->count; i++) {
        struct jam_check_source source;
        jam_check_source(check, finding, steps->list[i].stack, &source);
        if (jam_check_source_compare(&source, &best) < 0)
            best = source;
    }
    json_array_append_new(array, location_json(&best, NULL));
    return array;
}

static json_t *fingerprints_json(const struct jam_check_item *item)
{
    char line_hash[JAM_CHECK_ID_BYTES + 2];
    json_t *object = json_object();
    snprintf(line_hash, sizeof line_hash, "%s:1", item->id);
    jam_json_set_text(object, "lockjamFindingId/v1", item->id);
    jam_json_set_text(object, "primaryLocationLineHash", line_hash);
    return object;
}

static json_t *properties_json(const struct jam_check_item *item)
{
    json_t *object = json_object();
    jam_json_set_text(object, "id", item->id);
    jam_json_set_text(object, "grade", jam_grade_name(item->finding->grade));
    jam_json_set_number(object, "count", item->count);
    return object;
}

static json_t *result_json(struct jam_check *check, const struct jam_check_item *item)
{
    const struct jam_finding *finding = item->finding;
    struct steps steps = {0};
    char text[TEXT_BYTES];
    json_t *object = json_object();
    collect_steps(check, finding, &steps);
    snprintf(text, sizeof text, "%s. %s", jam_check_message(check, finding),
             jam_check_advice(check, finding));
    jam_json_set_text(object, "ruleId", jam_finding_kind_name(finding->kind));
    jam_json_set_number(object, "ruleIndex", finding->kind);
    jam_json_set_text(object, "level", jam_severity_name(finding->severity));
    set(object, "message", message_json(text));
    set(object, "locations", main_location_json(check, finding, &steps));
    set(object, "partialFingerprints", fingerprints_json(item));
    if (steps.count) {
        set(object, "relatedLocations", related_json(check, finding, &steps));
        set(object, "codeFlows", code_flows_json(check, finding, &steps));
        set(object, "stacks", stacks_json(check, finding, &steps));
    }
    set(object, "properties", properties_json(item));
    free(steps.list);
    return object;
}

/* --- the run --------------------------------------------------------------------------------- */

static json_t *rule_json(enum jam_finding_kind kind)
{
    const struct jam_finding example = {.kind = kind};
    json_t *object = json_object();
    json_t *configuration = json_object();
    json_t *properties = json_object();
    json_t *tags = json_array();
    jam_json_set_text(object, "id", jam_finding_kind_name(kind));
    jam_json_set_text(object, "name", jam_finding_kind_name(kind));
    set(object, "shortDescription", message_json(jam_check_kind_text(kind)));
    set(object, "help", message_json(jam_check_advice(NULL, &example)));
    jam_json_set_text(configuration, "level",
                      jam_severity_name(jam_finding_severity(kind, JAM_GRADE_FEASIBLE)));
    set(object, "defaultConfiguration", configuration);
    json_array_append_new(tags, json_string("concurrency"));
    json_array_append_new(tags, json_string("reliability"));
    set(properties, "tags", tags);
    set(object, "properties", properties);
    return object;
}

static json_t *tool_json(void)
{
    json_t *tool = json_object();
    json_t *driver = json_object();
    json_t *rules = json_array();
    for (unsigned i = 0; i < JAM_FINDING_KINDS; i++)
        json_array_append_new(rules, rule_json(i));
    jam_json_set_text(driver, "name", "lockjam");
    jam_json_set_text(driver, "version", JAM_VERSION);
    set(driver, "rules", rules);
    set(tool, "driver", driver);
    return tool;
}

/* What was lost stands where SARIF has tools tell of their own trouble. */
static json_t *invocations_json(struct jam_check *check)
{
    json_t *array = json_array();
    json_t *invocation = json_object();
    json_t *notes = json_array();
    json_t *note = json_object();
    jam_json_set_text(note, "level", "note");
    set(note, "message", message_json(jam_check_losses(check)));
    json_array_append_new(notes, note);
    set(invocation, "executionSuccessful", json_true());
    set(invocation, "toolExecutionNotifications", notes);
    json_array_append_new(array, invocation);
    return array;
}

static json_t *run_json(struct jam_check *check)
{
    json_t *run = json_object();
    json_t *results = json_array();
    for (size_t i = 0; i < check->shown_count; i++)
        json_array_append_new(results, result_json(check, &check->items[i]));
    set(run, "tool", tool_json());
    set(run, "invocations", invocations_json(check));
    set(run, "columnKind", json_string("utf16CodeUnits"));
    set(run, "results", results);
    return run;
}

void jam_check_sarif(struct jam_check *check, const struct jam_check_view *view, FILE *out)
{
    json_t *log = json_object();
    json_t *runs = json_array();
    (void)view;
    json_array_append_new(runs, run_json(check));
    jam_json_set_text(log, "$schema", SCHEMA);
    jam_json_set_text(log, "version", "2.1.0");
    set(log, "runs", runs);
    json_dumpf(log, out, FLAGS);
    fputc('\n', out);
    json_decref(log);
}
