/* Points and edges in arrays; one breadth-first walk for each earlier moment that is asked about. */
#include "core/order/happens_before.h"

#include <stdlib.h>
#include <string.h>

#include "util/array.h"

/* Leads from each segment of `from` up to from_segment to the segments of `to` from to_segment. */
struct jam_before_edge {
    uint32_t from, from_segment;
    uint32_t to, to_segment;
    struct jam_before_evidence evidence;
};

/* From one moment: for each point the first segment that comes after it, and the edge that says so.
 */
struct jam_before_walk {
    uint32_t *reached;
    uint32_t *edge;
};

/* What walks may keep; past it they are forgotten and walked again. */
enum { WALK_BYTES_MAX = 128 << 20 };

static void forget_walks(struct jam_before *before)
{
    for (size_t i = 0; i < before->walk_count; i++)
        free(before->walks[i].reached);
    before->walk_count = 0;
    jam_map_fini(&before->walk_map);
}

void jam_before_fini(struct jam_before *before)
{
    forget_walks(before);
    free(before->walks);
    free(before->edges);
    free(before->first_edge);
    free(before->next_edge);
    free(before->queue);
    free(before->is_queued);
    jam_map_fini(&before->points);
    *before = (struct jam_before){0};
}

static uint32_t point(struct jam_before *before, uint64_t key0, uint64_t key1)
{
    uint32_t number = jam_map_insert(&before->points, key0, key1, (uint32_t)before->point_count);
    if (number == before->point_count)
        before->point_count++;
    return number;
}

static int add_edge(struct jam_before *before, const struct jam_before_edge *edge)
{
    if (edge->from == JAM_MAP_NONE || edge->to == JAM_MAP_NONE ||
        jam_array_reserve(&before->edges, &before->edge_capacity, before->edge_count,
                          sizeof *before->edges) != 0)
        return -1;
    before->edges[before->edge_count++] = *edge;
    return 0;
}

int jam_before_add_thread(struct jam_before *before, const struct jam_thread_record *thread)
{
    uint32_t self = point(before, thread->id, 0);
    struct jam_before_edge create = {
        .from = point(before, thread->parent, 0),
        .from_segment = thread->parent_segment,
        .to = self,
        .evidence = {.thread = thread->id},
    };
    struct jam_before_edge join = {
        .from = self,
        .from_segment = UINT32_MAX,
        .to = point(before, thread->joiner, 0),
        .to_segment = thread->joiner_segment,
        .evidence = {.thread = thread->id},
    };
    if (thread->parent && add_edge(before, &create) != 0)
        return -1;
    return thread->joiner ? add_edge(before, &join) : 0;
}

int jam_before_add_barrier(struct jam_before *before, const struct jam_order *order)
{
    uint64_t barrier = (uint64_t)order->lock << 32 | order->generation;
    struct jam_before_edge arrive = {
        .from = point(before, order->thread, 0),
        .from_segment = order->segment,
        .to = point(before, barrier, order->round | (uint64_t)1 << 63),
        .evidence = {.lock = order->lock, .generation = order->generation},
    };
    struct jam_before_edge leave = {
        .from = arrive.to,
        .from_segment = UINT32_MAX,
        .to = arrive.from,
        .to_segment = order->segment == UINT32_MAX ? UINT32_MAX : order->segment + 1,
        .evidence = arrive.evidence,
    };
    return add_edge(before, &arrive) == 0 ? add_edge(before, &leave) : -1;
}

static int compare_edges(const void *left, const void *right)
{
    const struct jam_before_edge *a = left, *b = right;
    if (a->from != b->from)
        return a->from < b->from ? -1 : 1;
    return (a->from_segment < b->from_segment) - (a->from_segment > b->from_segment);
}

int jam_before_finish(struct jam_before *before)
{
    before->first_edge = calloc(before->point_count + 1, sizeof *before->first_edge);
    before->next_edge = calloc(before->point_count + 1, sizeof *before->next_edge);
    before->queue = calloc(before->point_count + 1, sizeof *before->queue);
    before->is_queued = calloc(before->point_count + 1, sizeof *before->is_queued);
    if (!before->first_edge || !before->next_edge || !before->queue || !before->is_queued)
        return -1;
    if (before->edge_count)
        qsort(before->edges, before->edge_count, sizeof *before->edges, compare_edges);
    for (size_t i = 0; i < before->edge_count; i++)
        before->first_edge[before->edges[i].from + 1]++;
    for (size_t i = 0; i < before->point_count; i++)
        before->first_edge[i + 1] += before->first_edge[i];
    return 0;
}

/* The segments from `segment` on of a point come after the start of the walk. */
static void reach(struct jam_before *before, struct jam_before_walk *walk, size_t edge)
{
    const struct jam_before_edge *by = &before->edges[edge];
    if (by->to_segment >= walk->reached[by->to])
        return;
    walk->reached[by->to] = by->to_segment;
    walk->edge[by->to] = (uint32_t)edge;
    if (!before->is_queued[by->to]) {
        before->is_queued[by->to] = true;
        before->queue[before->queued++] = by->to;
    }
}

/* Edges lie latest origin first, so each is followed once, however often its point is reached. */
static void follow(struct jam_before *before, struct jam_before_walk *walk, struct jam_moment start)
{
    uint32_t first = jam_map_find(&before->points, start.thread, 0);
    memcpy(before->next_edge, before->first_edge, before->point_count * sizeof *before->next_edge);
    walk->reached[first] = start.segment;
    before->queue[0] = first;
    before->queued = 1;
    while (before->queued) {
        uint32_t from = before->queue[--before->queued];
        size_t *next = &before->next_edge[from];
        before->is_queued[from] = false;
        for (; *next < before->first_edge[from + 1] &&
               before->edges[*next].from_segment >= walk->reached[from];
             ++*next) {
            before->steps++;
            reach(before, walk, *next);
        }
    }
}

static struct jam_before_walk *walk_from(struct jam_before *before, struct jam_moment start)
{
    size_t bytes = before->point_count * 2 * sizeof(uint32_t);
    uint32_t number = jam_map_find(&before->walk_map, start.thread, start.segment);
    if (number != JAM_MAP_NONE)
        return &before->walks[number];
    if (before->walk_count && (before->walk_count + 1) * bytes > WALK_BYTES_MAX)
        forget_walks(before);
    if (jam_array_reserve(&before->walks, &before->walk_capacity, before->walk_count,
                          sizeof *before->walks) != 0)
        return NULL;
    struct jam_before_walk walk = {.reached = malloc(bytes)};
    if (!walk.reached || jam_map_insert(&before->walk_map, start.thread, start.segment,
                                        (uint32_t)before->walk_count) == JAM_MAP_NONE) {
        free(walk.reached);
        return NULL;
    }
    memset(walk.reached, 0xff, bytes);
    walk.edge = walk.reached + before->point_count;
    follow(before, &walk, start);
    before->steps += before->point_count / 16;
    before->walks[before->walk_count] = walk;
    return &before->walks[before->walk_count++];
}

bool jam_before_is(struct jam_before *before, struct jam_moment earlier, struct jam_moment later,
                   struct jam_before_evidence *evidence)
{
    uint32_t from = jam_map_find(&before->points, earlier.thread, 0);
    uint32_t to = jam_map_find(&before->points, later.thread, 0);
    if (from == to || from == JAM_MAP_NONE || to == JAM_MAP_NONE || !before->first_edge)
        return false;
    const struct jam_before_walk *walk = walk_from(before, earlier);
    if (!walk || walk->reached[to] == UINT32_MAX || walk->reached[to] > later.segment)
        return false;
    if (evidence)
        *evidence = before->edges[walk->edge[to]].evidence;
    return true;
}
