/* Reads the user's files and applies suppressions. */
#include "render/check/render_check_files.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "render/check/render_check_name.h"
#include "util/text_file.h"

static uint32_t today(void)
{
    time_t now = time(NULL);
    struct tm day;
    if (!gmtime_r(&now, &day))
        return 0;
    return (uint32_t)((day.tm_year + 1900) * 10000 + (day.tm_mon + 1) * 100 + day.tm_mday);
}

static int read_suppressions(struct jam_suppressions *list, const char *path,
                             struct jam_error *error)
{
    char *text = jam_text_file_read(path, error);
    int status = text ? jam_suppressions_parse(list, path, text, error) : error->code;
    free(text);
    return status;
}

/* Names separated by commas. */
static int read_all_suppressions(struct jam_suppressions *list, const char *paths,
                                 struct jam_error *error)
{
    char *names = strdup(paths);
    char *rest = names;
    char *name;
    int status = names ? 0 : jam_error_memory(error);
    while (!status && (name = strsep(&rest, ",")))
        status = read_suppressions(list, name, error);
    free(names);
    return status;
}

static int read_baseline(struct jam_check_files *files, const char *path, struct jam_error *error)
{
    char *text = jam_text_file_read(path, error);
    int status = text ? jam_baseline_parse(&files->baseline, path, text, error) : error->code;
    free(text);
    return status;
}

static int read_order(struct jam_check_files *files, const char *path, struct jam_error *error)
{
    char *text = jam_text_file_read(path, error);
    int status = text ? jam_declared_order_parse(&files->order, path, text, error) : error->code;
    free(text);
    files->has_order = status == 0;
    return status;
}

int jam_check_files_open(struct jam_check_files *files, const struct jam_check_paths *paths,
                         struct jam_error *error)
{
    int status = 0;
    *files = (struct jam_check_files){.suppressions.today = today()};
    if (paths->suppressions)
        status = read_all_suppressions(&files->suppressions, paths->suppressions, error);
    if (!status && paths->baseline)
        status = read_baseline(files, paths->baseline, error);
    if (!status && paths->lock_order)
        status = read_order(files, paths->lock_order, error);
    return status;
}

void jam_check_files_close(struct jam_check_files *files)
{
    jam_suppressions_fini(&files->suppressions);
    jam_baseline_fini(&files->baseline);
    jam_declared_order_fini(&files->order);
}

/* --- a finding as rules see it --------------------------------------------------------------- */

static int copy_stack(struct jam_check *check, const struct jam_finding *finding, uint32_t ref,
                      struct jam_suppress_stack *stack)
{
    struct jam_frame_list list =
        jam_frames_stack(check->report.processes[finding->process].frames, ref);
    if (!list.count)
        return 0;
    stack->frames = calloc(list.count, sizeof *stack->frames);
    if (!stack->frames)
        return -1;
    stack->count = list.count;
    for (size_t i = 0; i < list.count; i++)
        stack->frames[i] = (struct jam_suppress_frame){
            .function = list.frames[i].function,
            .file = list.frames[i].file,
            .module = list.frames[i].module,
            .line = list.frames[i].line,
            .is_inlined = list.frames[i].is_inlined,
        };
    return 0;
}

static int add_use(struct jam_check *check, const struct jam_finding *finding,
                   const struct jam_lock_use *use, struct jam_suppress_subject *subject)
{
    const struct jam_contention_lock *record = jam_check_lock(check, finding, use);
    if (use->lock) {
        struct jam_suppress_lock *lock = &subject->locks[subject->lock_count++];
        lock->name = jam_check_lock_name(check, finding, use);
        lock->class_name = jam_check_class_name(check, finding, use);
        if (record && copy_stack(check, finding, record->created_stack, &lock->created) != 0)
            return -1;
    }
    return copy_stack(check, finding, use->stack, &subject->stacks[subject->stack_count++]);
}

static int fill_subject(struct jam_check *check, const struct jam_check_item *item,
                        struct jam_suppress_subject *subject)
{
    const struct jam_finding *finding = item->finding;
    size_t room = 2 * finding->edge_count + 2;
    int status = 0;
    subject->kind = finding->kind;
    subject->id = item->id;
    subject->edge_count = finding->edge_count;
    subject->stacks = calloc(room, sizeof *subject->stacks);
    subject->locks = calloc(room, sizeof *subject->locks);
    if (!subject->stacks || !subject->locks)
        return -1;
    for (size_t i = 0; !status && i < finding->edge_count; i++) {
        status = add_use(check, finding, &finding->edges[i].holds, subject);
        if (!status)
            status = add_use(check, finding, &finding->edges[i].wants, subject);
    }
    if (!status)
        status = add_use(check, finding, &finding->subject, subject);
    return status ? status : add_use(check, finding, &finding->other, subject);
}

static void fini_subject(struct jam_suppress_subject *subject)
{
    for (size_t i = 0; i < subject->stack_count; i++)
        free(subject->stacks[i].frames);
    for (size_t i = 0; i < subject->lock_count; i++)
        free(subject->locks[i].created.frames);
    free(subject->stacks);
    free(subject->locks);
}

const struct jam_suppress_rule *jam_check_find_rule(struct jam_check *check,
                                                    struct jam_suppressions *list,
                                                    const struct jam_check_item *item)
{
    struct jam_suppress_subject subject = {0};
    const struct jam_suppress_rule *rule = NULL;
    if (list->count && fill_subject(check, item, &subject) == 0)
        rule = jam_suppressions_find(list, &subject);
    fini_subject(&subject);
    return rule;
}

/* --- what became of the rules ---------------------------------------------------------------- */

static void print_rule(const struct jam_suppress_rule *rule, const char *text, FILE *out)
{
    fprintf(out, "lockjam: %s:%u: %s: %s\n", rule->file, rule->line, text, rule->label);
}

void jam_check_files_notes(const struct jam_check_files *files, bool is_verbose, FILE *out)
{
    const struct jam_suppressions *list = &files->suppressions;
    char text[128];
    uint64_t hits = 0;
    size_t used = 0;
    for (size_t i = 0; i < list->count; i++) {
        const struct jam_suppress_rule *rule = &list->rules[i];
        hits += rule->hits;
        used += rule->hits != 0;
        snprintf(text, sizeof text, "matched %llu times", (unsigned long long)rule->hits);
        if (jam_suppress_is_expired(list, rule))
            print_rule(rule, "expired suppression, it does not hold any more", out);
        else if (!rule->hits)
            print_rule(rule, "unused suppression", out);
        else if (is_verbose)
            print_rule(rule, text, out);
    }
    if (hits)
        fprintf(out, "lockjam: %zu of %zu suppressions matched %llu findings\n", used, list->count,
                (unsigned long long)hits);
}
