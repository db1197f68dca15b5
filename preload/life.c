/* The life of threads and of the process, as the hooks tell it. */
#include "life.h"
#include "check.h"
#include "clock.h"
#include "frame_rule.h"
#include "growth.h"
#include "held.h"
#include "inherit.h"
#include "lane.h"
#include "local.h"
#include "memory.h"
#include "module.h"
#include "name.h"
#include "python/python_thread.h"
#include "reclaim.h"
#include "ring.h"
#include "session.h"
#include "stack.h"

#include <limits.h>
#include <pthread.h>
#include <stddef.h>

struct jam_life_start {
    void *(*routine)(void *);
    void *argument;
    struct jam_thread_record *record;
    struct jam_life_start *next_free;
};

/* --- blocks --- */

static struct jam_life_start *starts_free; /* under the growth lock */

/* A page of blocks at a time, all put on the free list. */
static void start_refill(void)
{
    enum { PAGE = 4096, BLOCKS = PAGE / sizeof(struct jam_life_start) };
    struct jam_life_start *block = jam_memory_map(PAGE);
    for (size_t i = 0; block && i < BLOCKS; i++) {
        block[i].next_free = starts_free;
        starts_free = &block[i];
    }
}

static struct jam_life_start *start_new(void)
{
    if (!jam_growth_lock()) {
        jam_session_lose(JAM_LOSS_GROWTH_BUSY, 1);
        return NULL;
    }
    if (!starts_free)
        start_refill();
    struct jam_life_start *start = starts_free;
    if (start)
        starts_free = start->next_free;
    jam_growth_unlock();
    return start;
}

static void start_free(struct jam_life_start *start)
{
    if (!jam_growth_lock())
        return; /* one block of 32 bytes is lost, no thread waits */
    start->next_free = starts_free;
    starts_free = start;
    jam_growth_unlock();
}

/* --- creating --- */

static void create_announce(struct jam_thread *self, struct jam_life_start *start,
                            const struct jam_call *call)
{
    jam_local_check(self, call);
    uint32_t stack = jam_stack_capture(self, call);
    start->record = jam_thread_announce(self, stack, (const void *)start->routine);
    if (start->record)
        jam_python_thread_name(start->record);
    if (jam_ring_takes_blocking && start->record)
        jam_ring_put(self, JAM_EVENT_CREATE, 0, start->record->id, stack, jam_ticks());
    self->record->segment = ++self->segment; /* what follows is not ordered before the child */
}

struct jam_life_start *jam_life_create(const struct jam_call *call, void *(*routine)(void *),
                                       void *argument, bool is_detached)
{
    struct jam_thread *self = jam_enter();
    if (!self)
        return NULL;
    struct jam_life_start *start = start_new();
    if (start) {
        *start = (struct jam_life_start){.routine = routine, .argument = argument};
        create_announce(self, start, call);
        if (start->record && is_detached)
            jam_thread_flag(start->record, JAM_THREAD_DETACHED);
    }
    jam_leave(self);
    return start;
}

struct jam_thread_record *jam_life_record(const struct jam_life_start *start)
{
    return start->record;
}

void jam_life_created(struct jam_thread_record *record, uint64_t pthread)
{
    if (record && !(record->flags & JAM_THREAD_DETACHED))
        jam_thread_set_pthread(record, pthread);
}

void jam_life_not_created(struct jam_life_start *start)
{
    if (start->record)
        jam_thread_withdraw(start->record);
    start_free(start);
}

/* --- the end of a thread that holds locks --- */

/*
 * Destructors of thread-specific data may still release what is held. One of our own, which asks to
 * be called again until the last round, sees what they have left. Only a thread that needs it makes
 * the key, late, so that it comes behind the target's own. libc keeps the first 32 values in the
 * thread itself; for a higher key it would allocate.
 */
enum { KEYS_IN_THREAD = 32 };
static pthread_key_t exit_key;
static enum { EXIT_KEY_NONE, EXIT_KEY_MADE, EXIT_KEY_OFF } exit_key_state; /* under growth lock */

static void exit_round(void *round)
{
    uintptr_t next = (uintptr_t)round + 1;
    if (next <= PTHREAD_DESTRUCTOR_ITERATIONS) {
        pthread_setspecific(exit_key, (const void *)next);
        return;
    }
    struct jam_thread *self = jam_session_is_ready() ? jam_enter() : NULL;
    if (!self)
        return;
    jam_check_exit(self);
    jam_leave(self);
}

static bool exit_key_make(void)
{
    if (!jam_growth_lock())
        return false;
    if (exit_key_state == EXIT_KEY_NONE) {
        exit_key_state = EXIT_KEY_OFF;
        if (pthread_key_create(&exit_key, exit_round) == 0) {
            exit_key_state = EXIT_KEY_MADE;
            if (exit_key >= KEYS_IN_THREAD) {
                pthread_key_delete(exit_key);
                exit_key_state = EXIT_KEY_OFF;
            }
        }
    }
    bool is_made = exit_key_state == EXIT_KEY_MADE;
    jam_growth_unlock();
    return is_made;
}

/* What others have released in its stead, it does not hold at its end. */
static void life_drop_stale(void)
{
    struct jam_thread *self = jam_session_is_ready() ? jam_self : NULL;
    if (!self || self->magic != JAM_THREAD_MAGIC || !(self = jam_enter()))
        return;
    jam_held_drop_stale(self);
    jam_leave(self);
}

void jam_life_ended(void)
{
    const struct jam_thread *self = jam_self;
    life_drop_stale();
    jam_thread_ended();
    if (self->magic == JAM_THREAD_MAGIC && self->held_count > 0 && exit_key_make())
        pthread_setspecific(exit_key, (const void *)1);
}

/* Its frames have been popped, or will have been before anything else runs on this stack. */
static void life_end(void *unused)
{
    struct jam_thread *self = jam_self->local.count ? jam_enter() : NULL;
    (void)unused;
    if (self) {
        jam_local_end(self);
        jam_leave(self);
    }
    jam_life_ended();
}

static struct jam_life_start life_begin(void *argument)
{
    struct jam_life_start start = *(struct jam_life_start *)argument;
    start_free(argument);
    jam_thread_started(start.record);
    return start;
}

void *jam_life_trampoline(void *argument)
{
    struct jam_life_start start = life_begin(argument);
    void *value;
    pthread_cleanup_push(life_end, NULL);
    value = start.routine(start.argument);
    pthread_cleanup_pop(1);
    return value;
}

int jam_life_trampoline_c11(void *argument)
{
    struct jam_life_start start = life_begin(argument);
    int (*routine)(void *) = (int (*)(void *))(void (*)(void))start.routine;
    int value;
    pthread_cleanup_push(life_end, NULL);
    value = routine(start.argument);
    pthread_cleanup_pop(1);
    return value;
}

/* --- joining --- */

void jam_life_joined(struct jam_request *request, struct jam_thread_record *record)
{
    struct jam_thread *self = request->self;
    self->record->segment = ++self->segment;
    if (record) {
        record->joiner = self->id;
        record->joiner_segment = self->segment;
        request->lock->thread = record->id;
        jam_lane_joined(record); /* first: what is flagged may be given to another thread */
        jam_thread_flag(record, JAM_THREAD_JOINED);
        if (jam_ring_takes_blocking)
            jam_ring_put(self, JAM_EVENT_JOIN, 0, record->id, request->stack, jam_ticks());
    }
    if (request->lock->id)
        jam_lock_end(self, request->lock, request->stack);
}

/* --- the process --- */

static __thread uint32_t fork_stack; /* of the call that forks */

/* Behind the target's own handlers, which may wait for locks to come free: made before them. */
static void fork_prepare(void)
{
    struct jam_thread *self = jam_session_is_ready() ? jam_enter() : NULL;
    if (!self)
        return;
    jam_held_drop_stale(self);
    jam_check_fork(self, fork_stack);
    jam_inherit_note(self);
    jam_leave(self);
}

void jam_life_watch_forks(void)
{
    pthread_atfork(fork_prepare, jam_inherit_forget, NULL);
}

void jam_life_forks(const struct jam_call *call)
{
    struct jam_thread *self = jam_session_is_ready() ? jam_enter() : NULL;
    if (!self)
        return;
    fork_stack = jam_stack_capture(self, call);
    jam_leave(self);
}

void jam_life_forked(const struct jam_call *call, pid_t child)
{
    struct jam_thread *self = jam_session_is_ready() ? jam_enter() : NULL;
    if (!self)
        return;
    if (jam_ring_takes_blocking)
        jam_ring_put(self, JAM_EVENT_FORK, 0, (uint32_t)child, jam_stack_capture(self, call),
                     jam_ticks());
    jam_leave(self);
}

void jam_life_epoch(void)
{
    __atomic_fetch_add(&jam_header->epoch, 1, __ATOMIC_RELAXED);
}

void jam_life_phase(struct jam_thread *self, const struct jam_call *call, const char *name)
{
    uint32_t number = jam_ring_takes_blocking ? jam_name_number(name) : 0;
    if (number)
        jam_ring_put(self, JAM_EVENT_PHASE, 0, number, jam_stack_capture(self, call), jam_ticks());
}

void jam_life_unloaded(void)
{
    struct jam_thread *self = jam_session_is_ready() ? jam_enter() : NULL;
    jam_module_inherit(false);
    if (!self)
        return;
    if (jam_growth_lock()) {
        if (jam_module_check_unloaded(jam_reclaim_inside))
            jam_rules_forget();
        jam_growth_unlock();
    } else {
        jam_module_void_code(); /* better too often */
        jam_session_lose(JAM_LOSS_GROWTH_BUSY, 1);
    }
    jam_leave(self);
}
