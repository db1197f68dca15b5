/* The column table, and what works on rows of it. */
#include "core/contention/column.h"

#include <stdlib.h>
#include <string.h>

#include "util/saturate.h"

#define COLUMN_ROW(name, key, heading, json, unit, width, shown, known)                            \
    [JAM_COLUMN_##name] = {key, heading, json, JAM_UNIT_##unit, width, shown, known},
const struct jam_column jam_columns[JAM_COLUMNS] = {JAM_COLUMN_ROWS(COLUMN_ROW)};

#define COLUMN_KEY(name, key, ...) [JAM_COLUMN_##name] = key,
const char *const jam_column_keys[] = {JAM_COLUMN_ROWS(COLUMN_KEY)[JAM_COLUMN_NAME] = "name", NULL};

const char *const jam_by_choices[] = {"lock", "site", "class", "thread", "role", NULL};

static uint64_t mean(uint64_t sum, uint64_t count)
{
    return count ? sum / count : 0;
}

void jam_row_set_totals(struct jam_row *row, const struct jam_totals *totals)
{
    row->value[JAM_COLUMN_WAIT] = totals->wait_ns;
    row->value[JAM_COLUMN_MAX] = totals->wait_max_ns;
    row->value[JAM_COLUMN_MEAN] = mean(totals->wait_ns, totals->contended);
    row->value[JAM_COLUMN_CONTENDED] = totals->contended;
    row->value[JAM_COLUMN_ACQUISITIONS] = totals->acquisitions;
    row->value[JAM_COLUMN_HOLD] = totals->hold_ns;
    row->value[JAM_COLUMN_HOLD_MAX] = totals->hold_max_ns;
    row->value[JAM_COLUMN_HOLD_CONTENDED] = totals->hold_contended_ns;
    row->value[JAM_COLUMN_TRIES] = totals->try_failures;
    row->value[JAM_COLUMN_TIMEOUTS] = totals->timeouts;
}

static int is_maximum(size_t column)
{
    return column == JAM_COLUMN_MAX || column == JAM_COLUMN_HOLD_MAX ||
           column == JAM_COLUMN_WAITERS;
}

void jam_row_merge(struct jam_row *row, const struct jam_row *more)
{
    for (size_t i = 0; i < JAM_COLUMNS; i++) {
        if (is_maximum(i))
            jam_saturate_max(&row->value[i], more->value[i]);
        else
            jam_saturate_add(&row->value[i], more->value[i]);
    }
    if (row->value[JAM_COLUMN_CRITICAL] > JAM_SHARE_WHOLE) /* locks held at the same time */
        row->value[JAM_COLUMN_CRITICAL] = JAM_SHARE_WHOLE;
    row->value[JAM_COLUMN_MEAN] =
        mean(row->value[JAM_COLUMN_WAIT], row->value[JAM_COLUMN_CONTENDED]);
    if (row->kind != more->kind)
        row->kind = 0;
}

static int compare_rows(const void *left, const void *right, void *context)
{
    const struct jam_row *a = left;
    const struct jam_row *b = right;
    const size_t columns[] = {*(const enum jam_column_id *)context, JAM_COLUMN_WAIT,
                              JAM_COLUMN_ACQUISITIONS};
    for (size_t i = 0; i < sizeof columns / sizeof columns[0] && columns[0] != JAM_COLUMN_NAME; i++)
        if (a->value[columns[i]] != b->value[columns[i]])
            return a->value[columns[i]] < b->value[columns[i]] ? 1 : -1;
    int order = strcmp(a->name, b->name);
    return order ? order : (a->subject > b->subject) - (a->subject < b->subject);
}

void jam_row_sort(struct jam_row *rows, size_t count, enum jam_column_id column)
{
    if (count)
        qsort_r(rows, count, sizeof *rows, compare_rows, &column);
}
