/* Threads from their first operation, or their start, to their end. */
#include "thread.h"
#include "clock.h"
#include "guard.h"
#include "growth.h"
#include "lane.h"
#include "mute.h"
#include "session.h"
#include "stack.h"
#include "unwinder.h"

#include <stddef.h>
#include <string.h>

enum {
    STACK_BYTES_MAX = 256 << 20, /* sp further below the top is taken to be another stack */
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

static uint32_t thread_session; /* counts the sessions of this process and its ancestors */

static void thread_reset(void)
{
    thread_session++;
}
JAM_ON_RESET(thread_reset);

static bool thread_has_record(void)
{
    return thread_local.record && thread_local.session == thread_session &&
           thread_local.record->id == thread_local.record_id;
}

static void thread_keep_record(struct jam_thread_record *record)
{
    thread_local.record = record;
    thread_local.record_id = record->id;
    thread_local.session = thread_session;
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

/* What the lane knows of a former thread's stack is void. */
static void thread_prepare(struct jam_thread *thread, bool is_main)
{
    uint64_t stack_top = thread_stack_top(is_main);
    if (thread->stack_top && thread->stack_top != stack_top)
        jam_stack_forget_thread(thread);
    thread->stack_top = stack_top;
    thread->stack_bytes = STACK_BYTES_MAX;
    thread->local.count = 0;
    thread->local.due = 0;
    thread->streak_count = 0;
    thread->ring.end = thread->ring.next; /* whose events come from now on is to be told */
    thread->is_open = 0;                  /* a former thread left it open */
    thread->magic = JAM_THREAD_MAGIC;
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
    struct jam_thread *thread = record ? jam_lane_take() : NULL;
    if (thread) {
        thread_prepare(thread, is_main);
        jam_lane_assign(thread, record, tid);
        if (record->flags & JAM_THREAD_ENDED) /* it locks for the first time in a destructor */
            jam_lane_end(thread);
    }
    jam_growth_unlock();
    if (!thread)
        jam_session_lose(JAM_LOSS_NO_LANE, 1);
    return thread;
}

void (*jam_thread_on_attach)(struct jam_thread *self);

static void absent_fill(struct jam_thread_record *record, const struct jam_thread_record *original)
{
    record->tid = original->tid;
    record->start_ticks = original->start_ticks;
    record->end_ticks = jam_header->clock_first.ticks;
    jam_thread_rename(record, original->name);
    memcpy(record->title, original->title, sizeof record->title);
    jam_thread_flag(record, JAM_THREAD_ENDED | JAM_THREAD_DETACHED | JAM_THREAD_FOREIGN |
                                JAM_THREAD_ABSENT);
}

struct jam_thread *jam_thread_make_absent(const struct jam_thread_record *original)
{
    if (!jam_growth_lock())
        return NULL;
    struct jam_thread_record *record = jam_thread_record_new();
    if (record)
        absent_fill(record, original);
    struct jam_thread *thread = record ? jam_lane_take_ended() : NULL;
    if (thread)
        jam_lane_assign(thread, record, original->tid);
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
    if (jam_growth_lock()) {
        jam_lane_end(self);
        jam_growth_unlock();
    } else {
        jam_session_lose(JAM_LOSS_GROWTH_BUSY, 1);
    }
}
