/* Reads traces, runs the detectors, and makes items of what they found. */
#include "render/check/render_check.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "render/check/render_check_files.h"
#include "render/check/render_check_name.h"
#include "render/check/render_check_python.h"
#include "trace/trace_detectors.h"
#include "trace/trace_record.h"
#include "util/array.h"
#include "util/saturate.h"

static uint64_t count_dependencies(struct jam_trace *trace)
{
    struct jam_cursor cursor;
    uint64_t count = 0;
    jam_cursor_start(&cursor, trace, JAM_EXTENT_DEPENDENCIES);
    while (jam_cursor_next(&cursor))
        count++;
    return count;
}

int jam_check_open(struct jam_check *check, char *const *paths, size_t count,
                   struct jam_error *error)
{
    *check = (struct jam_check){0};
    int status = count ? jam_report_open(&check->report, paths, count, error) : 0;
    for (size_t i = 0; !status && i < check->report.process_count; i++) {
        struct jam_report_process *process = &check->report.processes[i];
        check->dependencies += count_dependencies(process->trace);
        status =
            jam_trace_detect(process->trace, &process->facts, (uint32_t)i, &check->findings, error);
    }
    return status;
}

void jam_check_close(struct jam_check *check)
{
    free(check->items);
    jam_check_frames_fini(check);
    jam_findings_fini(&check->findings);
    jam_intern_fini(&check->texts);
    jam_report_close(&check->report);
    *check = (struct jam_check){0};
}

static bool is_surer(const struct jam_finding *finding, const struct jam_finding *than)
{
    if (finding->grade != than->grade)
        return finding->grade > than->grade;
    return finding->severity > than->severity;
}

static int add_item(struct jam_check *check, struct jam_map *map, const struct jam_finding *finding)
{
    uint64_t hash = jam_check_hash(check, finding);
    uint32_t next = (uint32_t)check->item_count;
    if (jam_array_reserve(&check->items, &check->item_capacity, check->item_count,
                          sizeof *check->items) != 0)
        return -1;
    uint32_t at = jam_map_insert(map, hash, finding->filter, next);
    if (at == JAM_MAP_NONE)
        return -1;
    struct jam_check_item *item = &check->items[at];
    if (at == next) {
        *item = (struct jam_check_item){
            .finding = finding, .hash = hash, .filter = finding->filter, .because = ""};
        snprintf(item->id, sizeof item->id, "%016" PRIx64, hash);
        check->item_count++;
    }
    if (is_surer(finding, item->finding))
        item->finding = finding;
    jam_saturate_add(&item->count, finding->count ? finding->count : 1);
    return 0;
}

static int order(uint64_t a, uint64_t b)
{
    return (a > b) - (a < b);
}

static int compare_items(const void *left, const void *right)
{
    const struct jam_check_item *a = left;
    const struct jam_check_item *b = right;
    const int keys[] = {
        (a->filter != JAM_FILTER_NONE) - (b->filter != JAM_FILTER_NONE),
        order(b->finding->severity, a->finding->severity),
        order(b->finding->grade, a->finding->grade),
        order(b->count, a->count),
        strcmp(a->id, b->id),
        order(a->filter, b->filter),
    };
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
        if (keys[i])
            return keys[i];
    return 0;
}

static bool is_failing(const struct jam_check_item *item, enum jam_fail_on fail_on)
{
    static const enum jam_grade least[] = {
        [JAM_FAIL_CONFIRMED] = JAM_GRADE_CONFIRMED,
        [JAM_FAIL_FEASIBLE] = JAM_GRADE_FEASIBLE,
    };
    const struct jam_finding *finding = item->finding;
    if (item->filter)
        return false;
    if (fail_on == JAM_FAIL_WEAK || fail_on == JAM_FAIL_NEW)
        return finding->severity > JAM_SEVERITY_NOTE;
    return finding->severity == JAM_SEVERITY_ERROR && finding->grade >= least[fail_on];
}

/* The user's files have the last word. A finding that is filtered anyway is no hit. */
static void apply_files(struct jam_check *check, const struct jam_check_rules *rules,
                        struct jam_check_item *item)
{
    if (item->filter)
        return;
    const struct jam_suppress_rule *rule =
        rules->suppressions ? jam_check_find_rule(check, rules->suppressions, item) : NULL;
    if (rule) {
        item->filter = JAM_FILTER_SUPPRESSED;
        item->because = jam_check_keep(check, rule->reason ? rule->reason : rule->label);
    } else if (rules->baseline && jam_baseline_has(rules->baseline, item->hash)) {
        item->filter = JAM_FILTER_BASELINE;
    }
}

static void finish_items(struct jam_check *check, const struct jam_check_rules *rules)
{
    for (size_t i = 0; i < check->item_count; i++) {
        apply_files(check, rules, &check->items[i]);
        check->items[i].is_failing = is_failing(&check->items[i], rules->fail_on);
    }
    if (check->item_count)
        qsort(check->items, check->item_count, sizeof *check->items, compare_items);
    check->shown_count = 0;
    while (check->shown_count < check->item_count && !check->items[check->shown_count].filter)
        check->shown_count++;
}

int jam_check_judge(struct jam_check *check, const struct jam_check_rules *rules,
                    struct jam_error *error)
{
    struct jam_map map = {0};
    int status = 0;
    for (size_t i = 0; !status && i < check->findings.count; i++)
        if (jam_check_python_judge(check, &check->findings.list[i]))
            status = add_item(check, &map, &check->findings.list[i]);
    if (!status)
        status = jam_check_drop_repeated(check, &map);
    jam_map_fini(&map);
    if (status)
        return jam_error_memory(error);
    finish_items(check, rules);
    return 0;
}

bool jam_check_has_failed(const struct jam_check *check)
{
    for (size_t i = 0; i < check->shown_count; i++)
        if (check->items[i].is_failing)
            return true;
    return false;
}
