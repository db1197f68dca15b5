/* From a lock's name to its ids; the prediction as text and as lockjam.whatif/1. */
#include "render/render_whatif.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core/lock_kind.h"
#include "render/render_json_parts.h"
#include "render/render_name.h"
#include "util/human.h"

#define HINTS         5
#define DOUBTFUL_PART 10 /* a simulation that is off by more than a tenth is said to be */

void jam_whatif_answer_fini(struct jam_whatif_answer *answer)
{
    jam_map_fini(&answer->locks);
    jam_map_fini(&answer->writers);
    *answer = (struct jam_whatif_answer){0};
}

/* --- which locks --- */

/* A text names a class also without the kind that stands behind it. */
static bool is_named(const char *name, const char *text)
{
    size_t length = strlen(text);
    return strncmp(name, text, length) == 0 &&
           (!name[length] || strncmp(name + length, " (", 2) == 0);
}

static bool matches_name(struct jam_report *report, size_t lock, const char *text)
{
    char id[32];
    snprintf(id, sizeof id, "#%u", report->contention.locks[lock].id);
    return strcmp(id, text) == 0 || is_named(jam_report_lock_name(report, lock), text);
}

static bool matches_class(struct jam_report *report, size_t lock, const char *text)
{
    char name[JAM_NAME_TEXT_BYTES];
    const struct jam_report_process *process = &report->processes[0];
    jam_name_class_stable(process->frames, process->trace, &report->contention.locks[lock], name);
    return is_named(name, text) || strcmp(jam_report_class_name(report, lock), text) == 0;
}

static bool matches_beginning(struct jam_report *report, size_t lock, const char *text)
{
    return strncmp(jam_report_lock_name(report, lock), text, strlen(text)) == 0;
}

static int add_matches(struct jam_whatif_answer *answer, struct jam_report *report,
                       bool (*matches)(struct jam_report *, size_t, const char *))
{
    const struct jam_contention *contention = &report->contention;
    for (size_t i = 0; i < contention->lock_count; i++) {
        const struct jam_contention_lock *lock = &contention->locks[i];
        if (jam_lock_kind_section(lock->kind) != JAM_SECTION_LOCKS ||
            !matches(report, i, answer->question->lock))
            continue;
        if (jam_map_insert(&answer->locks, lock->id, 0, (uint32_t)i) == JAM_MAP_NONE)
            return -1;
        answer->name = jam_report_lock_name(report, i);
        answer->wait_ns += lock->totals.wait_ns;
    }
    return 0;
}

/* Whether a call site's function, or one that it was inlined into, is in the list. */
static bool is_listed(const char *list, const char *function)
{
    size_t length = strlen(function);
    for (const char *at = strstr(list, function); at; at = strstr(at + 1, function)) {
        bool begins = at == list || at[-1] == ',';
        if (begins && (!at[length] || at[length] == ','))
            return true;
    }
    return false;
}

static bool is_writer(struct jam_frames *frames, uint32_t stack, const char *list)
{
    struct jam_frame_list frame = jam_frames_stack(frames, stack);
    for (size_t i = 0; list && i < frame.count; i++)
        if (frame.frames[i].function && is_listed(list, frame.frames[i].function))
            return true;
    return false;
}

static int add_writers(struct jam_whatif_answer *answer, struct jam_report *report)
{
    const struct jam_contention *contention = &report->contention;
    for (size_t i = 0; i < contention->site_count; i++) {
        const struct jam_contention_site *site = &contention->sites[i];
        if (jam_map_find(&answer->locks, contention->locks[site->lock].id, 0) == JAM_MAP_NONE)
            continue;
        if (!is_writer(report->processes[0].frames, site->stack, answer->question->writers)) {
            answer->reader_sites++;
            continue;
        }
        answer->writer_sites++;
        if (jam_map_insert(&answer->writers, site->stack, 0, 1) == JAM_MAP_NONE)
            return -1;
    }
    return 0;
}

static uint64_t longest_below(const struct jam_contention *contention, uint64_t limit, size_t *lock)
{
    uint64_t best = 0;
    for (size_t i = 0; i < contention->lock_count; i++) {
        uint64_t wait = contention->locks[i].totals.wait_ns;
        if (jam_lock_kind_section(contention->locks[i].kind) != JAM_SECTION_LOCKS || wait <= best ||
            wait >= limit)
            continue;
        best = wait;
        *lock = i;
    }
    return best;
}

static int refuse(struct jam_report *report, const char *text, struct jam_error *error)
{
    char hints[1024] = "";
    uint64_t limit = UINT64_MAX;
    size_t lock = 0;
    for (int i = 0; i < HINTS && (limit = longest_below(&report->contention, limit, &lock)); i++) {
        size_t used = strlen(hints);
        snprintf(hints + used, sizeof hints - used, "%s %s",
                 i ? "," : "; most waited for:", jam_report_lock_name(report, lock));
    }
    return jam_error_set(error, JAM_ERROR_USAGE, "--lock=%s: no lock is called so%s", text, hints);
}

int jam_whatif_find(struct jam_whatif_answer *answer, struct jam_report *report,
                    const struct jam_whatif_question *question, struct jam_error *error)
{
    static bool (*const ways[])(struct jam_report *, size_t,
                                const char *) = {matches_name, matches_class, matches_beginning};
    *answer = (struct jam_whatif_answer){.question = question};
    for (size_t i = 0; i < sizeof ways / sizeof ways[0] && !answer->locks.count; i++)
        if (add_matches(answer, report, ways[i]) != 0)
            return jam_error_memory(error);
    if (!answer->locks.count)
        return refuse(report, question->lock, error);
    if (question->is_rwlock && add_writers(answer, report) != 0)
        return jam_error_memory(error);
    if (question->writers && !answer->writer_sites)
        return jam_error_set(error, JAM_ERROR_USAGE,
                             "--writers=%s: no function of that name "
                             "acquires the lock",
                             question->writers);
    return 0;
}

/* --- what comes of it --- */

static uint64_t ns_of(const struct jam_report *report, uint64_t ticks)
{
    return jam_timebase_duration_ns(&report->processes[0].facts.base, ticks);
}

static double ratio_of(const struct jam_trace_prediction *prediction)
{
    return prediction->same.ticks
               ? (double)prediction->changed.ticks / (double)prediction->same.ticks
               : 1;
}

static uint64_t predicted_ns(const struct jam_whatif_answer *answer,
                             const struct jam_report *report)
{
    const struct jam_trace_prediction *prediction = &answer->prediction;
    return (uint64_t)((double)ns_of(report, prediction->recorded_ticks) * ratio_of(prediction));
}

/* How far the simulation without a change is from what happened, in percent. */
static double error_percent(const struct jam_trace_prediction *prediction)
{
    double recorded = (double)prediction->recorded_ticks;
    return recorded > 0 ? 100 * ((double)prediction->same.ticks - recorded) / recorded : 0;
}

static void print_question(const struct jam_whatif_answer *answer, FILE *out)
{
    const struct jam_whatif_question *question = answer->question;
    if (answer->locks.count > 1)
        fprintf(out, "If %s and %zu more like it", answer->name, answer->locks.count - 1);
    else
        fprintf(out, "If %s", answer->name);
    if (question->is_removed)
        fputs(" made nobody wait:\n", out);
    else if (question->is_rwlock)
        fprintf(out, " were a rwlock, %zu call site%s reading and %zu writing:\n",
                answer->reader_sites, answer->reader_sites == 1 ? "" : "s", answer->writer_sites);
    else
        fprintf(out, " were held for %g times as long:\n", question->hold);
}

static void print_doubts(const struct jam_whatif_answer *answer, FILE *out)
{
    double percent = error_percent(&answer->prediction);
    uint64_t forced = answer->prediction.same.forced + answer->prediction.changed.forced;
    if (percent > DOUBTFUL_PART || percent < -DOUBTFUL_PART)
        fprintf(
            out,
            "Doubtful: without any change the simulated run takes %+.0f %% of the recorded one.\n",
            percent);
    if (forced)
        fprintf(out, "Doubtful: the simulation got stuck %" PRIu64 " times.\n", forced);
    if (answer->question->is_rwlock && !answer->writer_sites)
        fputs("All call sites were taken for readers: name those that write with --writers.\n",
              out);
}

void jam_whatif_text(const struct jam_whatif_answer *answer, struct jam_report *report, FILE *out)
{
    const struct jam_trace_prediction *prediction = &answer->prediction;
    char n[2][JAM_HUMAN_BYTES];
    double ratio = ratio_of(prediction);
    print_question(answer, out);
    fprintf(out, "%10s  the recorded run (simulated: %s)\n",
            jam_human_time(ns_of(report, prediction->recorded_ticks), n[0]),
            jam_human_time(ns_of(report, prediction->same.ticks), n[1]));
    fprintf(out, "%10s  predicted: %+.1f %%, %.2f times as fast\n",
            jam_human_time(predicted_ns(answer, report), n[0]), 100 * (ratio - 1),
            ratio > 0 ? 1 / ratio : 0);
    fprintf(out, "%10s  waiting for it, all threads together (recorded: %s)\n",
            jam_human_time(ns_of(report, prediction->changed.changed_wait_ticks), n[0]),
            jam_human_time(answer->wait_ns, n[1]));
    print_doubts(answer, out);
}

static json_t *locks_json(const struct jam_whatif_answer *answer, struct jam_report *report)
{
    json_t *array = json_array();
    for (size_t i = 0; i < report->contention.lock_count; i++) {
        uint32_t id = report->contention.locks[i].id;
        if (jam_map_find(&answer->locks, id, 0) == JAM_MAP_NONE)
            continue;
        json_t *object = json_object();
        jam_json_set_number(object, "id", id);
        jam_json_set_text(object, "name", jam_report_lock_name(report, i));
        json_array_append_new(array, object);
    }
    return array;
}

void jam_whatif_json(const struct jam_whatif_answer *answer, struct jam_report *report, FILE *out)
{
    const struct jam_trace_prediction *prediction = &answer->prediction;
    json_t *object = json_object();
    json_t *change = json_object();
    jam_json_set_text(object, "schema", "lockjam.whatif/1");
    json_object_set_new(object, "process", jam_json_process(&report->processes[0].facts));
    json_object_set_new(change, "hold", json_real(answer->question->hold));
    json_object_set_new(change, "remove", json_boolean(answer->question->is_removed));
    json_object_set_new(change, "as_rwlock", json_boolean(answer->question->is_rwlock));
    json_object_set_new(object, "change", change);
    json_object_set_new(object, "locks", locks_json(answer, report));
    jam_json_set_number(object, "recorded_ns", ns_of(report, prediction->recorded_ticks));
    jam_json_set_number(object, "simulated_ns", ns_of(report, prediction->same.ticks));
    jam_json_set_number(object, "predicted_ns", predicted_ns(answer, report));
    jam_json_set_number(object, "wait_ns", answer->wait_ns);
    jam_json_set_number(object, "predicted_wait_ns",
                        ns_of(report, prediction->changed.changed_wait_ticks));
    jam_json_set_number(object, "stuck", prediction->same.forced + prediction->changed.forced);
    json_dumpf(object, out, JSON_INDENT(1) | JSON_ENSURE_ASCII);
    fputc('\n', out);
    json_decref(object);
}
