/* Events in the order of time; a question is one pass over those after the earlier stay. */
#include "core/order/soft_order.h"

#include <stdlib.h>

#include "util/array.h"
#include "util/search.h"

struct jam_soft_event {
    uint64_t ticks;        /* of the signal or post */
    uint64_t passed_ticks; /* the woken one was surely waiting or had passed */
    uint32_t from, to;
    const struct jam_order *order;
};

void jam_soft_fini(struct jam_soft *soft)
{
    jam_map_fini(&soft->threads);
    free(soft->events);
    free(soft->reached);
    free(soft->by);
    *soft = (struct jam_soft){0};
}

static uint32_t index_of(struct jam_soft *soft, uint32_t thread)
{
    uint32_t number = jam_map_insert(&soft->threads, thread, 0, (uint32_t)soft->thread_count);
    if (number == soft->thread_count)
        soft->thread_count++;
    return number;
}

static int add_event(struct jam_soft *soft, const struct jam_soft_event *event)
{
    if (event->from == JAM_MAP_NONE || event->to == JAM_MAP_NONE ||
        jam_array_reserve(&soft->events, &soft->event_capacity, soft->event_count,
                          sizeof *soft->events) != 0)
        return -1;
    soft->events[soft->event_count++] = *event;
    return 0;
}

/* Of repeated wakes the first and the last are known. */
int jam_soft_add_wake(struct jam_soft *soft, const struct jam_order *order)
{
    struct jam_soft_event event = {
        .ticks = order->first_ticks,
        .passed_ticks = order->passed_ticks ? order->passed_ticks : order->first_ticks,
        .from = index_of(soft, order->other_thread),
        .to = index_of(soft, order->thread),
        .order = order,
    };
    if (!order->other_thread || !order->thread)
        return 0;
    if (add_event(soft, &event) != 0)
        return -1;
    event.ticks = event.passed_ticks = order->last_ticks;
    return order->last_ticks == order->first_ticks ? 0 : add_event(soft, &event);
}

static int compare_events(const void *left, const void *right)
{
    const struct jam_soft_event *a = left, *b = right;
    return (a->ticks > b->ticks) - (a->ticks < b->ticks);
}

int jam_soft_finish(struct jam_soft *soft)
{
    if (soft->event_count)
        qsort(soft->events, soft->event_count, sizeof *soft->events, compare_events);
    soft->reached = malloc((soft->thread_count + 1) * sizeof *soft->reached);
    soft->by = malloc((soft->thread_count + 1) * sizeof *soft->by);
    return soft->reached && soft->by ? 0 : -1;
}

static uint64_t event_key(const void *events, size_t index)
{
    return ((const struct jam_soft_event *)events)[index].ticks;
}

static size_t first_event_at(const struct jam_soft *soft, uint64_t ticks)
{
    return jam_search_first(soft->events, 0, soft->event_count, ticks, event_key);
}

/* For each thread when it was first reached from the end of the stay by wakes up to `limit`. A post
 * may lie there long before it is taken: who takes it goes on later. */
static void follow(struct jam_soft *soft, uint32_t from, uint64_t start, uint64_t limit)
{
    for (size_t i = 0; i < soft->thread_count; i++)
        soft->reached[i] = UINT64_MAX;
    soft->reached[from] = start;
    size_t i = first_event_at(soft, start);
    for (; i < soft->event_count && soft->events[i].ticks <= limit; i++) {
        const struct jam_soft_event *event = &soft->events[i];
        soft->steps++;
        if (soft->reached[event->from] > event->ticks ||
            soft->reached[event->to] <= event->passed_ticks || event->passed_ticks > limit)
            continue;
        soft->reached[event->to] = event->passed_ticks;
        soft->by[event->to] = (uint32_t)i;
    }
    soft->steps += soft->thread_count / 16;
}

/* Whether a thread that was reached by its first wake from somebody goes on to the later stay. */
static bool leads_on(struct jam_soft *soft, uint32_t thread, struct jam_moment later)
{
    const struct jam_soft_event *event = &soft->events[soft->by[thread]];
    struct jam_moment woken = {event->order->thread, event->order->segment};
    return event->ticks == event->order->first_ticks &&
           jam_before_is(soft->before, woken, later, NULL);
}

bool jam_soft_is_before(struct jam_soft *soft, const struct jam_soft_stay *earlier,
                        const struct jam_soft_stay *later, const struct jam_order **evidence)
{
    uint32_t from = jam_map_find(&soft->threads, earlier->moment.thread, 0);
    uint32_t to = jam_map_find(&soft->threads, later->moment.thread, 0);
    if (from == JAM_MAP_NONE || from == to || !soft->reached ||
        earlier->last_ticks > later->first_ticks)
        return false;
    follow(soft, from, earlier->last_ticks, later->first_ticks);
    bool is = to != JAM_MAP_NONE && soft->reached[to] != UINT64_MAX;
    for (uint32_t i = 0; i < soft->thread_count && !is; i++)
        if (i != from && soft->reached[i] != UINT64_MAX && leads_on(soft, i, later->moment)) {
            is = true;
            to = i;
        }
    if (is)
        *evidence = soft->events[soft->by[to]].order;
    return is;
}
