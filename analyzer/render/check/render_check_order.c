/*
 * The declared lock order against the dependencies of the traces: what is taken while what is held,
 * by class.
 */
#include <stdlib.h>
#include <string.h>

#include "render/check/render_check_files.h"
#include "render/check/render_check_name.h"
#include "trace/trace_record.h"
#include "util/array.h"
#include "util/output.h"

/* One dependency and one lock that was held: what the callbacks of a walk see. */
struct pair {
    const struct jam_dependency *dependency;
    const struct jam_dependency_held *held;
    uint32_t before, after; /* classes: numbers in walk.classes */
    uint32_t process;
};

struct walk {
    struct jam_check *check;
    struct jam_intern classes;
    struct jam_map by_lock; /* (process and lock, generation): class number */
    int (*see)(struct walk *, const struct pair *);
    struct jam_declared_order *order; /* declared, or the one that is made */
    uint32_t *numbers;                /* class number: its number in order; when checking */
    size_t number_capacity;
};

/* Locks that order: what is waited for but not held (joins, conditions) has no place in it. */
static bool is_lock(uint16_t kind, uint16_t flags)
{
    return kind == JAM_LOCK_MUTEX || kind == JAM_LOCK_RWLOCK || kind == JAM_LOCK_SPIN ||
           kind >= JAM_LOCK_GIL || (kind == JAM_LOCK_SEM && flags & JAM_LOCK_LOCKLIKE);
}

static uint32_t name_class(struct walk *walk, uint32_t process, const struct jam_lock_use *use)
{
    const struct jam_finding finding = {.process = process};
    const struct jam_contention_lock *lock = jam_check_lock(walk->check, &finding, use);
    bool is_ordered = lock && is_lock(lock->kind, lock->flags);
    return jam_intern_add(&walk->classes,
                          is_ordered ? jam_check_class_name(walk->check, &finding, use) : "");
}

/* The class of a lock, looked up once; number 0 is "", what is no lock. */
static uint32_t class_of(struct walk *walk, uint32_t process, uint32_t lock, uint32_t generation)
{
    const struct jam_lock_use use = {.lock = lock, .generation = generation};
    uint64_t key = (uint64_t)process << 32 | lock;
    uint32_t known = jam_map_find(&walk->by_lock, key, generation);
    if (known != JAM_MAP_NONE)
        return known;
    uint32_t number = name_class(walk, process, &use);
    return number == JAM_MAP_NONE ? number
                                  : jam_map_insert(&walk->by_lock, key, generation, number);
}

static int see_dependency(struct walk *walk, uint32_t process,
                          const struct jam_dependency *dependency)
{
    struct pair pair = {.dependency = dependency, .process = process};
    int status = 0;
    if (dependency->flags & JAM_DEPENDENCY_TRY)
        return 0;
    pair.after = class_of(walk, process, dependency->lock, dependency->generation);
    for (size_t i = 0; !status && pair.after && i < dependency->held_count; i++) {
        pair.held = &dependency->held[i];
        pair.before = class_of(walk, process, pair.held->lock, pair.held->generation);
        if (pair.before == JAM_MAP_NONE || pair.after == JAM_MAP_NONE)
            return -1;
        if (pair.before && pair.before != pair.after)
            status = walk->see(walk, &pair);
    }
    return status;
}

static int walk_all(struct walk *walk)
{
    int status = jam_intern_add(&walk->classes, "") == JAM_MAP_NONE ? -1 : 0;
    for (size_t i = 0; i < walk->check->report.process_count; i++) {
        struct jam_cursor cursor;
        const struct jam_dependency *dependency;
        jam_cursor_start(&cursor, walk->check->report.processes[i].trace, JAM_EXTENT_DEPENDENCIES);
        while (!status && (dependency = jam_cursor_next(&cursor)))
            status = see_dependency(walk, (uint32_t)i, dependency);
    }
    return status;
}

static void fini_walk(struct walk *walk)
{
    jam_intern_fini(&walk->classes);
    jam_map_fini(&walk->by_lock);
    free(walk->numbers);
}

/* --- checking -------------------------------------------------------------------------------- */

#define UNKNOWN (JAM_MAP_NONE - 1) /* not looked up yet */

static int grow_numbers(struct walk *walk, uint32_t class_number)
{
    size_t old = walk->number_capacity;
    while (walk->number_capacity <= class_number) {
        size_t count = walk->number_capacity;
        if (jam_array_reserve(&walk->numbers, &walk->number_capacity, count,
                              sizeof *walk->numbers) != 0)
            return -1;
    }
    for (size_t i = old; i < walk->number_capacity; i++)
        walk->numbers[i] = UNKNOWN;
    return 0;
}

/* The class's number in the declared order, JAM_MAP_NONE if it is not mentioned. */
static uint32_t declared_number(struct walk *walk, uint32_t class_number)
{
    if (grow_numbers(walk, class_number) != 0)
        return JAM_MAP_NONE;
    if (walk->numbers[class_number] == UNKNOWN)
        walk->numbers[class_number] =
            jam_declared_order_find(walk->order, jam_intern_text(&walk->classes, class_number));
    return walk->numbers[class_number];
}

static int add_violation(struct walk *walk, const struct pair *pair)
{
    const struct jam_dependency *dependency = pair->dependency;
    struct jam_finding *finding = jam_findings_add(
        &walk->check->findings, JAM_FINDING_LOCK_ORDER_INVERSION, JAM_GRADE_FEASIBLE);
    const struct jam_finding_edge edge = {
        .thread = dependency->instance[0].thread,
        .holds = {pair->held->lock, pair->held->generation, pair->held->stack, pair->held->mode,
                  pair->held->flags},
        .wants = {dependency->lock, dependency->generation, dependency->stack, dependency->mode, 0},
    };
    if (!finding)
        return -1;
    finding->reason = JAM_REASON_DECLARED;
    finding->process = pair->process;
    finding->thread = edge.thread;
    finding->count = dependency->instances;
    int status = jam_finding_add_edge(finding, &edge);
    for (size_t i = 0; !status && i < dependency->held_count; i++) {
        const struct jam_dependency_held *held = &dependency->held[i];
        const struct jam_lock_use use = {held->lock, held->generation, held->stack, held->mode,
                                         held->flags};
        status = jam_finding_add_held(finding, &use);
    }
    return status;
}

static int check_pair(struct walk *walk, const struct pair *pair)
{
    uint32_t before = declared_number(walk, pair->before);
    uint32_t after = declared_number(walk, pair->after);
    return jam_declared_order_has(walk->order, after, before) ? add_violation(walk, pair) : 0;
}

int jam_check_apply_order(struct jam_check *check, struct jam_declared_order *order,
                          struct jam_error *error)
{
    struct walk walk = {.check = check, .see = check_pair, .order = order};
    int status = walk_all(&walk);
    fini_walk(&walk);
    return status ? jam_error_memory(error) : 0;
}

/* --- writing --------------------------------------------------------------------------------- */

static int collect_pair(struct walk *walk, const struct pair *pair)
{
    const char *before = jam_intern_text(&walk->classes, pair->before);
    const char *after = jam_intern_text(&walk->classes, pair->after);
    uint64_t key = (uint64_t)pair->before << 32 | pair->after;
    uint32_t next = (uint32_t)walk->order->count;
    uint32_t at = jam_map_insert(&walk->by_lock, key, UINT64_MAX, next);
    if (at == JAM_MAP_NONE)
        return -1;
    return at == next ? jam_declared_order_add(walk->order, before, after) : 0;
}

static int compare_texts(const void *left, const void *right)
{
    return strcmp(*(const char *const *)left, *(const char *const *)right);
}

/* One line a pair; pairs that contradict each other are comments: somebody has to decide. */
static char *pair_line(struct jam_declared_order *order, const struct jam_declared_pair *pair)
{
    char *line = NULL;
    bool is_open = jam_declared_order_has(order, pair->after, pair->before);
    if (asprintf(&line, "%s%s -> %s\n", is_open ? "# contradicts other pairs: " : "",
                 jam_intern_text(&order->classes, pair->before),
                 jam_intern_text(&order->classes, pair->after)) < 0)
        return NULL;
    return line;
}

/* Sorted, so that two runs write the same file. */
static int print_pairs(struct jam_declared_order *order, FILE *out)
{
    char **lines = calloc(order->count + 1, sizeof *lines);
    int status = lines && jam_declared_order_finish(order) == 0 ? 0 : -1;
    for (size_t i = 0; !status && i < order->count; i++)
        status = (lines[i] = pair_line(order, &order->pairs[i])) ? 0 : -1;
    if (!status && order->count)
        qsort(lines, order->count, sizeof *lines, compare_texts);
    for (size_t i = 0; !status && i < order->count; i++)
        fputs(lines[i], out);
    for (size_t i = 0; lines && i < order->count; i++)
        free(lines[i]);
    free(lines);
    return status;
}

static int write_order(struct jam_declared_order *order, const char *path, struct jam_error *error)
{
    struct jam_output output;
    if (jam_output_open(&output, path, NULL, 0, error) != 0)
        return error->code;
    fputs(JAM_DECLARED_ORDER_TITLE "\n# A -> B: B may be taken while A is held.\n", output.stream);
    int status = print_pairs(order, output.stream) ? jam_error_memory(error) : 0;
    int closed = jam_output_close(&output, error);
    return status ? status : closed;
}

int jam_check_write_order(struct jam_check *check, const char *path, struct jam_error *error)
{
    struct jam_declared_order order = {0};
    struct walk walk = {.check = check, .see = collect_pair, .order = &order};
    int status = walk_all(&walk) ? jam_error_memory(error) : 0;
    if (!status)
        status = write_order(&order, path, error);
    fini_walk(&walk);
    jam_declared_order_fini(&order);
    return status;
}
