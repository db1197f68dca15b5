/* Sums the records of traces; knows nothing of files and names. */
#include "core/contention/contention.h"

#include <stdlib.h>
#include <string.h>

#include "core/thread_name.h"
#include "util/array.h"
#include "util/saturate.h"

void jam_contention_fini(struct jam_contention *contention)
{
    free(contention->processes);
    free(contention->locks);
    free(contention->sites);
    free(contention->blames);
    free(contention->threads);
    jam_map_fini(&contention->lock_map);
    jam_map_fini(&contention->site_map);
    jam_map_fini(&contention->blame_map);
    *contention = (struct jam_contention){0};
}

static uint32_t present_process(const struct jam_contention *contention)
{
    return (uint32_t)(contention->process_count - 1);
}

static const struct jam_timebase *present_base(const struct jam_contention *contention)
{
    return &contention->processes[contention->process_count - 1].base;
}

int jam_contention_add_process(struct jam_contention *contention, const struct jam_timebase *base,
                               uint64_t end_ns)
{
    if (jam_array_reserve(&contention->processes, &contention->process_capacity,
                          contention->process_count, sizeof *contention->processes) != 0)
        return -1;
    contention->processes[contention->process_count++] =
        (struct jam_contention_process){.base = *base, .end_ns = end_ns};
    return 0;
}

/* The lock with that id in the present process, made if it is new; NULL without memory. */
static struct jam_contention_lock *get_lock(struct jam_contention *contention, uint32_t id)
{
    uint32_t next = (uint32_t)contention->lock_count;
    if (jam_array_reserve(&contention->locks, &contention->lock_capacity, contention->lock_count,
                          sizeof *contention->locks) != 0)
        return NULL;
    uint32_t at = jam_map_insert(&contention->lock_map, present_process(contention), id, next);
    if (at == JAM_MAP_NONE)
        return NULL;
    if (at == next) {
        contention->locks[at] =
            (struct jam_contention_lock){.process = present_process(contention), .id = id};
        contention->lock_count++;
    }
    return &contention->locks[at];
}

int jam_contention_add_lock(struct jam_contention *contention, const struct jam_lock_record *record)
{
    if (!record->id)
        return 0;
    struct jam_contention_lock *lock = get_lock(contention, record->id);
    if (!lock)
        return -1;
    lock->kind = record->kind;
    lock->flags = record->flags;
    lock->generation = record->generation & ~JAM_GENERATION_ENDED;
    lock->address = record->address;
    lock->created_stack = record->created_stack;
    lock->first_stack = record->first_stack;
    lock->thread = record->thread;
    lock->name = record->name_string;
    lock->partner = record->partner;
    lock->max_waiters = record->max_waiters;
    lock->owner_changes = record->owner_changes;
    lock->wakes = record->wakes;
    lock->switches = record->switches;
    return 0;
}

/* A key word that names a lock in a process. */
static uint64_t lock_key(const struct jam_contention_lock *lock)
{
    return (uint64_t)lock->process << 32 | lock->id;
}

static struct jam_contention_site *get_site(struct jam_contention *contention,
                                            const struct jam_contention_lock *lock,
                                            const struct jam_site *record)
{
    uint32_t next = (uint32_t)contention->site_count;
    if (jam_array_reserve(&contention->sites, &contention->site_capacity, contention->site_count,
                          sizeof *contention->sites) != 0)
        return NULL;
    uint64_t where = (uint64_t)record->stack << 16 | record->mode;
    uint32_t at = jam_map_insert(&contention->site_map, lock_key(lock), where, next);
    if (at == JAM_MAP_NONE)
        return NULL;
    if (at == next) {
        contention->sites[at] = (struct jam_contention_site){
            .lock = (uint32_t)(lock - contention->locks),
            .stack = record->stack,
            .mode = record->mode,
        };
        contention->site_count++;
    }
    return &contention->sites[at];
}

int jam_contention_add_site(struct jam_contention *contention,
                            const struct jam_contention_found *found)
{
    if (!found->site->lock)
        return 0;
    struct jam_contention_lock *lock = get_lock(contention, found->site->lock);
    struct jam_contention_site *site = lock ? get_site(contention, lock, found->site) : NULL;
    if (!site)
        return -1;
    struct jam_totals totals;
    jam_totals_from_site(&totals, found->site, found->waits, present_base(contention));
    jam_totals_add(&site->totals, &totals);
    jam_totals_add(&lock->totals, &totals);
    jam_spread_add_holds(&lock->hold_spread, found->site, found->holds);
    if (found->waits)
        jam_spread_add(&lock->wait_spread, &found->waits->wait);
    return 0;
}

static struct jam_contention_blame *get_blame(struct jam_contention *contention,
                                              const struct jam_contention_lock *lock,
                                              const struct jam_blame *record)
{
    uint32_t next = (uint32_t)contention->blame_count;
    if (jam_array_reserve(&contention->blames, &contention->blame_capacity, contention->blame_count,
                          sizeof *contention->blames) != 0)
        return NULL;
    uint64_t pair = (uint64_t)record->waiter_stack << 32 | record->blocker_stack;
    uint32_t at = jam_map_insert(&contention->blame_map, lock_key(lock), pair, next);
    if (at == JAM_MAP_NONE)
        return NULL;
    if (at == next) {
        contention->blames[at] = (struct jam_contention_blame){
            .lock = (uint32_t)(lock - contention->locks),
            .waiter_stack = record->waiter_stack,
            .blocker_stack = record->blocker_stack,
        };
        contention->blame_count++;
    }
    return &contention->blames[at];
}

int jam_contention_add_blame(struct jam_contention *contention, const struct jam_blame *record)
{
    if (!record->lock)
        return 0;
    const struct jam_timebase *base = present_base(contention);
    struct jam_contention_lock *lock = get_lock(contention, record->lock);
    struct jam_contention_blame *blame = lock ? get_blame(contention, lock, record) : NULL;
    if (!blame)
        return -1;
    jam_saturate_add(&blame->waiter_threads, record->waiter_threads);
    jam_saturate_add(&blame->count, record->count);
    jam_saturate_add(&blame->wait_ns, jam_timebase_duration_ns(base, record->wait_ticks));
    jam_saturate_max(&blame->wait_max_ns, jam_timebase_duration_ns(base, record->wait_max_ticks));
    return 0;
}

static uint64_t lifetime_ns(const struct jam_contention_process *process,
                            const struct jam_thread_record *thread)
{
    uint64_t start = jam_timebase_since_start_ns(&process->base, thread->start_ticks);
    uint64_t end = thread->end_ticks
                       ? jam_timebase_since_start_ns(&process->base, thread->end_ticks)
                       : process->end_ns;
    return end > start ? end - start : 0;
}

int jam_contention_add_thread(struct jam_contention *contention,
                              const struct jam_thread_record *record)
{
    if (!record->id)
        return 0;
    if (jam_array_reserve(&contention->threads, &contention->thread_capacity,
                          contention->thread_count, sizeof *contention->threads) != 0)
        return -1;
    const struct jam_contention_process *process =
        &contention->processes[present_process(contention)];
    struct jam_contention_thread *thread = &contention->threads[contention->thread_count++];
    *thread = (struct jam_contention_thread){
        .process = present_process(contention),
        .id = record->id,
        .tid = record->tid,
        .start_routine = record->start_routine,
        .lifetime_ns = lifetime_ns(process, record),
        .wait_ns = jam_timebase_duration_ns(&process->base, record->wait_ticks),
        .waits = record->waits,
        .blocked_others_ns = jam_timebase_duration_ns(&process->base, record->blocked_others_ticks),
    };
    size_t room;
    const char *name = jam_thread_name(record, &room);
    memcpy(thread->name, name, room);
    thread->has_title = *record->title != '\0';
    thread->flags = record->flags;
    return 0;
}

static void add_critical(struct jam_contention *contention, const struct jam_run *run,
                         const struct jam_critical_site *part)
{
    uint32_t process = present_process(contention);
    uint32_t id = run->replay.locks[part->lock].id;
    uint32_t lock = jam_map_find(&contention->lock_map, process, id);
    uint64_t ns = jam_timebase_duration_ns(present_base(contention), part->ticks);
    if (lock == JAM_MAP_NONE)
        return;
    jam_saturate_add(&contention->locks[lock].totals.critical_ns, ns);
    for (unsigned mode = JAM_EXCLUSIVE; mode <= JAM_SHARED; mode++) {
        uint64_t where = (uint64_t)part->stack << 16 | mode;
        uint32_t site =
            jam_map_find(&contention->site_map, lock_key(&contention->locks[lock]), where);
        if (site == JAM_MAP_NONE)
            continue;
        jam_saturate_add(&contention->sites[site].totals.critical_ns, ns);
        return;
    }
}

int jam_contention_add_run(struct jam_contention *contention, const struct jam_run *run)
{
    struct jam_contention_process *process = &contention->processes[present_process(contention)];
    process->path_ns = jam_timebase_duration_ns(&process->base, run->critical.path_ticks);
    process->broken = jam_replay_broken_sum(&run->replay);
    process->has_all_holds = run->replay.has_all;
    for (size_t i = 0; i < run->critical.site_count; i++)
        add_critical(contention, run, &run->critical.sites[i]);
    for (size_t i = 0; i < run->replay.lock_count; i++) {
        const struct jam_replay_lock *replayed = &run->replay.locks[i];
        uint32_t lock =
            jam_map_find(&contention->lock_map, present_process(contention), replayed->id);
        if (lock != JAM_MAP_NONE)
            contention->locks[lock].waited_ns = jam_timebase_duration_ns(
                &process->base, jam_replay_waited(replayed, run->replay.now));
    }
    return 0;
}

static uint64_t path_of(const struct jam_contention *contention, uint32_t process)
{
    uint64_t sum = 0;
    if (process != JAM_ALL_PROCESSES)
        return contention->processes[process].path_ns;
    for (size_t i = 0; i < contention->process_count; i++)
        jam_saturate_add(&sum, contention->processes[i].path_ns);
    return sum;
}

unsigned jam_contention_path_share(const struct jam_contention *contention, uint32_t process,
                                   uint64_t critical_ns)
{
    uint64_t path_ns = path_of(contention, process);
    if (!path_ns)
        return 0;
    if (critical_ns >= path_ns)
        return JAM_SHARE_WHOLE;
    return (unsigned)((unsigned __int128)critical_ns * JAM_SHARE_WHOLE / path_ns);
}

/* Descending by the first pair that differs. */
static int compare_down(uint64_t a, uint64_t b)
{
    return (a < b) - (a > b);
}

/* By lock; within it by waiting, then by acquisitions, then by stack so that the order is fixed. */
static int compare_sites(const void *left, const void *right)
{
    const struct jam_contention_site *a = left;
    const struct jam_contention_site *b = right;
    int order = compare_down(b->lock, a->lock);
    if (!order)
        order = compare_down(a->totals.wait_ns, b->totals.wait_ns);
    if (!order)
        order = compare_down(a->totals.acquisitions, b->totals.acquisitions);
    if (!order)
        order = compare_down(b->stack, a->stack);
    return order ? order : a->mode - b->mode;
}

static int compare_blames(const void *left, const void *right)
{
    const struct jam_contention_blame *a = left;
    const struct jam_contention_blame *b = right;
    int order = compare_down(b->lock, a->lock);
    if (!order)
        order = compare_down(a->wait_ns, b->wait_ns);
    if (!order)
        order = compare_down(b->waiter_stack, a->waiter_stack);
    return order ? order : compare_down(b->blocker_stack, a->blocker_stack);
}

static void set_ranges(struct jam_contention *contention)
{
    for (size_t i = 0; i < contention->site_count; i++) {
        struct jam_contention_lock *lock = &contention->locks[contention->sites[i].lock];
        if (!lock->site_count++)
            lock->first_site = i;
    }
    for (size_t i = 0; i < contention->blame_count; i++) {
        struct jam_contention_lock *lock = &contention->locks[contention->blames[i].lock];
        if (!lock->blame_count++)
            lock->first_blame = i;
    }
}

void jam_contention_finish(struct jam_contention *contention)
{
    if (contention->site_count)
        qsort(contention->sites, contention->site_count, sizeof *contention->sites, compare_sites);
    if (contention->blame_count)
        qsort(contention->blames, contention->blame_count, sizeof *contention->blames,
              compare_blames);
    set_ranges(contention);
    for (size_t i = 0; i < contention->lock_count; i++)
        jam_totals_add(&contention->totals, &contention->locks[i].totals);
}
