/* Sums sites (waiters) or blames (blockers) by lock and call stack. */
#include "render/render_samples.h"

#include <stdlib.h>

#include "core/lock_kind.h"
#include "util/array.h"
#include "util/saturate.h"

void jam_samples_fini(struct jam_samples *samples)
{
    free(samples->items);
    jam_map_fini(&samples->by_stack);
    *samples = (struct jam_samples){0};
}

static int add(struct jam_samples *samples, const struct jam_sample *sample)
{
    if (!sample->count && !sample->wait_ns)
        return 0;
    if (jam_array_reserve(&samples->items, &samples->capacity, samples->count,
                          sizeof *samples->items) != 0)
        return -1;
    uint32_t next = (uint32_t)samples->count;
    uint32_t at = jam_map_insert(&samples->by_stack, sample->lock, sample->stack, next);
    if (at == JAM_MAP_NONE)
        return -1;
    if (at == next) {
        samples->items[samples->count++] = *sample;
        return 0;
    }
    jam_saturate_add(&samples->items[at].count, sample->count);
    jam_saturate_add(&samples->items[at].wait_ns, sample->wait_ns);
    return 0;
}

static int add_waiters(struct jam_samples *samples, const struct jam_report *report, size_t lock)
{
    const struct jam_contention_lock *of = &report->contention.locks[lock];
    for (size_t i = 0; i < of->site_count; i++) {
        const struct jam_contention_site *site = &report->contention.sites[of->first_site + i];
        struct jam_sample sample = {lock, site->stack, site->totals.contended,
                                    site->totals.wait_ns};
        if (add(samples, &sample) != 0)
            return -1;
    }
    return 0;
}

static int add_blockers(struct jam_samples *samples, const struct jam_report *report, size_t lock)
{
    const struct jam_contention_lock *of = &report->contention.locks[lock];
    for (size_t i = 0; i < of->blame_count; i++) {
        const struct jam_contention_blame *blame = &report->contention.blames[of->first_blame + i];
        struct jam_sample sample = {lock, blame->blocker_stack, blame->count, blame->wait_ns};
        if (add(samples, &sample) != 0)
            return -1;
    }
    return 0;
}

static int compare(const void *left, const void *right)
{
    const struct jam_sample *a = left;
    const struct jam_sample *b = right;
    if (a->wait_ns != b->wait_ns)
        return a->wait_ns < b->wait_ns ? 1 : -1;
    if (a->lock != b->lock)
        return a->lock < b->lock ? -1 : 1;
    return (a->stack > b->stack) - (a->stack < b->stack);
}

int jam_samples_init(struct jam_samples *samples, const struct jam_report *report,
                     const struct jam_export_view *view)
{
    *samples = (struct jam_samples){0};
    for (size_t i = 0; i < report->contention.lock_count; i++) {
        uint16_t kind = report->contention.locks[i].kind;
        if (!view->is_everything && jam_lock_kind_section(kind) != JAM_SECTION_LOCKS)
            continue;
        if ((view->side == JAM_SIDE_WAITER ? add_waiters : add_blockers)(samples, report, i) != 0)
            return -1;
    }
    if (samples->count)
        qsort(samples->items, samples->count, sizeof *samples->items, compare);
    return 0;
}
