/* Reads the wait words of the lanes. */
#include "render/render_waiting.h"

#include <stdlib.h>

#include "core/thread_name.h"
#include "trace/trace_record.h"
#include "util/array.h"
#include "util/human.h"

void jam_waitings_fini(struct jam_waitings *waitings)
{
    free(waitings->items);
    *waitings = (struct jam_waitings){0};
}

/* An odd sequence: the thread was about to change the word, so it was not blocked. */
static bool is_blocked(const struct jam_lane *lane)
{
    return lane->state != JAM_LANE_FREE && lane->wait.operation != JAM_OP_NONE &&
           lane->wait.sequence % 2 == 0;
}

static int add(struct jam_waitings *waitings, const struct jam_report *report, size_t process,
               const struct jam_lane *lane)
{
    const struct jam_facts *facts = &report->processes[process].facts;
    uint64_t since = jam_timebase_since_start_ns(&facts->base, lane->wait.since_ticks);
    if (jam_array_reserve(&waitings->items, &waitings->capacity, waitings->count,
                          sizeof *waitings->items) != 0)
        return -1;
    waitings->items[waitings->count++] = (struct jam_waiting){
        .process = process,
        .thread = lane->thread,
        .tid = lane->tid,
        .lock = jam_map_find(&report->contention.lock_map, process, lane->wait.lock),
        .stack = lane->wait.stack,
        .for_ns = facts->duration_ns > since ? facts->duration_ns - since : 0,
    };
    return 0;
}

static int compare(const void *left, const void *right)
{
    const struct jam_waiting *a = left;
    const struct jam_waiting *b = right;
    if (a->for_ns != b->for_ns)
        return a->for_ns < b->for_ns ? 1 : -1;
    return (a->thread > b->thread) - (a->thread < b->thread);
}

int jam_waitings_init(struct jam_waitings *waitings, const struct jam_report *report)
{
    *waitings = (struct jam_waitings){0};
    for (size_t i = 0; i < report->process_count; i++) {
        struct jam_cursor cursor;
        const struct jam_lane *lane;
        jam_cursor_start(&cursor, report->processes[i].trace, JAM_EXTENT_LANE);
        while ((lane = jam_cursor_next(&cursor)))
            if (is_blocked(lane) && add(waitings, report, i, lane) != 0)
                return -1;
    }
    if (waitings->count)
        qsort(waitings->items, waitings->count, sizeof *waitings->items, compare);
    return 0;
}

/* The entry of the lock in a lane's held list, NULL if it does not hold it. */
static const struct jam_held *find_held(struct jam_trace *trace, const struct jam_lane *lane,
                                        uint32_t lock)
{
    const struct jam_held *held;
    size_t count = jam_trace_held(trace, lane, &held);
    for (size_t i = 0; i < count; i++)
        if (held[i].lock == lock)
            return &held[i];
    return NULL;
}

size_t jam_waiting_holders(const struct jam_report *report, const struct jam_waiting *waiting,
                           struct jam_holder *holders, size_t room)
{
    struct jam_trace *trace = report->processes[waiting->process].trace;
    struct jam_cursor cursor;
    const struct jam_lane *lane;
    size_t count = 0;
    if (waiting->lock == JAM_MAP_NONE)
        return 0;
    jam_cursor_start(&cursor, trace, JAM_EXTENT_LANE);
    while ((lane = jam_cursor_next(&cursor))) {
        const struct jam_held *held =
            find_held(trace, lane, report->contention.locks[waiting->lock].id);
        if (!held)
            continue;
        if (count < room)
            holders[count] = (struct jam_holder){lane->thread, lane->tid, held->stack};
        count++;
    }
    return count;
}

char *jam_waiting_thread_name(const struct jam_report *report, size_t process, uint32_t id,
                              char *buffer, size_t size)
{
    const struct jam_thread_record *thread = jam_trace_thread(report->processes[process].trace, id);
    size_t room = 0;
    const char *name = thread ? jam_thread_name(thread, &room) : "";
    jam_human_clean_bytes(name, room, buffer, size);
    return *buffer ? buffer : jam_human_clean("thread", buffer, size);
}
