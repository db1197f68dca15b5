/* Differences of readings; render_top_print.c shows them. */
#include "render/render_top.h"

#include <stdlib.h>
#include <string.h>

#include "util/array.h"
#include "util/saturate.h"

#define STACK_KEY (UINT64_C(1) << 32) /* keeps call stacks apart from generations in maps */

const char *const jam_top_sort_choices[] = {"wait", "waits", "acquired", "held", NULL};

static uint64_t site_key(const struct jam_contention_site *site)
{
    return STACK_KEY + ((uint64_t)site->stack << 1 | site->mode) * 2 + 1;
}

static void totals_values(const struct jam_totals *totals, uint64_t value[JAM_TOP_SORTS])
{
    value[JAM_TOP_WAIT] = totals->wait_ns;
    value[JAM_TOP_WAITS] = totals->contended;
    value[JAM_TOP_ACQUIRED] = totals->acquisitions;
    value[JAM_TOP_HELD] = totals->hold_ns;
}

/* Waits that last count up to now. */
static uint64_t waiting_ns(const struct jam_top *top, size_t lock, uint32_t stack)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < top->waitings.count; i++)
        if (top->waitings.items[i].lock == lock &&
            (!stack || top->waitings.items[i].stack == stack))
            jam_saturate_add(&sum, top->waitings.items[i].for_ns);
    return sum;
}

/* Keeps a reading's values; false when memory is short. */
static bool remember(struct jam_top *top, uint64_t lock, uint64_t what,
                     const uint64_t value[JAM_TOP_SORTS])
{
    if (jam_array_reserve(&top->values, &top->value_capacity, top->value_count,
                          sizeof *top->values) != 0)
        return false;
    if (jam_map_insert(&top->before, lock, what, (uint32_t)top->value_count) == JAM_MAP_NONE)
        return false;
    memcpy(top->values[top->value_count++], value, sizeof *top->values);
    return true;
}

/*
 * The clock's rate is known better with each reading, which moves old sums a little: such
 * growth is none, where nothing was counted.
 */
static void drop_drift(uint64_t value[JAM_TOP_SORTS], const uint64_t before[JAM_TOP_SORTS])
{
    if (value[JAM_TOP_WAITS] || value[JAM_TOP_ACQUIRED])
        return;
    for (unsigned i = 0; i < JAM_TOP_SORTS; i++)
        if (value[i] <= before[i] >> 10)
            value[i] = 0;
}

/* Turns values into their growth since the reading before. */
static void subtract(const struct jam_top *top, uint64_t lock, uint64_t what,
                     uint64_t value[JAM_TOP_SORTS])
{
    uint32_t at = jam_map_find(&top->before, lock, what);
    for (unsigned i = 0; at != JAM_MAP_NONE && i < JAM_TOP_SORTS; i++)
        value[i] = value[i] > top->values[at][i] ? value[i] - top->values[at][i] : 0;
    if (at != JAM_MAP_NONE)
        drop_drift(value, top->values[at]);
}

static bool has_any(const uint64_t value[JAM_TOP_SORTS])
{
    return value[0] || value[1] || value[2] || value[3];
}

static void lock_values(const struct jam_top *top, size_t index, uint64_t value[JAM_TOP_SORTS])
{
    totals_values(&top->report.contention.locks[index].totals, value);
    jam_saturate_add(&value[JAM_TOP_WAIT], waiting_ns(top, index, 0));
}

static void site_values(const struct jam_top *top, const struct jam_contention_site *site,
                        uint64_t value[JAM_TOP_SORTS])
{
    totals_values(&site->totals, value);
    jam_saturate_add(&value[JAM_TOP_WAIT], waiting_ns(top, site->lock, site->stack));
}

/* The reading that is about to be replaced becomes "before". */
static int keep_values(struct jam_top *top)
{
    const struct jam_contention *contention = &top->report.contention;
    uint64_t value[JAM_TOP_SORTS];
    jam_map_fini(&top->before);
    top->value_count = 0;
    for (size_t i = 0; i < contention->lock_count; i++) {
        lock_values(top, i, value);
        if (!remember(top, contention->locks[i].id, 0, value))
            return -1;
    }
    for (size_t i = 0; i < contention->site_count; i++) {
        const struct jam_contention_site *site = &contention->sites[i];
        site_values(top, site, value);
        if (!remember(top, contention->locks[site->lock].id, site_key(site), value))
            return -1;
    }
    return 0;
}

static int add_row(struct jam_top_row **rows, size_t *count, size_t *capacity,
                   const struct jam_top_row *row)
{
    if (jam_array_reserve(rows, capacity, *count, sizeof **rows) != 0)
        return -1;
    (*rows)[(*count)++] = *row;
    return 0;
}

/* `kept`: id of the lock that has a row even if nothing happened to it. */
static int make_rows(struct jam_top *top, uint32_t kept)
{
    const struct jam_contention *contention = &top->report.contention;
    top->lock_count = top->site_count = 0;
    for (size_t i = 0; i < contention->lock_count; i++) {
        struct jam_top_row row = {.lock = (uint32_t)i};
        lock_values(top, i, row.value);
        subtract(top, contention->locks[i].id, 0, row.value);
        if (!has_any(row.value) && contention->locks[i].id != kept)
            continue;
        if (add_row(&top->locks, &top->lock_count, &top->lock_capacity, &row) != 0)
            return -1;
    }
    for (size_t i = 0; i < contention->site_count; i++) {
        const struct jam_contention_site *site = &contention->sites[i];
        struct jam_top_row row = {.lock = site->lock, .stack = site->stack};
        site_values(top, site, row.value);
        subtract(top, contention->locks[site->lock].id, site_key(site), row.value);
        if (!has_any(row.value))
            continue;
        if (add_row(&top->sites, &top->site_count, &top->site_capacity, &row) != 0)
            return -1;
    }
    return 0;
}

int jam_top_read(struct jam_top *top, uint32_t kept, struct jam_error *error)
{
    uint64_t before_ns = top->at_ns;
    int status = top->has_report && keep_values(top) != 0 ? jam_error_memory(error) : 0;
    jam_waitings_fini(&top->waitings);
    jam_report_close(&top->report);
    if (!status)
        status = jam_report_open_totals(&top->report, &top->path, 1, error);
    if (!status &&
        (jam_waitings_init(&top->waitings, &top->report) != 0 || make_rows(top, kept) != 0))
        status = jam_error_memory(error);
    if (status)
        return status;
    top->at_ns = top->report.processes[0].facts.duration_ns;
    top->interval_ns = top->has_report && top->at_ns > before_ns ? top->at_ns - before_ns : 0;
    top->has_report = true;
    return 0;
}

void jam_top_fini(struct jam_top *top)
{
    jam_waitings_fini(&top->waitings);
    jam_report_close(&top->report);
    jam_map_fini(&top->before);
    jam_map_fini(&top->name_map);
    jam_intern_fini(&top->names);
    free(top->values);
    free(top->locks);
    free(top->sites);
    *top = (struct jam_top){0};
}

uint32_t jam_top_lock_at(const struct jam_top *top, size_t row)
{
    return row < top->lock_count ? top->report.contention.locks[top->locks[row].lock].id : 0;
}

size_t jam_top_row_of(const struct jam_top *top, uint32_t lock)
{
    for (size_t row = 0; row < top->lock_count; row++)
        if (jam_top_lock_at(top, row) == lock)
            return row;
    return 0;
}
