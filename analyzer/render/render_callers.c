/* Merges the stacks of one lock by call site. */
#include "render/render_callers.h"

#include <stdlib.h>
#include <string.h>

#include "util/array.h"
#include "util/saturate.h"

/* The report, the lock's process and maps from names (interned: by pointer) to entries. */
struct merging {
    struct jam_callers *callers;
    struct jam_report *report;
    uint32_t process;
    struct jam_map caller_map;
    struct jam_map blocker_map;
};

void jam_callers_fini(struct jam_callers *callers)
{
    free(callers->callers);
    free(callers->blockers);
    *callers = (struct jam_callers){0};
}

static struct jam_caller *get_caller(struct merging *merging, uint32_t stack)
{
    struct jam_callers *callers = merging->callers;
    const char *name = jam_report_site_name(merging->report, merging->process, stack);
    uint32_t next = (uint32_t)callers->count;
    if (jam_array_reserve(&callers->callers, &callers->capacity, callers->count,
                          sizeof *callers->callers) != 0)
        return NULL;
    uint32_t at = jam_map_insert(&merging->caller_map, (uintptr_t)name, 0, next);
    if (at == JAM_MAP_NONE)
        return NULL;
    if (at == next)
        callers->callers[callers->count++] = (struct jam_caller){.name = name, .stack = stack};
    return &callers->callers[at];
}

static int add_site(struct merging *merging, const struct jam_contention_site *site)
{
    struct jam_caller *caller = get_caller(merging, site->stack);
    if (!caller)
        return -1;
    if (site->totals.wait_ns > caller->stack_cost) {
        caller->stack = site->stack;
        caller->stack_cost = site->totals.wait_ns;
    }
    jam_totals_add(&caller->totals, &site->totals);
    return 0;
}

static struct jam_blocker *get_blocker(struct merging *merging, const char *waiter, uint32_t stack)
{
    struct jam_callers *callers = merging->callers;
    const char *name = jam_report_site_name(merging->report, merging->process, stack);
    uint32_t next = (uint32_t)callers->blocker_count;
    if (jam_array_reserve(&callers->blockers, &callers->blocker_capacity, callers->blocker_count,
                          sizeof *callers->blockers) != 0)
        return NULL;
    uint32_t at = jam_map_insert(&merging->blocker_map, (uintptr_t)name, (uintptr_t)waiter, next);
    if (at == JAM_MAP_NONE)
        return NULL;
    if (at == next)
        callers->blockers[callers->blocker_count++] =
            (struct jam_blocker){.waiter = waiter, .name = name, .stack = stack};
    return &callers->blockers[at];
}

static int add_blame(struct merging *merging, const struct jam_contention_blame *blame)
{
    struct jam_caller *caller = get_caller(merging, blame->waiter_stack);
    if (!caller)
        return -1;
    struct jam_blocker *blocker = get_blocker(merging, caller->name, blame->blocker_stack);
    if (!blocker)
        return -1;
    if (blame->wait_ns > blocker->stack_cost) {
        blocker->stack = blame->blocker_stack;
        blocker->stack_cost = blame->wait_ns;
    }
    jam_saturate_add(&blocker->count, blame->count);
    jam_saturate_add(&blocker->wait_ns, blame->wait_ns);
    jam_saturate_max(&blocker->wait_max_ns, blame->wait_max_ns);
    return 0;
}

static int compare_callers(const void *left, const void *right)
{
    const struct jam_caller *a = left;
    const struct jam_caller *b = right;
    if (a->totals.wait_ns != b->totals.wait_ns)
        return a->totals.wait_ns < b->totals.wait_ns ? 1 : -1;
    return strcmp(a->name, b->name);
}

/* Blockers know their caller by name, so both arrays can be sorted on their own. */
static int compare_blockers(const void *left, const void *right)
{
    const struct jam_blocker *a = left;
    const struct jam_blocker *b = right;
    int order = strcmp(a->waiter, b->waiter);
    if (!order)
        order = (a->wait_ns < b->wait_ns) - (a->wait_ns > b->wait_ns);
    return order ? order : strcmp(a->name, b->name);
}

static int add_all(struct merging *merging, const struct jam_contention_lock *lock)
{
    const struct jam_contention *contention = &merging->report->contention;
    for (size_t i = 0; i < lock->site_count; i++)
        if (add_site(merging, &contention->sites[lock->first_site + i]) != 0)
            return -1;
    for (size_t i = 0; i < lock->blame_count; i++)
        if (add_blame(merging, &contention->blames[lock->first_blame + i]) != 0)
            return -1;
    return 0;
}

static void set_ranges(struct jam_callers *callers)
{
    for (size_t i = 0; i < callers->count; i++) {
        struct jam_caller *caller = &callers->callers[i];
        for (size_t j = 0; j < callers->blocker_count; j++) {
            if (callers->blockers[j].waiter != caller->name)
                continue;
            if (!caller->blocker_count++)
                caller->first_blocker = j;
        }
    }
}

int jam_callers_init(struct jam_callers *callers, struct jam_report *report, size_t index)
{
    const struct jam_contention_lock *lock = &report->contention.locks[index];
    struct merging merging = {callers, report, lock->process, {0}, {0}};
    *callers = (struct jam_callers){0};
    int status = add_all(&merging, lock);
    jam_map_fini(&merging.caller_map);
    jam_map_fini(&merging.blocker_map);
    if (callers->count)
        qsort(callers->callers, callers->count, sizeof *callers->callers, compare_callers);
    if (callers->blocker_count)
        qsort(callers->blockers, callers->blocker_count, sizeof *callers->blockers,
              compare_blockers);
    set_ranges(callers);
    return status;
}
