/* Puts the parts together: see the drawing in the header. */
#include "core/order/lock_order.h"

#include <stdlib.h>

#include "core/order/cycle_finding.h"
#include "core/order/cycle_search.h"
#include "core/order/cycle_self.h"
#include "util/array.h"

/* A thread that somebody joins while holding locks. */
struct joined {
    uint32_t thread;
    uint32_t epoch;
    uint32_t node;
};

struct jam_lock_order {
    struct jam_relation relation;
    struct jam_before before;
    struct jam_soft soft;
    const struct jam_thread_record **threads;
    size_t thread_count, thread_capacity;
    struct jam_map joined_as; /* joiner, its segment after the join: thread id */
    const struct jam_site **sites;
    size_t site_count, site_capacity;
    struct jam_map joined_map;
    struct joined *joined;
    size_t joined_count, joined_capacity;
    struct jam_writer *writers;
    size_t writer_count, writer_capacity;
    struct jam_dependency *bare; /* made of sites: nothing was held but the thread itself */
    size_t bare_count;
    uint64_t steps_max;
};

struct jam_lock_order *jam_lock_order_new(void)
{
    struct jam_lock_order *order = calloc(1, sizeof *order);
    if (order)
        order->steps_max = JAM_SEARCH_STEPS;
    return order;
}

void jam_lock_order_free(struct jam_lock_order *order)
{
    if (!order)
        return;
    jam_relation_fini(&order->relation);
    jam_before_fini(&order->before);
    jam_soft_fini(&order->soft);
    jam_map_fini(&order->joined_as);
    jam_map_fini(&order->joined_map);
    free(order->threads);
    free(order->sites);
    free(order->joined);
    free(order->writers);
    free(order->bare);
    free(order);
}

void jam_lock_order_set_bound(struct jam_lock_order *order, uint64_t steps)
{
    order->steps_max = steps;
}

int jam_lock_order_add_lock(struct jam_lock_order *order, const struct jam_lock_record *lock)
{
    return jam_relation_add_lock(&order->relation, lock);
}

int jam_lock_order_add_dependency(struct jam_lock_order *order,
                                  const struct jam_dependency *dependency)
{
    return jam_relation_add_dependency(&order->relation, dependency);
}

int jam_lock_order_add_order(struct jam_lock_order *order, const struct jam_order *record)
{
    if (record->kind == JAM_ORDER_BARRIER)
        return jam_before_add_barrier(&order->before, record);
    return record->kind == JAM_ORDER_WAKE ? jam_soft_add_wake(&order->soft, record) : 0;
}

int jam_lock_order_add_site(struct jam_lock_order *order, const struct jam_site *site)
{
    if (jam_array_reserve(&order->sites, &order->site_capacity, order->site_count,
                          sizeof *order->sites) != 0)
        return -1;
    order->sites[order->site_count++] = site;
    return 0;
}

int jam_lock_order_add_thread(struct jam_lock_order *order, const struct jam_thread_record *thread)
{
    if (!thread->id || thread->id == JAM_MAP_NONE)
        return 0;
    if (jam_array_reserve(&order->threads, &order->thread_capacity, order->thread_count,
                          sizeof *order->threads) != 0)
        return -1;
    order->threads[order->thread_count++] = thread;
    if (thread->joiner && jam_map_insert(&order->joined_as, thread->joiner, thread->joiner_segment,
                                         thread->id) == JAM_MAP_NONE)
        return -1;
    return jam_before_add_thread(&order->before, thread);
}

/*
 * The thread that a join waits for: the record says so. Older ones do not; their request lies in
 * the segment that the join ended, so the joined thread's record tells; and of a join that never
 * came back, the object.
 */
static uint32_t joined_thread(const struct jam_lock_order *order,
                              const struct jam_dependency *record, struct jam_instance instance)
{
    const struct jam_lock_record *lock = jam_relation_find_lock(&order->relation, record->lock);
    uint32_t thread =
        jam_map_find(&order->joined_as, instance.thread, (uint64_t)instance.segment + 1);
    if (record->partner)
        return record->partner;
    if (thread != JAM_MAP_NONE)
        return thread;
    bool is_current = (lock->generation & ~JAM_GENERATION_ENDED) == record->generation;
    return is_current ? lock->thread : 0;
}

static bool is_join(const struct jam_lock_order *order, const struct jam_dependency *record)
{
    const struct jam_lock_record *lock = jam_relation_find_lock(&order->relation, record->lock);
    bool stands_for_end = lock && lock->kind == JAM_LOCK_SEM && lock->thread;
    return stands_for_end || (lock && lock->kind == JAM_LOCK_THREAD);
}

static int note_joined(struct jam_lock_order *order, const struct jam_dependency *record,
                       struct jam_instance instance, uint32_t thread)
{
    uint32_t node = jam_relation_thread_node(&order->relation, thread);
    if (node == JAM_MAP_NONE || jam_array_reserve(&order->joined, &order->joined_capacity,
                                                  order->joined_count, sizeof *order->joined) != 0)
        return -1;
    order->relation.nodes[node].join_lock = record->lock;
    order->relation.nodes[node].join_generation = record->generation;
    order->relation.nodes[node].came_back =
        jam_map_find(&order->joined_as, instance.thread, (uint64_t)instance.segment + 1) == thread;
    uint32_t number = jam_map_insert(&order->joined_map, thread, 0, (uint32_t)order->joined_count);
    if (number == order->joined_count)
        order->joined[order->joined_count++] = (struct joined){thread, record->epoch, node};
    return number == JAM_MAP_NONE ? -1 : 0;
}

static unsigned instance_count(const struct jam_dependency *record)
{
    return record->instances < JAM_DEPENDENCY_INSTANCES ? record->instances
                                                        : JAM_DEPENDENCY_INSTANCES;
}

static int find_joined(struct jam_lock_order *order)
{
    for (size_t i = 0; i < order->relation.record_count; i++) {
        const struct jam_dependency *record = order->relation.records[i];
        if (!is_join(order, record))
            continue;
        for (unsigned j = 0; j < instance_count(record); j++) {
            uint32_t thread = joined_thread(order, record, record->instance[j]);
            if (thread && note_joined(order, record, record->instance[j], thread) != 0)
                return -1;
        }
    }
    return 0;
}

/* JAM_MAP_NONE: the thread is not joined by anybody who holds a lock. */
static uint32_t own_node(const struct jam_lock_order *order, uint32_t thread)
{
    uint32_t number = jam_map_find(&order->joined_map, thread, 0);
    return number == JAM_MAP_NONE ? JAM_MAP_NONE : order->joined[number].node;
}

static int make_instance(struct jam_lock_order *order, const struct jam_dependency *record,
                         struct jam_instance instance)
{
    struct jam_relation_made made = {
        .record = record,
        .instance = instance,
        .own = own_node(order, instance.thread),
    };
    uint32_t thread = is_join(order, record) ? joined_thread(order, record, instance) : 0;
    if (thread)
        made.wanted = own_node(order, thread);
    else if (jam_relation_is_holdable(&order->relation, record->lock, record->generation))
        made.wanted = jam_relation_node(&order->relation, record->lock, record->generation);
    else
        return 0;
    return made.wanted == JAM_MAP_NONE ? -1 : jam_relation_make(&order->relation, &made);
}

static int make_variants(struct jam_lock_order *order)
{
    for (size_t i = 0; i < order->relation.record_count; i++) {
        const struct jam_dependency *record = order->relation.records[i];
        for (unsigned j = 0; j < instance_count(record); j++)
            if (make_instance(order, record, record->instance[j]) != 0)
                return -1;
    }
    return 0;
}

/* The threads of a site's lane that are known to have used it; returns how many. */
static unsigned site_threads(const struct jam_site *site, uint32_t threads[2])
{
    threads[0] = site->first_thread;
    threads[1] = site->last_thread;
    return (site->first_thread != 0) + (site->last_thread != site->first_thread);
}

/* A joined thread holds itself: whatever it acquired is a dependency, also with nothing else held.
 */
static int make_bare(struct jam_lock_order *order, const struct jam_site *site,
                     const struct joined *joined)
{
    const struct jam_lock_record *lock = jam_relation_find_lock(&order->relation, site->lock);
    if (!lock)
        return 0;
    struct jam_dependency *record = &order->bare[order->bare_count++];
    *record = (struct jam_dependency){
        .lock = lock->id,
        .generation = lock->generation & ~JAM_GENERATION_ENDED,
        .stack = site->stack,
        .mode = site->mode,
        .epoch = joined->epoch,
        .instances = 1,
        .last_ticks = UINT64_MAX,
    };
    if (!jam_relation_is_holdable(&order->relation, record->lock, record->generation))
        return 0;
    struct jam_relation_made made = {
        .record = record,
        .instance = {joined->thread, 0},
        .wanted = jam_relation_node(&order->relation, record->lock, record->generation),
        .own = joined->node,
        .is_unplaced = true,
    };
    return made.wanted == JAM_MAP_NONE ? -1 : jam_relation_make(&order->relation, &made);
}

static int make_bares(struct jam_lock_order *order)
{
    if (!order->joined_count)
        return 0;
    order->bare = malloc((2 * order->site_count + 1) * sizeof *order->bare);
    if (!order->bare)
        return -1;
    for (size_t i = 0; i < order->site_count; i++) {
        uint32_t threads[2];
        unsigned count = site_threads(order->sites[i], threads);
        for (unsigned j = 0; j < count; j++) {
            uint32_t number = jam_map_find(&order->joined_map, threads[j], 0);
            if (number != JAM_MAP_NONE &&
                make_bare(order, order->sites[i], &order->joined[number]) != 0)
                return -1;
        }
    }
    return 0;
}

static int add_writer(struct jam_lock_order *order, uint32_t lock, uint32_t thread)
{
    if (jam_array_reserve(&order->writers, &order->writer_capacity, order->writer_count,
                          sizeof *order->writers) != 0)
        return -1;
    order->writers[order->writer_count++] = (struct jam_writer){lock, thread};
    return 0;
}

static int find_writers(struct jam_lock_order *order)
{
    for (size_t i = 0; i < order->site_count; i++) {
        const struct jam_site *site = order->sites[i];
        const struct jam_lock_record *lock = jam_relation_find_lock(&order->relation, site->lock);
        uint32_t threads[2];
        if (site->mode != JAM_EXCLUSIVE || !lock || lock->kind != JAM_LOCK_RWLOCK)
            continue;
        unsigned count = site_threads(site, threads);
        for (unsigned j = 0; j < count; j++)
            if (add_writer(order, site->lock, threads[j]) != 0)
                return -1;
    }
    return 0;
}

static int compare_writers(const void *left, const void *right)
{
    const struct jam_writer *a = left, *b = right;
    if (a->lock != b->lock)
        return a->lock < b->lock ? -1 : 1;
    return (a->thread > b->thread) - (a->thread < b->thread);
}

static int prepare(struct jam_lock_order *order)
{
    order->soft.before = &order->before;
    if (jam_before_finish(&order->before) != 0 || jam_soft_finish(&order->soft) != 0 ||
        find_joined(order) != 0 || make_variants(order) != 0 || make_bares(order) != 0 ||
        find_writers(order) != 0)
        return -1;
    if (order->writer_count)
        qsort(order->writers, order->writer_count, sizeof *order->writers, compare_writers);
    return 0;
}

static int search(struct jam_lock_order *order, struct jam_judge *judge,
                  struct jam_findings *findings)
{
    struct jam_cycle_graph graph;
    struct jam_cycle_results results;
    jam_cycle_results_init(&results, judge);
    struct jam_search run = {
        .judge = judge,
        .graph = &graph,
        .found = &results.found,
        .dropped = &results.dropped,
        .steps_max = order->steps_max,
    };
    int status = jam_cycle_graph_init(&graph, &order->relation);
    if (!status)
        status = jam_search_run(&run);
    if (!status)
        status = jam_cycle_self_find(judge, &results);
    if (!status)
        status = jam_cycle_results_tell(&results, findings);
    findings->searches_cut += run.is_cut;
    jam_cycle_graph_fini(&graph);
    jam_cycle_results_fini(&results);
    return status;
}

int jam_lock_order_finish(struct jam_lock_order *order, struct jam_findings *findings)
{
    struct jam_judge judge = {
        .relation = &order->relation,
        .before = &order->before,
        .soft = &order->soft,
        .threads = order->threads,
        .thread_count = order->thread_count,
    };
    if (prepare(order) != 0)
        return -1;
    judge.writers = order->writers;
    judge.writer_count = order->writer_count;
    return search(order, &judge, findings);
}
