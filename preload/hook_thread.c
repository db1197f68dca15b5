/*
 * pthread_create, join, detach, exit, setname: the life of threads.
 *
 * A new thread starts in our trampoline, which notes its beginning and, by a cleanup handler, its
 * end: return, pthread_exit and cancellation all pass there. The block that carries the start
 * routine across is private memory, kept on a free list.
 */
#include "clock.h"
#include "emit.h"
#include "growth.h"
#include "limit.h"
#include "memory.h"
#include "real.h"
#include "ring.h"
#include "stack.h"

#include <errno.h>

struct thread_start {
    void *(*routine)(void *);
    void *argument;
    struct jam_thread_record *record;
    struct thread_start *next_free;
};

/* --- blocks --- */

static struct thread_start *starts_free; /* under the growth lock */

/* A page of blocks at a time, all put on the free list. */
static void start_refill(void)
{
    enum { PAGE = 4096, BLOCKS = PAGE / sizeof(struct thread_start) };
    struct thread_start *block = jam_memory_map(PAGE);
    for (size_t i = 0; block && i < BLOCKS; i++) {
        block[i].next_free = starts_free;
        starts_free = &block[i];
    }
}

static struct thread_start *start_new(void)
{
    if (!jam_growth_lock())
        return NULL;
    if (!starts_free)
        start_refill();
    struct thread_start *start = starts_free;
    if (start)
        starts_free = start->next_free;
    jam_growth_unlock();
    return start;
}

static void start_free(struct thread_start *start)
{
    if (!jam_growth_lock())
        return; /* one block of 32 bytes is lost, no thread waits */
    start->next_free = starts_free;
    starts_free = start;
    jam_growth_unlock();
}

/* --- the new thread --- */

static void thread_end(void *unused)
{
    (void)unused;
    jam_thread_ended();
}

static void *thread_trampoline(void *argument)
{
    struct thread_start start = *(struct thread_start *)argument;
    void *value;
    start_free(argument);
    jam_thread_started(start.record);
    pthread_cleanup_push(thread_end, NULL);
    value = start.routine(start.argument);
    pthread_cleanup_pop(1);
    return value;
}

/* --- creating --- */

/* Announce the thread. NULL: create it without us. */
static struct thread_start *create_begin(struct jam_call call, void *(*routine)(void *),
                                         void *argument)
{
    struct jam_thread *self = jam_enter();
    if (!self)
        return NULL;
    struct thread_start *start = start_new();
    if (start) {
        uint32_t stack = jam_stack_capture(self, call);
        *start = (struct thread_start){
            routine, argument, jam_thread_announce(self, stack, (const void *)routine), NULL};
        if (jam_ring_takes_blocking && start->record)
            jam_ring_put(self, JAM_EVENT_CREATE, 0, start->record->id, stack, jam_ticks());
        self->segment++; /* what follows is not ordered before the child */
        self->record->segment = self->segment;
    }
    jam_leave(self);
    return start;
}

static bool create_is_detached(const pthread_attr_t *attributes)
{
    int state = PTHREAD_CREATE_JOINABLE;
    return attributes && pthread_attr_getdetachstate(attributes, &state) == 0 &&
           state == PTHREAD_CREATE_DETACHED;
}

JAM_EXPORT int pthread_create(pthread_t *thread, const pthread_attr_t *attributes,
                              void *(*start)(void *), void *argument)
{
    struct thread_start *block = create_begin(JAM_CALLER(), start, argument);
    if (!block)
        return jam_real.pthread_create(thread, attributes, start, argument);
    struct jam_thread_record *record = block->record;
    if (record && create_is_detached(attributes))
        jam_thread_flag(record, JAM_THREAD_DETACHED);
    int result = jam_real.pthread_create(thread, attributes, thread_trampoline, block);
    if (result != 0) {
        start_free(block);
        if (record)
            jam_thread_withdraw(record);
    } else if (record && !(record->flags & JAM_THREAD_DETACHED)) {
        jam_thread_set_pthread(record, (uint64_t)*thread);
    }
    return result;
}

/* --- joining --- */

struct thread_join {
    struct jam_request request;
    pthread_t thread;
    void **value;
    struct jam_limit limit;
};

static struct jam_target join_target(const struct thread_join *join,
                                     const struct jam_thread_record *record, uint16_t flags)
{
    return (struct jam_target){
        .key = {(uint64_t)join->thread, JAM_LOCK_THREAD, 0},
        .flags = flags,
        .class_stack = record ? record->create_stack : 0,
    };
}

static int join_real(const struct thread_join *join)
{
    switch (join->limit.kind) {
    case JAM_LIMIT_TIMED:
        return jam_real.pthread_timedjoin_np(join->thread, join->value, join->limit.deadline);
    case JAM_LIMIT_CLOCK:
        return jam_real.pthread_clockjoin_np(join->thread, join->value, join->limit.clock,
                                             join->limit.deadline);
    default:
        return jam_real.pthread_join(join->thread, join->value);
    }
}

/* The join has succeeded: what the thread did lies before what we do from now on. */
static void join_done(struct jam_request *request, struct jam_thread_record *record)
{
    struct jam_thread *self = request->self;
    self->record->segment = ++self->segment;
    if (record) {
        record->joiner = self->id;
        record->joiner_segment = self->segment;
        jam_thread_flag(record, JAM_THREAD_JOINED);
        request->lock->thread = record->id;
        if (jam_ring_takes_blocking)
            jam_ring_put(self, JAM_EVENT_JOIN, 0, record->id, request->stack, jam_ticks());
    }
    if (request->lock->id)
        jam_lock_end(self, request->lock);
}

static int join_finish(struct jam_request *request, struct jam_thread_record *record, int result)
{
    if (result != 0) {
        jam_request_failed(request, result);
        return result;
    }
    join_done(request, record);
    jam_request_passed(request);
    return 0;
}

static void join_cancelled(void *argument)
{
    struct thread_join *join = argument;
    jam_request_unblock(&join->request, false);
    jam_request_failed(&join->request, ECANCELED);
}

static int join_recorded(struct thread_join *join, struct jam_thread_record *record)
{
    int result;
    join->request.partner = record ? record->id : 0;
    jam_request_block(&join->request, JAM_OP_JOIN, 0);
    pthread_cleanup_push(join_cancelled, join);
    result = join_real(join);
    pthread_cleanup_pop(0);
    jam_request_unblock(&join->request, result == 0);
    return join_finish(&join->request, record, result);
}

static int join_thread(struct thread_join *join, struct jam_call call)
{
    struct jam_thread_record *record = jam_thread_find_pthread((uint64_t)join->thread);
    uint16_t flags = jam_limit_flags(join->limit);
    if (!jam_request_begin(&join->request, call, join_target(join, record, flags)))
        return join_real(join);
    return join_recorded(join, record);
}

JAM_EXPORT int pthread_join(pthread_t thread, void **value)
{
    struct thread_join join = {.thread = thread, .value = value};
    return join_thread(&join, JAM_CALLER());
}

JAM_EXPORT int pthread_timedjoin_np(pthread_t thread, void **value, const struct timespec *deadline)
{
    struct thread_join join = {
        .thread = thread, .value = value, .limit = {JAM_LIMIT_TIMED, 0, deadline}};
    return join_thread(&join, JAM_CALLER());
}

JAM_EXPORT int pthread_clockjoin_np(pthread_t thread, void **value, clockid_t clock,
                                    const struct timespec *deadline)
{
    struct thread_join join = {
        .thread = thread, .value = value, .limit = {JAM_LIMIT_CLOCK, clock, deadline}};
    return join_thread(&join, JAM_CALLER());
}

JAM_EXPORT int pthread_tryjoin_np(pthread_t thread, void **value)
{
    struct thread_join join = {.thread = thread, .value = value};
    struct jam_thread_record *record = jam_thread_find_pthread((uint64_t)thread);
    if (!jam_request_begin(&join.request, JAM_CALLER(), join_target(&join, record, JAM_HELD_TRY)))
        return jam_real.pthread_tryjoin_np(thread, value);
    return join_finish(&join.request, record, jam_real.pthread_tryjoin_np(thread, value));
}

/* --- the rest --- */

JAM_EXPORT int pthread_detach(pthread_t thread)
{
    struct jam_thread_record *record = jam_thread_find_pthread((uint64_t)thread);
    int result = jam_real.pthread_detach(thread);
    if (result == 0 && record)
        jam_thread_flag(record, JAM_THREAD_DETACHED);
    return result;
}

/*
 * The trampoline's handler sees the end of threads that we started, after their own cleanup
 * handlers; this is for the others and for main.
 */
JAM_EXPORT void pthread_exit(void *value)
{
    if (!jam_thread_has_trampoline())
        jam_thread_ended();
    jam_real.pthread_exit(value);
    __builtin_unreachable();
}

JAM_EXPORT int pthread_setname_np(pthread_t thread, const char *name)
{
    int result = jam_real.pthread_setname_np(thread, name);
    struct jam_thread_record *record =
        result == 0 ? jam_thread_find_pthread((uint64_t)thread) : NULL;
    if (record)
        jam_thread_rename(record, name);
    return result;
}
