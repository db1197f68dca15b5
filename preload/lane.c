/* The pool of lanes. */
#include "lane.h"
#include "clock.h"
#include "held.h"
#include "memory.h"
#include "session.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

enum {
    LANES_MAX = 65536,
    SITE_CACHE_FIRST = 256, /* entries in use, until more are needed */
    ENDED_KEPT_MAX = 256,   /* lanes of threads that ended with locks; each a page and more */
};

/* All under the growth lock; the arrays are read without it (entries are written once). */
static struct {
    uint32_t count;
    uint32_t probe; /* next live lane to ask about */
    uint32_t kept_count;
    struct jam_thread *first_ending, *last_ending;
    struct jam_thread *kept[ENDED_KEPT_MAX]; /* of threads that ended with locks */
    struct jam_thread *lane[LANES_MAX + 1];  /* by number */
    uint32_t tid[LANES_MAX + 1];
} lanes;

static void lanes_reset(void)
{
    lanes.count = lanes.probe = lanes.kept_count = 0;
    lanes.first_ending = lanes.last_ending = NULL;
}
JAM_ON_RESET(lanes_reset);

uint32_t jam_lane_count(void)
{
    return __atomic_load_n(&lanes.count, __ATOMIC_ACQUIRE);
}

struct jam_lane *jam_lane_at(uint32_t number)
{
    return lanes.lane[number]->lane;
}

struct jam_lane *jam_lane_of(uint32_t tid)
{
    uint32_t count = jam_lane_count();
    struct jam_lane *ended = NULL; /* the kernel uses thread ids again: prefer one that lives */
    for (uint32_t number = 1; number <= count; number++) {
        if (__atomic_load_n(&lanes.tid[number], __ATOMIC_RELAXED) != tid)
            continue;
        if (jam_lane_at(number)->state == JAM_LANE_LIVE)
            return jam_lane_at(number);
        ended = jam_lane_at(number);
    }
    return ended;
}

/* A thread that was joined runs no more, though the kernel may know it for a moment yet. */
static bool lane_is_joined(const struct jam_thread *thread)
{
    return __atomic_load_n(&thread->joined_id, __ATOMIC_RELAXED) == thread->id;
}

void jam_lane_joined(const struct jam_thread_record *record)
{
    struct jam_thread *thread = record->lane ? lanes.lane[record->lane] : NULL;
    if (thread) /* the lane may serve another thread by now, which has another id */
        __atomic_store_n(&thread->joined_id, record->id, __ATOMIC_RELAXED);
}

static bool lane_is_abandoned(const struct jam_thread *thread)
{
    if (lane_is_joined(thread))
        return true;
    uint32_t tid = thread->lane->tid;
    return tid == (uint32_t)JAM_SYSCALL1(gettid, 0) ||
           JAM_SYSCALL3(tgkill, jam_header->pid, tid, 0) == -ESRCH;
}

static bool lane_holds(const struct jam_thread *thread)
{
    for (uint32_t i = 0; i < thread->held_count; i++)
        if (!jam_held_is_void(&thread->held[i], thread->held_local[i].lock))
            return true;
    return false;
}

static struct jam_thread *lane_empty(struct jam_thread *thread)
{
    thread->held_count = thread->gils_held = 0;
    __atomic_store_n(&thread->lane->held_count, 0, __ATOMIC_RELEASE);
    return thread;
}

static void lane_keep(struct jam_thread *thread, uint32_t place)
{
    thread->lane->state = JAM_LANE_ENDED;
    lanes.kept[place] = thread;
}

/*
 * The thread is gone. Its lane may be used again, unless it holds locks: then it is kept, for those
 * who wait for them, and another that need not be kept any more is given instead, or NULL.
 */
static struct jam_thread *lane_bury(struct jam_thread *thread)
{
    if (!lane_holds(thread))
        return lane_empty(thread);
    if (lanes.kept_count < ENDED_KEPT_MAX) {
        lane_keep(thread, lanes.kept_count++);
        return NULL;
    }
    for (uint32_t i = 0; i < ENDED_KEPT_MAX; i++) {
        struct jam_thread *former = lanes.kept[i];
        if (lane_holds(former))
            continue;
        lane_keep(thread, i);
        return lane_empty(former);
    }
    jam_session_lose(JAM_LOSS_HELD, thread->held_count);
    return lane_empty(thread);
}

static void lane_queue(struct jam_thread *thread)
{
    thread->next_ending = NULL;
    if (lanes.last_ending)
        lanes.last_ending->next_ending = thread;
    else
        lanes.first_ending = thread;
    lanes.last_ending = thread;
}

static struct jam_thread *lane_unqueue(void)
{
    struct jam_thread *thread = lanes.first_ending;
    lanes.first_ending = thread->next_ending;
    if (!lanes.first_ending)
        lanes.last_ending = NULL;
    return thread;
}

/* A lane whose thread is gone. Threads that never told us are found by asking, one each time. */
static struct jam_thread *lane_reuse(void)
{
    enum { TRIES = 16 }; /* many may be on their way out, on a busy machine */
    for (int i = 0; i < TRIES && lanes.first_ending; i++) {
        struct jam_thread *thread = lane_unqueue();
        if (!lane_is_abandoned(thread))
            lane_queue(thread);
        else if ((thread = lane_bury(thread)))
            return thread;
    }
    if (lanes.count < 64)
        return NULL;
    struct jam_thread *thread = lanes.lane[1 + lanes.probe++ % lanes.count];
    if (!(thread->record->flags & JAM_THREAD_FOREIGN) || thread->lane->state != JAM_LANE_LIVE ||
        !lane_is_abandoned(thread))
        return NULL;
    thread->record->end_ticks = jam_ticks(); /* not later than now */
    jam_thread_flag(thread->record, JAM_THREAD_ENDED | JAM_THREAD_DETACHED);
    return lane_bury(thread);
}

static struct jam_area lane_area(uint16_t kind, uint16_t record_bytes, uint32_t owner)
{
    return (struct jam_area){
        .shape = {.kind = kind, .record_bytes = record_bytes, .owner_lane = owner},
        .next_bytes = 4096,
    };
}

static void lane_set_areas(struct jam_thread *thread, uint32_t number)
{
    thread->sites = lane_area(JAM_EXTENT_SITES, sizeof(struct jam_site), number);
    thread->waits = lane_area(JAM_EXTENT_WAITS, sizeof(struct jam_wait_totals), number);
    thread->histograms = lane_area(JAM_EXTENT_HISTOGRAMS, sizeof(struct jam_histogram), number);
    thread->blames = lane_area(JAM_EXTENT_BLAME, sizeof(struct jam_blame), number);
    thread->dependencies = lane_area(JAM_EXTENT_DEPENDENCIES, 0, number);
    thread->orders = lane_area(JAM_EXTENT_ORDERS, sizeof(struct jam_order), number);
    thread->retries = lane_area(JAM_EXTENT_RETRIES, sizeof(struct jam_retry), number);
}

static struct jam_thread *lane_new(void)
{
    uint64_t offset;
    uint32_t number = lanes.count + 1;
    struct jam_extent_shape shape = {.kind = JAM_EXTENT_LANE, .owner_lane = number};
    if (number > LANES_MAX)
        return NULL;
    struct jam_thread *thread = jam_memory_map_wiped(sizeof *thread);
    struct jam_extent *extent = thread ? jam_session_extent(&shape, JAM_LANE_BYTES, &offset) : NULL;
    if (!extent) {
        jam_memory_unmap(thread, sizeof *thread);
        return NULL;
    }
    struct jam_lane *lane = (struct jam_lane *)(extent + 1);
    lane->number = number;
    lane->held_capacity = JAM_LANE_INLINE_HELD;
    lane->held_offset = offset + sizeof *extent + sizeof *lane;
    extent->used_bytes = JAM_LANE_BYTES - sizeof *extent;
    thread->lane = lane;
    thread->held = (struct jam_held *)(lane + 1);
    thread->held_local = thread->held_local_inline;
    thread->held_capacity = JAM_LANE_INLINE_HELD;
    thread->site_cache_mask = SITE_CACHE_FIRST - 1;
    lane_set_areas(thread, number);
    lanes.lane[number] = thread;
    __atomic_store_n(&lanes.count, number, __ATOMIC_RELEASE);
    return thread;
}

struct jam_thread *jam_lane_take(void)
{
    struct jam_thread *thread = lane_reuse();
    if (!thread)
        thread = lane_new();
    if (thread)
        thread->lane->state = JAM_LANE_LIVE;
    return thread;
}

struct jam_thread *jam_lane_take_ended(void)
{
    struct jam_thread *thread = lanes.kept_count < ENDED_KEPT_MAX ? lane_new() : NULL;
    if (thread)
        lane_keep(thread, lanes.kept_count++);
    return thread;
}

void jam_lane_assign(struct jam_thread *thread, struct jam_thread_record *record, uint32_t tid)
{
    struct jam_lane *lane = thread->lane;
    thread->record = record;
    thread->id = record->id;
    thread->segment = record->segment;
    record->lane = lane->number;
    lane->thread = record->id;
    lane->tid = tid;
    lanes.tid[lane->number] = tid;
}

void jam_lane_end(struct jam_thread *thread)
{
    thread->lane->state = JAM_LANE_ENDING;
    lane_queue(thread);
}

bool jam_lane_grow_held(struct jam_thread *self)
{
    uint32_t capacity = self->held_capacity * 2;
    struct jam_extent_shape shape = {.kind = JAM_EXTENT_HELD,
                                     .record_bytes = sizeof(struct jam_held),
                                     .owner_lane = self->lane->number};
    uint64_t offset;
    struct jam_held_local *local = jam_memory_map(capacity * sizeof *local);
    struct jam_extent *extent =
        local ? jam_session_extent(&shape, sizeof *extent + capacity * sizeof(struct jam_held),
                                   &offset)
              : NULL;
    if (!extent) {
        jam_memory_unmap(local, capacity * sizeof *local);
        return false;
    }
    memcpy(extent + 1, self->held, self->held_count * sizeof *self->held);
    memcpy(local, self->held_local, self->held_count * sizeof *local);
    if (self->held_local != self->held_local_inline)
        jam_memory_unmap(self->held_local, self->held_capacity * sizeof *local);
    self->held = (struct jam_held *)(extent + 1);
    self->held_local = local;
    self->held_capacity = capacity;
    extent->used_bytes = capacity * sizeof(struct jam_held);
    /* The old array stays as it is: a reader of either sees a true list. */
    __atomic_store_n(&self->lane->held_offset, offset + sizeof *extent, __ATOMIC_RELEASE);
    __atomic_store_n(&self->lane->held_capacity, capacity, __ATOMIC_RELEASE);
    return true;
}
