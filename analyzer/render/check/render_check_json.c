/* The check as lockjam.check/1. */
#include <stdlib.h>

#include "core/lock_kind.h"
#include "render/check/render_check_files.h"
#include "render/check/render_check_name.h"
#include "render/check/render_check_words.h"
#include "render/render_json_parts.h"

#define FLAGS (JSON_COMPACT | JSON_ENSURE_ASCII)

static struct jam_report_process *process_of(const struct jam_check *check,
                                             const struct jam_finding *finding)
{
    return &check->report.processes[finding->process];
}

static json_t *stack_json(const struct jam_check *check, const struct jam_finding *finding,
                          uint32_t stack)
{
    return jam_json_stack(process_of(check, finding)->frames, stack);
}

static json_t *reference_json(const struct jam_lock_use *use)
{
    json_t *object = json_object();
    jam_json_set_number(object, "id", use->lock);
    jam_json_set_text(object, "mode", use->mode == JAM_SHARED ? "shared" : "exclusive");
    return object;
}

static json_t *held_json(const struct jam_finding *finding, const struct jam_finding_edge *edge)
{
    json_t *array = json_array();
    for (size_t i = 0; i < edge->held_count; i++)
        json_array_append_new(array, reference_json(&finding->held[edge->first_held + i]));
    return array;
}

static json_t *edge_json(const struct jam_check *check, const struct jam_finding *finding,
                         const struct jam_finding_edge *edge)
{
    json_t *object = json_object();
    jam_json_set_number(object, "tid", jam_check_tid(check, finding, edge->thread));
    json_object_set_new_nocheck(object, "holds", reference_json(&edge->holds));
    json_object_set_new_nocheck(object, "holds_stack",
                                stack_json(check, finding, edge->holds.stack));
    json_object_set_new_nocheck(object, "wants", reference_json(&edge->wants));
    json_object_set_new_nocheck(object, "wants_stack",
                                stack_json(check, finding, edge->wants.stack));
    json_object_set_new_nocheck(object, "held", held_json(finding, edge));
    return object;
}

static json_t *edges_json(const struct jam_check *check, const struct jam_finding *finding)
{
    json_t *array = json_array();
    for (size_t i = 0; i < finding->edge_count; i++)
        json_array_append_new(array, edge_json(check, finding, &finding->edges[i]));
    return array;
}

static json_t *lock_json(struct jam_check *check, const struct jam_finding *finding,
                         const struct jam_lock_use *use)
{
    const struct jam_contention_lock *lock = jam_check_lock(check, finding, use);
    json_t *object = json_object();
    uint32_t created = lock ? lock->created_stack : 0;
    jam_json_set_number(object, "id", use->lock);
    jam_json_set_text(object, "name", jam_check_lock_name(check, finding, use));
    jam_json_set_text(object, "class", jam_check_class_name(check, finding, use));
    jam_json_set_text(object, "kind", jam_lock_kind_name(lock ? lock->kind : 0));
    jam_json_set_number(object, "address", lock ? lock->address : 0);
    jam_json_set_number(object, "generation",
                        use->generation ? use->generation & ~JAM_GENERATION_ENDED
                                        : (lock ? lock->generation : 0));
    json_object_set_new_nocheck(object, "created",
                                created ? stack_json(check, finding, created) : json_null());
    return object;
}

/* Adds the lock unless the array has it. */
static void add_lock(json_t *array, struct jam_check *check, const struct jam_finding *finding,
                     const struct jam_lock_use *use)
{
    if (!use->lock)
        return;
    for (size_t i = 0; i < json_array_size(array); i++)
        if (json_integer_value(json_object_get(json_array_get(array, i), "id")) == use->lock)
            return;
    json_array_append_new(array, lock_json(check, finding, use));
}

/* All that the finding refers to: the cycle first, then what else was held. */
static json_t *locks_json(struct jam_check *check, const struct jam_finding *finding)
{
    json_t *array = json_array();
    for (size_t i = 0; i < finding->edge_count; i++) {
        add_lock(array, check, finding, &finding->edges[i].holds);
        add_lock(array, check, finding, &finding->edges[i].wants);
    }
    add_lock(array, check, finding, &finding->subject);
    add_lock(array, check, finding, &finding->other);
    for (size_t i = 0; i < finding->held_count; i++)
        add_lock(array, check, finding, &finding->held[i]);
    add_lock(array, check, finding, &finding->evidence);
    return array;
}

static json_t *thread_json(struct jam_check *check, const struct jam_finding *finding,
                           const struct jam_check_role *role)
{
    json_t *object = json_object();
    jam_json_set_number(object, "tid", jam_check_tid(check, finding, role->thread));
    jam_json_set_text(object, "name", jam_check_thread_name(check, finding, role->thread));
    jam_json_set_text(object, "role", role->text);
    json_object_set_new_nocheck(object, "is_daemon",
                                json_boolean(jam_check_is_daemon(check, finding, role->thread)));
    return object;
}

static json_t *threads_json(struct jam_check *check, const struct jam_finding *finding)
{
    json_t *array = json_array();
    size_t room = finding->edge_count + 2;
    struct jam_check_role *roles = calloc(room, sizeof *roles);
    size_t count = roles ? jam_check_roles(check, finding, roles, room) : 0;
    for (size_t i = 0; i < count; i++)
        json_array_append_new(array, thread_json(check, finding, &roles[i]));
    free(roles);
    return array;
}

static void set_places(json_t *object, struct jam_check *check, const struct jam_finding *finding)
{
    struct jam_check_story story = jam_check_story(finding);
    if (finding->edge_count && !finding->subject.stack)
        return;
    uint32_t where = story.subject.stack ? story.subject.stack : story.other.stack;
    json_object_set_new_nocheck(object, "stack", stack_json(check, finding, where));
    json_object_set_new_nocheck(object, "other_stack",
                                stack_json(check, finding, story.other.stack));
}

static json_t *finding_json(struct jam_check *check, const struct jam_check_item *item)
{
    const struct jam_finding *finding = item->finding;
    json_t *object = json_object();
    jam_json_set_text(object, "id", item->id);
    jam_json_set_number(object, "pid", process_of(check, finding)->facts.pid);
    jam_json_set_text(object, "kind", jam_finding_kind_name(finding->kind));
    jam_json_set_text(object, "grade", jam_grade_name(finding->grade));
    jam_json_set_text(object, "severity", jam_severity_name(finding->severity));
    jam_json_set_text(object, "message", jam_check_message(check, finding));
    jam_json_set_text(object, "why", jam_check_grade_text(check, finding));
    jam_json_set_text(object, "advice", jam_check_advice(check, finding));
    jam_json_set_number(object, "count", item->count);
    json_object_set_new_nocheck(object, "threads", threads_json(check, finding));
    json_object_set_new_nocheck(object, "locks", locks_json(check, finding));
    json_object_set_new_nocheck(object, "edges", edges_json(check, finding));
    set_places(object, check, finding);
    /* made of clean names and line breaks, which set_text would replace */
    json_object_set_new_nocheck(object, "suppression",
                                json_string(jam_check_suppression(check, item)));
    if (item->filter) {
        jam_json_set_text(object, "reason", jam_filter_name(item->filter));
        jam_json_set_text(object, "evidence", jam_check_filter_text(check, item));
    }
    return object;
}

static void print_value(json_t *value, FILE *out)
{
    json_dumpf(value, out, FLAGS | JSON_ENCODE_ANY);
    json_decref(value);
}

void jam_check_json_items(struct jam_check *check, size_t first, size_t end, FILE *out)
{
    for (size_t i = first; i < end; i++) {
        fputs(i > first ? ",\n" : "\n", out);
        print_value(finding_json(check, &check->items[i]), out);
    }
}

static json_t *totals_json(const struct jam_check *check)
{
    const struct jam_report *report = &check->report;
    json_t *object = json_object();
    uint64_t threads = 0;
    for (size_t i = 0; i < report->process_count; i++)
        threads += report->processes[i].facts.threads;
    jam_json_set_number(object, "threads", threads);
    jam_json_set_number(object, "locks", report->contention.lock_count);
    jam_json_set_number(object, "acquisitions", report->contention.totals.acquisitions);
    jam_json_set_number(object, "contended", report->contention.totals.contended);
    jam_json_set_number(object, "dependencies", check->dependencies);
    jam_json_set_number(object, "events_lost", jam_report_lost(report));
    return object;
}

void jam_check_json(struct jam_check *check, const struct jam_check_view *view, FILE *out)
{
    const struct jam_report *report = &check->report;
    const struct jam_facts *first =
        report->process_count ? &report->processes[0].facts : check->program;
    (void)view;
    fputs("{\"schema\":\"lockjam.check/1\",\n\"process\":", out);
    print_value(first ? jam_json_process(first) : json_null(), out);
    fputs(",\n\"processes\":[", out);
    for (size_t i = 0; i < report->process_count; i++) {
        fputs(i ? ",\n" : "", out);
        print_value(jam_json_process(&report->processes[i].facts), out);
    }
    if (!report->process_count && first)
        print_value(jam_json_process(first), out);
    fputs("],\n\"findings\":[", out);
    jam_check_json_items(check, 0, check->shown_count, out);
    fputs("],\n\"filtered\":[", out);
    jam_check_json_items(check, check->shown_count, check->item_count, out);
    fputs("],\n\"losses\":", out);
    print_value(json_string(jam_check_losses(check)), out);
    fputs(",\n\"totals\":", out);
    print_value(totals_json(check), out);
    fputs("}\n", out);
}
