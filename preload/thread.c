/*
 * Lanes: who gets them, and when they are used again.
 *
 * There is no thread-exit handler, because none comes last: destructors of thread-specific data
 * may still lock. A lane whose thread has left its start routine is "ending"; it is handed on only
 * when the kernel says that the thread is gone.
 */
#include "thread.h"
#include "clock.h"
#include "guard.h"
#include "growth.h"
#include "memory.h"
#include "mute.h"
#include "session.h"
#include "stack.h"
#include "unwinder.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

enum {
    LANES_MAX = 65536,
    SITE_CACHE_FIRST = 256,      /* entries in use, until more are needed */
    STACK_BYTES_MAX = 256 << 20, /* sp further below the top is taken to be another stack */
    ENDED_KEPT_MAX = 256,        /* lanes of threads that ended with locks; each a page and more */
    ABOVE_TRAMPOLINE = 1536,     /* start_thread's frame; pthread's own data lies above it */
};

extern void *__libc_stack_end; /* of ld.so: where the main thread's stack began */

static struct jam_thread thread_none = {.magic = 0};
__thread struct jam_thread *jam_self = &thread_none;

static __thread struct {
    struct jam_thread_record
        *record; /* announced by pthread_create, or made when it first locked */
    uint32_t record_id;
    uint32_t session; /* of that record */
    uint64_t stack_top;
    bool is_attaching;
} thread_local;

/* All under the growth lock; the arrays are read without it (entries are written once). */
static struct {
    uint32_t session; /* counts the sessions of this process and its ancestors */
    uint32_t lane_count;
    uint32_t probe; /* next live lane to ask about */
    uint32_t kept_count;
    struct jam_thread *first_ending, *last_ending;
    struct jam_thread *kept[ENDED_KEPT_MAX]; /* of threads that ended with locks */
    struct jam_thread *lane[LANES_MAX + 1];  /* by number */
    uint32_t tid[LANES_MAX + 1];
} threads;

static void thread_reset(void)
{
    threads.lane_count = threads.probe = threads.kept_count = 0;
    threads.first_ending = threads.last_ending = NULL;
    threads.session++;
}
JAM_ON_RESET(thread_reset);

/* --- lanes --- */

uint32_t jam_thread_lane_count(void)
{
    return __atomic_load_n(&threads.lane_count, __ATOMIC_ACQUIRE);
}

struct jam_lane *jam_thread_lane(uint32_t number)
{
    return threads.lane[number]->lane;
}

struct jam_lane *jam_thread_lane_of(uint32_t tid)
{
    uint32_t count = jam_thread_lane_count();
    struct jam_lane *ended = NULL; /* the kernel uses thread ids again: prefer one that lives */
    for (uint32_t number = 1; number <= count; number++) {
        if (__atomic_load_n(&threads.tid[number], __ATOMIC_RELAXED) != tid)
            continue;
        if (jam_thread_lane(number)->state == JAM_LANE_LIVE)
            return jam_thread_lane(number);
        ended = jam_thread_lane(number);
    }
    return ended;
}

/* A thread that was joined runs no more, though the kernel may know it for a moment yet. */
static bool lane_is_joined(const struct jam_thread *thread)
{
    return __atomic_load_n(&thread->joined_id, __ATOMIC_RELAXED) == thread->id;
}

void jam_thread_joined(const struct jam_thread_record *record)
{
    struct jam_thread *thread = record->lane ? threads.lane[record->lane] : NULL;
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

/* An entry is void when its lock is over, or another thread has released it. */
static bool lane_holds(const struct jam_thread *thread)
{
    for (uint32_t i = 0; i < thread->held_count; i++) {
        const struct jam_lock_record *lock = thread->held_local[i].lock;
        if (lock->generation == thread->held[i].generation &&
            lock->handed_over_ticks <= thread->held[i].acquired_ticks)
            return true;
    }
    return false;
}

static struct jam_thread *lane_empty(struct jam_thread *thread)
{
    thread->held_count = thread->gils_held = 0;
    __atomic_store_n(&thread->lane->held_count, 0, __ATOMIC_RELEASE);
    return thread;
}

/*
 * The thread is gone. Its lane may be used again, unless it holds locks: then it is kept, for those
 * who wait for them, and another that need not be kept any more is given instead, or NULL.
 */
static struct jam_thread *lane_bury(struct jam_thread *thread)
{
    if (!lane_holds(thread))
        return lane_empty(thread);
    if (threads.kept_count < ENDED_KEPT_MAX) {
        thread->lane->state = JAM_LANE_ENDED;
        threads.kept[threads.kept_count++] = thread;
        return NULL;
    }
    for (uint32_t i = 0; i < ENDED_KEPT_MAX; i++) {
        struct jam_thread *former = threads.kept[i];
        if (lane_holds(former))
            continue;
        thread->lane->state = JAM_LANE_ENDED;
        threads.kept[i] = thread;
        return lane_empty(former);
    }
    jam_session_lose(JAM_LOSS_HELD, thread->held_count);
    return lane_empty(thread);
}

static void lane_queue(struct jam_thread *thread)
{
    thread->next_ending = NULL;
    if (threads.last_ending)
        threads.last_ending->next_ending = thread;
    else
        threads.first_ending = thread;
    threads.last_ending = thread;
}

static struct jam_thread *lane_unqueue(void)
{
    struct jam_thread *thread = threads.first_ending;
    threads.first_ending = thread->next_ending;
    if (!threads.first_ending)
        threads.last_ending = NULL;
    return thread;
}

/* A lane whose thread is gone. Threads that never told us are found by asking, one each time. */
static struct jam_thread *lane_reuse(void)
{
    enum { TRIES = 16 }; /* many may be on their way out, on a busy machine */
    for (int i = 0; i < TRIES && threads.first_ending; i++) {
        struct jam_thread *thread = lane_unqueue();
        if (!lane_is_abandoned(thread))
            lane_queue(thread);
        else if ((thread = lane_bury(thread)))
            return thread;
    }
    if (threads.lane_count < 64)
        return NULL;
    struct jam_thread *thread = threads.lane[1 + threads.probe++ % threads.lane_count];
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
    uint32_t number = threads.lane_count + 1;
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
    threads.lane[number] = thread;
    __atomic_store_n(&threads.lane_count, number, __ATOMIC_RELEASE);
    return thread;
}

static bool thread_has_record(void)
{
    return thread_local.record && thread_local.session == threads.session &&
           thread_local.record->id == thread_local.record_id;
}

static void thread_keep_record(struct jam_thread_record *record)
{
    thread_local.record = record;
    thread_local.record_id = record->id;
    thread_local.session = threads.session;
}

/*
 * The thread's record; a new one if no pthread_create of ours announced it. Kept, so that a thread
 * that finds no lane does not take another record at each of its operations.
 */
static struct jam_thread_record *thread_record(bool is_main)
{
    if (thread_has_record())
        return thread_local.record;
    struct jam_thread_record *record = jam_thread_record_new();
    if (record) {
        jam_thread_record_begin(record, is_main ? JAM_THREAD_MAIN : JAM_THREAD_FOREIGN);
        if (is_main)
            record->start_ticks = jam_header->clock_first.ticks;
        thread_keep_record(record);
    }
    return record;
}

/* A thread that forked is the child's main thread, but runs on the stack that it had. */
static uint64_t thread_stack_top(bool is_main)
{
    return is_main && !thread_local.stack_top ? (uint64_t)__libc_stack_end : thread_local.stack_top;
}

static struct jam_thread *thread_attach(void)
{
    if (!jam_session_start())
        return NULL;
    if (!jam_growth_lock()) {
        jam_session_lose(JAM_LOSS_GROWTH_BUSY, 1);
        return NULL;
    }
    uint32_t tid = (uint32_t)JAM_SYSCALL1(gettid, 0);
    bool is_main = tid == jam_header->pid;
    struct jam_thread_record *record = thread_record(is_main);
    struct jam_thread *thread = record ? lane_reuse() : NULL;
    if (record && !thread)
        thread = lane_new();
    if (thread) {
        thread->record = record;
        thread->id = record->id;
        thread->segment = record->segment;
        thread->streak_count = 0;
        thread->ring.end = thread->ring.next; /* whose events come from now on is to be told */
        if (thread->stack_top && thread->stack_top != thread_stack_top(is_main))
            jam_stack_forget_thread(thread);
        thread->stack_top = thread_stack_top(is_main);
        thread->stack_bytes = STACK_BYTES_MAX;
        thread->local.count = 0; /* of a former thread's stack */
        thread->local.due = 0;
        record->lane = thread->lane->number;
        thread->lane->thread = record->id;
        thread->lane->tid = tid;
        thread->lane->state = JAM_LANE_LIVE;
        if (record->flags & JAM_THREAD_ENDED) { /* it locks for the first time in a destructor */
            thread->lane->state = JAM_LANE_ENDING;
            lane_queue(thread);
        }
        thread->is_open = 0; /* a former thread left it open */
        thread->magic = JAM_THREAD_MAGIC;
        threads.tid[thread->lane->number] = tid;
    }
    jam_growth_unlock();
    if (!thread)
        jam_session_lose(JAM_LOSS_NO_LANE, 1);
    return thread;
}

void (*jam_thread_on_attach)(struct jam_thread *self);

static void absent_fill(struct jam_thread *thread, struct jam_thread_record *record,
                        const struct jam_thread_record *original)
{
    record->tid = original->tid;
    record->start_ticks = original->start_ticks;
    record->end_ticks = jam_header->clock_first.ticks;
    record->lane = thread->lane->number;
    jam_thread_rename(record, original->name);
    memcpy(record->title, original->title, sizeof record->title);
    jam_thread_flag(record, JAM_THREAD_ENDED | JAM_THREAD_DETACHED | JAM_THREAD_FOREIGN |
                                JAM_THREAD_ABSENT);
    thread->record = record;
    thread->id = thread->lane->thread = record->id;
    thread->lane->tid = threads.tid[thread->lane->number] = original->tid;
    thread->lane->state = JAM_LANE_ENDED;
    threads.kept[threads.kept_count++] = thread;
}

struct jam_thread *jam_thread_make_absent(const struct jam_thread_record *original)
{
    if (!jam_growth_lock())
        return NULL;
    struct jam_thread_record *record =
        threads.kept_count < ENDED_KEPT_MAX ? jam_thread_record_new() : NULL;
    struct jam_thread *thread = record ? lane_new() : NULL;
    if (thread)
        absent_fill(thread, record, original);
    else if (record)
        jam_thread_flag(record, JAM_THREAD_ENDED | JAM_THREAD_DETACHED | JAM_THREAD_ABSENT);
    jam_growth_unlock();
    return thread;
}

struct jam_thread *jam_enter_slow(void)
{
    /* NULL: the program is being relocated, and its thread-local data not yet initialised. */
    if (jam_mute || !jam_self)
        return NULL;
    if (jam_self->magic == JAM_THREAD_MAGIC || thread_local.is_attaching) {
        jam_session_lose(JAM_LOSS_NESTED, 1);
        return NULL;
    }
    thread_local.is_attaching = true;
    if (jam_unwinder_is_pending())
        jam_unwinder_load_early();
    struct jam_thread *thread = thread_attach();
    if (thread)
        jam_self = thread; /* is_open is 0: we are inside */
    thread_local.is_attaching = false;
    if (JAM_UNLIKELY(thread && jam_thread_on_attach))
        jam_thread_on_attach(thread);
    return thread;
}

/* --- beginning and end --- */

void jam_thread_started(struct jam_thread_record *record)
{
    if (!record)
        return;
    thread_keep_record(record);
    thread_local.stack_top = (uint64_t)__builtin_frame_address(0) + ABOVE_TRAMPOLINE;
    jam_thread_record_begin(record, 0);
}

bool jam_thread_has_trampoline(void)
{
    return thread_local.stack_top != 0;
}

void jam_thread_ended(void)
{
    struct jam_thread *self = jam_self;
    bool is_attached = self->magic == JAM_THREAD_MAGIC;
    struct jam_thread_record *record = is_attached ? self->record : thread_local.record;
    if (!jam_session_is_ready() || !record || (!is_attached && !thread_has_record()) ||
        record->flags & JAM_THREAD_ENDED)
        return;
    jam_thread_record_refresh_name(record);
    record->end_ticks = jam_ticks();
    jam_thread_flag(record, JAM_THREAD_ENDED);
    if (!is_attached)
        return;
    record->segment = self->segment;
    record->exit_held = self->held_count;
    self->lane->state = JAM_LANE_ENDING;
    if (jam_growth_lock()) {
        lane_queue(self);
        jam_growth_unlock();
    } else {
        jam_session_lose(JAM_LOSS_GROWTH_BUSY, 1);
    }
}

bool jam_thread_grow_held(struct jam_thread *self)
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
