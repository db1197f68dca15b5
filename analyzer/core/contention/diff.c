/* Matching by name, judging by waiting. */
#include "core/contention/diff.h"

#include <stdlib.h>

#include "util/array.h"

void jam_diff_fini(struct jam_diff *diff)
{
    free(diff->rows);
    jam_map_fini(&diff->map);
    jam_intern_fini(&diff->names);
    *diff = (struct jam_diff){0};
}

static struct jam_diff_row *get_row(struct jam_diff *diff, uint32_t lock, uint32_t site)
{
    uint32_t next = (uint32_t)diff->count;
    if (jam_array_reserve(&diff->rows, &diff->capacity, next, sizeof *diff->rows) != 0)
        return NULL;
    uint32_t at = jam_map_insert(&diff->map, lock, site, next);
    if (at == JAM_MAP_NONE)
        return NULL;
    if (at == next)
        diff->rows[diff->count++] = (struct jam_diff_row){.lock = lock, .site = site};
    return &diff->rows[at];
}

int jam_diff_add(struct jam_diff *diff, enum jam_diff_side side, const struct jam_diff_part *part)
{
    uint32_t lock = jam_intern_add(&diff->names, part->lock);
    uint32_t site = part->site ? jam_intern_add(&diff->names, part->site) : JAM_MAP_NONE;
    bool is_short = lock == JAM_MAP_NONE || (part->site && site == JAM_MAP_NONE);
    struct jam_diff_row *row = is_short ? NULL : get_row(diff, lock, site);
    if (!row)
        return -1;
    row->kind = part->kind;
    row->is_there[side] = true;
    jam_totals_add(&row->totals[side], &part->totals);
    if (!part->site)
        jam_totals_add(&diff->totals[side], &part->totals);
    return 0;
}

double jam_diff_percent(const struct jam_totals totals[JAM_DIFF_SIDES])
{
    double old = (double)totals[JAM_DIFF_OLD].wait_ns;
    return old > 0 ? 100 * ((double)totals[JAM_DIFF_NEW].wait_ns - old) / old : 0;
}

static uint64_t change_of(const struct jam_totals totals[JAM_DIFF_SIDES])
{
    uint64_t old = totals[JAM_DIFF_OLD].wait_ns;
    uint64_t new = totals[JAM_DIFF_NEW].wait_ns;
    return old > new ? old - new : new - old;
}

/* Changes up to here are noise. */
static uint64_t noise_of(const struct jam_diff *diff)
{
    uint64_t old = diff->totals[JAM_DIFF_OLD].wait_ns;
    uint64_t new = diff->totals[JAM_DIFF_NEW].wait_ns;
    uint64_t part = (old > new ? old : new) / 100;
    return part > JAM_DIFF_NOISE_NS ? part : JAM_DIFF_NOISE_NS;
}

static enum jam_verdict judge(const struct jam_totals totals[JAM_DIFF_SIDES], uint64_t noise,
                              double percent)
{
    uint64_t old = totals[JAM_DIFF_OLD].wait_ns;
    uint64_t new = totals[JAM_DIFF_NEW].wait_ns;
    if (change_of(totals) <= noise)
        return JAM_VERDICT_SAME;
    if (!old)
        return JAM_VERDICT_NEW;
    if (!new)
        return JAM_VERDICT_GONE;
    if ((double)change_of(totals) * 100 <= (double)old * percent)
        return JAM_VERDICT_SAME;
    return new > old ? JAM_VERDICT_WORSE : JAM_VERDICT_BETTER;
}

/* A class whose waiting did not change enough may still have come or gone as a whole. */
static enum jam_verdict judge_row(const struct jam_diff_row *row, uint64_t noise, double percent)
{
    enum jam_verdict verdict = judge(row->totals, noise, percent);
    if (verdict == JAM_VERDICT_SAME && !row->is_there[JAM_DIFF_OLD])
        return JAM_VERDICT_NEW;
    if (verdict == JAM_VERDICT_SAME && !row->is_there[JAM_DIFF_NEW])
        return JAM_VERDICT_GONE;
    return verdict;
}

/* Where a row's class stands: the class's own change decides for its call sites too. */
static uint64_t class_change(const struct jam_diff *diff, const struct jam_diff_row *row)
{
    uint32_t at = jam_map_find(&diff->map, row->lock, JAM_MAP_NONE);
    return at == JAM_MAP_NONE ? 0 : change_of(diff->rows[at].totals);
}

struct order {
    struct jam_diff_row row;
    uint64_t class_change, change;
};

static int compare_orders(const void *left, const void *right)
{
    const struct order *a = left;
    const struct order *b = right;
    bool is_class[] = {a->row.site == JAM_MAP_NONE, b->row.site == JAM_MAP_NONE};
    if (a->class_change != b->class_change)
        return a->class_change < b->class_change ? 1 : -1;
    if (a->row.lock != b->row.lock)
        return a->row.lock < b->row.lock ? -1 : 1;
    if (is_class[0] != is_class[1])
        return is_class[0] ? -1 : 1;
    if (a->change != b->change)
        return a->change < b->change ? 1 : -1;
    return (a->row.site > b->row.site) - (a->row.site < b->row.site);
}

/* Without memory the rows stay in the order in which they came. */
static void sort_rows(struct jam_diff *diff)
{
    struct order *orders = calloc(diff->count + 1, sizeof *orders);
    if (!orders)
        return;
    for (size_t i = 0; i < diff->count; i++)
        orders[i] = (struct order){diff->rows[i], class_change(diff, &diff->rows[i]),
                                   change_of(diff->rows[i].totals)};
    qsort(orders, diff->count, sizeof *orders, compare_orders);
    for (size_t i = 0; i < diff->count; i++)
        diff->rows[i] = orders[i].row;
    free(orders);
}

void jam_diff_finish(struct jam_diff *diff, const struct jam_diff_rule *rule)
{
    uint64_t noise = noise_of(diff);
    for (size_t i = 0; i < diff->count; i++)
        diff->rows[i].verdict = judge_row(&diff->rows[i], noise, rule->percent);
    diff->verdict = judge(diff->totals, noise, rule->percent);
    sort_rows(diff);
}

static bool is_regression(const struct jam_totals totals[JAM_DIFF_SIDES], uint64_t noise,
                          double percent)
{
    enum jam_verdict verdict = judge(totals, noise, percent);
    return verdict == JAM_VERDICT_WORSE || verdict == JAM_VERDICT_NEW;
}

size_t jam_diff_regressions(const struct jam_diff *diff, double percent)
{
    uint64_t noise = noise_of(diff);
    size_t count = is_regression(diff->totals, noise, percent);
    for (size_t i = 0; i < diff->count; i++)
        count += diff->rows[i].site == JAM_MAP_NONE &&
                 is_regression(diff->rows[i].totals, noise, percent);
    return count;
}

const char *jam_verdict_name(enum jam_verdict verdict)
{
    static const char *const names[JAM_VERDICTS] = {
        [JAM_VERDICT_SAME] = "same", [JAM_VERDICT_BETTER] = "better", [JAM_VERDICT_WORSE] = "worse",
        [JAM_VERDICT_NEW] = "new",   [JAM_VERDICT_GONE] = "gone",
    };
    return names[verdict];
}
