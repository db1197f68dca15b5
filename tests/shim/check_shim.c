#include "check_shim.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/finding/baseline.h"
#include "core/order/declared_order.h"
#include "core/finding/fingerprint.h"
#include "core/finding/pattern.h"
#include "core/finding/suppress.h"
#include "render/check/render_check_words.h"
#include "util/wrap.h"

#define MAX_STACKS 8
#define MAX_FRAMES 8

int jam_shim_pattern_match(const char *pattern, const char *text)
{
    return jam_pattern_is_match(pattern, text);
}

int jam_shim_pattern_part(const char *pattern, const char *text)
{
    return jam_pattern_is_part(pattern, text);
}

/* A finding with the room for its parts. */
struct built {
    struct jam_suppress_subject subject;
    struct jam_suppress_frame frames[MAX_STACKS][MAX_FRAMES];
    struct jam_suppress_stack stacks[MAX_STACKS];
    struct jam_suppress_lock locks[MAX_STACKS];
    char text[MAX_STACKS][256];
};

static void build_stack(struct built *built, size_t index, const char *stack)
{
    snprintf(built->text[index], sizeof built->text[index], "%s", stack);
    char *rest = built->text[index];
    struct jam_suppress_stack *made = &built->stacks[index];
    made->frames = built->frames[index];
    for (char *name; made->count < MAX_FRAMES && (name = strsep(&rest, "<")); made->count++)
        made->frames[made->count] = (struct jam_suppress_frame){
            .function = name,
            .file = "src/file.c",
            .module = "/usr/lib/libpay.so",
            .line = 7,
            .is_inlined = strncmp(name, "inl_", 4) == 0,
        };
}

static enum jam_finding_kind find_kind(const char *name)
{
    for (unsigned i = 0; i < JAM_FINDING_KINDS; i++)
        if (strcmp(jam_finding_kind_name(i), name) == 0)
            return i;
    abort();
}

static void build(struct built *built, const struct jam_shim_subject *from)
{
    struct jam_suppress_subject *subject = &built->subject;
    subject->kind = find_kind(from->kind);
    subject->id = from->id;
    subject->stacks = built->stacks;
    subject->locks = built->locks;
    subject->edge_count = from->edges;
    for (const char *const *stack = from->stacks; *stack; stack++)
        build_stack(built, subject->stack_count++, *stack);
    for (const char *const *lock = from->locks; *lock; lock++)
        built->locks[subject->lock_count++] =
            (struct jam_suppress_lock){.name = *lock, .class_name = *lock};
}

static int keep_error(int status, const struct jam_error *error, char *text)
{
    snprintf(text, JAM_SHIM_TEXT_BYTES, "%s", status < 0 ? error->text : "");
    return status;
}

int jam_shim_suppress(const char *text, const struct jam_shim_subject *subject, uint32_t today,
                      unsigned *hit, char error[JAM_SHIM_TEXT_BYTES])
{
    struct jam_suppressions list = {.today = today};
    struct jam_error failure = {0};
    char *copy = strdup(text);
    int status = jam_suppressions_parse(&list, "file", copy, &failure);
    if (!status && subject) {
        struct built built = {0};
        build(&built, subject);
        const struct jam_suppress_rule *rule = jam_suppressions_find(&list, &built.subject);
        *hit = rule ? rule->line : 0;
    }
    if (!status)
        status = (int)list.count;
    jam_suppressions_fini(&list);
    free(copy);
    return keep_error(status, &failure, error);
}

int jam_shim_baseline(const char *text, uint64_t id, int *has, char error[JAM_SHIM_TEXT_BYTES])
{
    struct jam_baseline baseline = {0};
    struct jam_error failure = {0};
    char *copy = strdup(text);
    int status = jam_baseline_parse(&baseline, "file", copy, &failure);
    *has = jam_baseline_has(&baseline, id);
    if (!status)
        status = (int)baseline.count;
    jam_baseline_fini(&baseline);
    free(copy);
    return keep_error(status, &failure, error);
}

int jam_shim_order(const char *text, const char *before, const char *after, int *has,
                   char error[JAM_SHIM_TEXT_BYTES])
{
    struct jam_declared_order order = {0};
    struct jam_error failure = {0};
    char *copy = strdup(text);
    int status = jam_declared_order_parse(&order, "file", copy, &failure);
    if (!status) {
        *has = jam_declared_order_has(&order, jam_declared_order_find(&order, before),
                                      jam_declared_order_find(&order, after));
        status = (int)order.count;
    }
    jam_declared_order_fini(&order);
    free(copy);
    return keep_error(status, &failure, error);
}

uint64_t jam_shim_fingerprint_frame(const char *function, const char *file, const char *module,
                                    uint64_t offset)
{
    const struct jam_fingerprint_frame frame = {function, file, module, offset};
    return jam_fingerprint_frame(JAM_FINGERPRINT_START, &frame);
}

uint64_t jam_shim_fingerprint_join(const uint64_t *parts, size_t count)
{
    uint64_t copy[MAX_STACKS];
    memcpy(copy, parts, count * sizeof *copy);
    return jam_fingerprint_join(JAM_FINGERPRINT_START, copy, count);
}

const char *jam_shim_fingerprint_class(const char *name, char text[JAM_SHIM_TEXT_BYTES])
{
    return jam_fingerprint_class(name, text, JAM_SHIM_TEXT_BYTES);
}

const char *jam_shim_check_losses(char *path, char result[JAM_SHIM_TEXT_BYTES])
{
    const struct jam_check_rules rules = {.fail_on = JAM_FAIL_FEASIBLE};
    struct jam_check check;
    struct jam_error error = {0};
    int status = jam_check_open(&check, &path, 1, &error);
    if (!status)
        status = jam_check_judge(&check, &rules, &error);
    snprintf(result, JAM_SHIM_TEXT_BYTES, "%s", status ? error.text : jam_check_losses(&check));
    jam_check_close(&check);
    return result;
}

const char *jam_shim_wrap(const char *text, size_t indent, size_t columns,
                          char result[JAM_SHIM_TEXT_BYTES])
{
    const struct jam_wrap wrap = {0, indent, columns};
    FILE *out = fmemopen(result, JAM_SHIM_TEXT_BYTES, "w");
    jam_wrap_print(&wrap, text, out);
    fclose(out);
    return result;
}
