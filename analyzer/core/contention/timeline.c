/* Pairs the events that begin and end waits and holds. */
#include "core/contention/timeline.h"

#include <stdlib.h>

#include "util/array.h"

void jam_timeline_fini(struct jam_timeline *timeline)
{
    free(timeline->slices);
    for (unsigned kind = 0; kind < JAM_SLICE_KINDS; kind++) {
        free(timeline->open[kind]);
        jam_map_fini(&timeline->open_map[kind]);
    }
    *timeline = (struct jam_timeline){0};
}

int jam_timeline_add_slice(struct jam_timeline *timeline, const struct jam_slice *slice)
{
    if (timeline->count >= JAM_SLICE_NONE ||
        jam_array_reserve(&timeline->slices, &timeline->capacity, timeline->count,
                          sizeof *timeline->slices) != 0)
        return -1;
    timeline->slices[timeline->count] = *slice;
    timeline->slices[timeline->count].blocker = JAM_SLICE_NONE;
    timeline->count++;
    return 0;
}

/* The entry for what the event's thread does with the event's lock; NULL when memory is short. */
static struct jam_slice_open *get_open(struct jam_timeline *timeline, enum jam_slice_kind kind,
                                       const struct jam_timeline_event *event)
{
    size_t count = timeline->open_count[kind];
    if (jam_array_reserve(&timeline->open[kind], &timeline->open_capacity[kind], count,
                          sizeof **timeline->open) != 0)
        return NULL;
    uint32_t at =
        jam_map_insert(&timeline->open_map[kind], event->thread, event->a, (uint32_t)count);
    if (at == JAM_MAP_NONE)
        return NULL;
    if (at == count) {
        timeline->open[kind][count] =
            (struct jam_slice_open){.thread = event->thread, .lock = event->a};
        timeline->open_count[kind]++;
    }
    return &timeline->open[kind][at];
}

static int begin_slice(struct jam_timeline *timeline, enum jam_slice_kind kind,
                       const struct jam_timeline_event *event)
{
    struct jam_slice_open *open = get_open(timeline, kind, event);
    if (!open)
        return -1;
    open->begin_ns = event->ns;
    open->stack = event->b;
    open->flags = kind == JAM_SLICE_HOLD && event->flags == JAM_SHARED ? JAM_SLICE_SHARED : 0;
    open->is_open = true;
    return 0;
}

/* An end without a beginning was begun before the oldest event that the ring still holds. */
static int end_slice(struct jam_timeline *timeline, enum jam_slice_kind kind,
                     const struct jam_timeline_event *event)
{
    struct jam_slice_open *open = get_open(timeline, kind, event);
    if (!open)
        return -1;
    if (!open->is_open)
        return 0;
    open->is_open = false;
    bool is_wait = kind == JAM_SLICE_WAIT;
    struct jam_slice slice = {
        .begin_ns = open->begin_ns,
        .end_ns = event->ns > open->begin_ns ? event->ns : open->begin_ns,
        .thread = event->thread,
        .lock = event->a,
        .stack = open->stack,
        .other = is_wait ? event->b : 0,
        .kind = (uint8_t)kind,
        .flags = is_wait && event->flags ? JAM_SLICE_FAILED : open->flags,
    };
    return jam_timeline_add_slice(timeline, &slice);
}

/* A hold, known only when it is over. */
static int add_hold(struct jam_timeline *timeline, const struct jam_timeline_event *event)
{
    struct jam_slice slice = {
        .begin_ns = event->has_since && event->since_ns < event->ns ? event->since_ns : event->ns,
        .end_ns = event->ns,
        .thread = event->thread,
        .lock = event->a,
        .stack = event->b,
        .kind = JAM_SLICE_HOLD,
        .flags = event->flags == JAM_SHARED ? JAM_SLICE_SHARED : 0,
    };
    return timeline->has_all_events ? 0 : jam_timeline_add_slice(timeline, &slice);
}

static int add_wake(struct jam_timeline *timeline, const struct jam_timeline_event *event)
{
    struct jam_slice slice = {
        .begin_ns = event->ns,
        .end_ns = event->ns,
        .thread = event->thread,
        .lock = event->a,
        .stack = event->b,
        .kind = JAM_SLICE_WAKE,
        .flags = event->flags & JAM_WAKE_BROADCAST ? JAM_SLICE_BROADCAST : 0,
    };
    return jam_timeline_add_slice(timeline, &slice);
}

int jam_timeline_add(struct jam_timeline *timeline, const struct jam_timeline_event *event)
{
    switch (event->kind) {
    case JAM_EVENT_WAIT_BEGIN:
        return begin_slice(timeline, JAM_SLICE_WAIT, event);
    case JAM_EVENT_WAIT_END:
        return end_slice(timeline, JAM_SLICE_WAIT, event);
    case JAM_EVENT_ACQUIRE:
        return begin_slice(timeline, JAM_SLICE_HOLD, event);
    case JAM_EVENT_RELEASE:
        return end_slice(timeline, JAM_SLICE_HOLD, event);
    case JAM_EVENT_HOLD:
        return add_hold(timeline, event);
    case JAM_EVENT_WAKE:
        return add_wake(timeline, event);
    default:
        return 0;
    }
}

static int close_waits(struct jam_timeline *timeline, uint64_t end_ns)
{
    for (size_t i = 0; i < timeline->open_count[JAM_SLICE_WAIT]; i++) {
        const struct jam_slice_open *open = &timeline->open[JAM_SLICE_WAIT][i];
        struct jam_slice slice = {
            .begin_ns = open->begin_ns,
            .end_ns = end_ns > open->begin_ns ? end_ns : open->begin_ns,
            .thread = open->thread,
            .lock = open->lock,
            .stack = open->stack,
            .kind = JAM_SLICE_WAIT,
            .flags = JAM_SLICE_UNFINISHED,
        };
        if (open->is_open && jam_timeline_add_slice(timeline, &slice) != 0)
            return -1;
    }
    return 0;
}

static int order(uint64_t a, uint64_t b)
{
    return (a > b) - (a < b);
}

static int compare_slices(const void *left, const void *right)
{
    const struct jam_slice *a = left;
    const struct jam_slice *b = right;
    int by_thread = order(a->thread, b->thread);
    int by_begin = by_thread ? by_thread : order(a->begin_ns, b->begin_ns);
    int by_end = by_begin ? by_begin : order(b->end_ns, a->end_ns);
    return by_end ? by_end : order(a->lock, b->lock);
}

/*
 * Holds and wakes, sorted by what, who and when they ended: where a wait's end is looked up. If
 * anybody will do, who does not count.
 */
struct causes {
    const struct jam_slice *slices;
    uint32_t *items;
    size_t count;
    bool is_anybody;
};

static int compare_cause(const struct causes *causes, const struct jam_slice *a,
                         const struct jam_slice *b)
{
    int by_lock = order(a->lock, b->lock);
    int by_thread = by_lock || causes->is_anybody ? by_lock : order(a->thread, b->thread);
    return by_thread ? by_thread : order(a->end_ns, b->end_ns);
}

static int compare_items(const void *left, const void *right, void *context)
{
    const struct causes *causes = context;
    return compare_cause(causes, &causes->slices[*(const uint32_t *)left],
                         &causes->slices[*(const uint32_t *)right]);
}

/* The last one that was over before the wait was, and not before it; by the wait's other thread. */
static uint32_t find_cause(const struct causes *causes, const struct jam_slice *wait)
{
    struct jam_slice key = {.thread = wait->other, .lock = wait->lock, .end_ns = wait->end_ns};
    size_t low = 0;
    size_t high = causes->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (compare_cause(causes, &causes->slices[causes->items[middle]], &key) <= 0)
            low = middle + 1;
        else
            high = middle;
    }
    if (!low)
        return JAM_SLICE_NONE;
    const struct jam_slice *found = &causes->slices[causes->items[low - 1]];
    bool is_who = causes->is_anybody ? found->thread != wait->thread : found->thread == wait->other;
    bool is_it = is_who && found->lock == wait->lock && found->end_ns >= wait->begin_ns;
    return is_it ? causes->items[low - 1] : JAM_SLICE_NONE;
}

static bool wants_cause(const struct jam_slice *slice)
{
    return slice->kind == JAM_SLICE_WAIT && slice->blocker == JAM_SLICE_NONE && slice->other;
}

static void find_causes(struct jam_timeline *timeline, struct causes *causes)
{
    qsort_r(causes->items, causes->count, sizeof *causes->items, compare_items, causes);
    for (size_t i = 0; i < timeline->count; i++)
        if (wants_cause(&timeline->slices[i]))
            timeline->slices[i].blocker = find_cause(causes, &timeline->slices[i]);
}

/*
 * By the thread that the preload names; it may have looked just before another one came in between.
 * Then, if every hold is known, the last one is what the wait ended with.
 */
static int link_waits(struct jam_timeline *timeline)
{
    struct causes causes = {timeline->slices, malloc(timeline->count * sizeof(uint32_t) + 1), 0,
                            false};
    if (!causes.items)
        return -1;
    for (size_t i = 0; i < timeline->count; i++)
        if (timeline->slices[i].kind != JAM_SLICE_WAIT)
            causes.items[causes.count++] = (uint32_t)i;
    find_causes(timeline, &causes);
    causes.is_anybody = true;
    if (timeline->has_all_events)
        find_causes(timeline, &causes);
    free(causes.items);
    return 0;
}

int jam_timeline_finish(struct jam_timeline *timeline, uint64_t end_ns)
{
    if (close_waits(timeline, end_ns) != 0)
        return -1;
    if (timeline->count)
        qsort(timeline->slices, timeline->count, sizeof *timeline->slices, compare_slices);
    return link_waits(timeline);
}

size_t jam_timeline_thread_end(const struct jam_timeline *timeline, size_t first)
{
    size_t end = first;
    while (end < timeline->count && timeline->slices[end].thread == timeline->slices[first].thread)
        end++;
    return end;
}
