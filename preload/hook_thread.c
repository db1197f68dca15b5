/*
 * pthread_create, join, detach, exit, setname: the life of threads.
 */
#include "hook_thread.h"
#include "check.h"
#include "real.h"

#include <errno.h>

/* --- creating --- */

static bool create_is_detached(const pthread_attr_t *attributes)
{
    int state = PTHREAD_CREATE_JOINABLE;
    return attributes && pthread_attr_getdetachstate(attributes, &state) == 0 &&
           state == PTHREAD_CREATE_DETACHED;
}

JAM_EXPORT int pthread_create(pthread_t *thread, const pthread_attr_t *attributes,
                              void *(*routine)(void *), void *argument)
{
    struct jam_life_start *start =
        jam_life_create(JAM_CALLER(), routine, argument, create_is_detached(attributes));
    if (!start)
        return jam_real.pthread_create(thread, attributes, routine, argument);
    struct jam_thread_record *record = jam_life_record(start);
    int result = jam_real.pthread_create(thread, attributes, jam_life_trampoline, start);
    if (result == 0)
        jam_life_created(record, (uint64_t)*thread);
    else
        jam_life_not_created(start);
    return result;
}

/* --- joining --- */

/* The join of this thread was recorded before libc was asked for it; 0 = of none. For one join. */
static __thread pthread_t told;

void jam_join_is_told(pthread_t thread)
{
    told = thread;
}

static bool join_was_told(pthread_t thread)
{
    bool was_told = told && told == thread;
    told = 0;
    return was_told;
}

static struct jam_target join_target(const struct jam_join *join,
                                     const struct jam_thread_record *record, uint16_t flags)
{
    return (struct jam_target){
        .key = {(uint64_t)join->thread, JAM_LOCK_THREAD, 0, 0},
        .flags = flags,
        .class_stack = record ? record->create_stack : 0,
        .partner = record ? record->id : 0,
    };
}

static int join_finish(struct jam_request *request, struct jam_thread_record *record, int result)
{
    if (result != 0) {
        jam_request_failed(request, result);
        return result;
    }
    jam_life_joined(request, record);
    jam_request_passed(request);
    return 0;
}

static void join_cancelled(void *argument)
{
    struct jam_join *join = argument;
    jam_request_unblock(&join->request, false);
    jam_request_failed(&join->request, ECANCELED);
}

static int join_recorded(struct jam_join *join, struct jam_thread_record *record)
{
    int result;
    join->request.lock->thread = join->request.target.partner;
    jam_request_block(&join->request, JAM_OP_JOIN, 0);
    pthread_cleanup_push(join_cancelled, join);
    result = join->real(join);
    pthread_cleanup_pop(0);
    jam_request_unblock(&join->request, result == 0);
    join_finish(&join->request, record, join->error_of ? join->error_of(result) : result);
    return result;
}

int jam_join(struct jam_join *join, const struct jam_call *call)
{
    struct jam_thread_record *record = jam_thread_find_pthread((uint64_t)join->thread);
    uint16_t flags = jam_limit_flags(join->limit);
    if (join_was_told(join->thread) && !record)
        return join->real(join);
    join->request.target = join_target(join, record, flags);
    if (!jam_request_begin(&join->request, call))
        return join->real(join);
    return join_recorded(join, record);
}

static int join_real(const struct jam_join *join)
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

JAM_EXPORT int pthread_join(pthread_t thread, void **value)
{
    struct jam_join join = {.thread = thread, .value = value, .real = join_real};
    return jam_join(&join, JAM_CALLER());
}

JAM_EXPORT int pthread_timedjoin_np(pthread_t thread, void **value, const struct timespec *deadline)
{
    struct jam_join join = {.thread = thread,
                            .value = value,
                            .limit = {JAM_LIMIT_TIMED, 0, deadline},
                            .real = join_real};
    return jam_join(&join, JAM_CALLER());
}

JAM_EXPORT int pthread_clockjoin_np(pthread_t thread, void **value, clockid_t clock,
                                    const struct timespec *deadline)
{
    struct jam_join join = {.thread = thread,
                            .value = value,
                            .limit = {JAM_LIMIT_CLOCK, clock, deadline},
                            .real = join_real};
    return jam_join(&join, JAM_CALLER());
}

JAM_EXPORT int pthread_tryjoin_np(pthread_t thread, void **value)
{
    struct jam_join join = {.thread = thread, .value = value};
    struct jam_thread_record *record = jam_thread_find_pthread((uint64_t)thread);
    join.request.target = join_target(&join, record, JAM_HELD_TRY);
    if (!jam_request_begin(&join.request, JAM_CALLER()))
        return jam_real.pthread_tryjoin_np(thread, value);
    return join_finish(&join.request, record, jam_real.pthread_tryjoin_np(thread, value));
}

/* --- the rest --- */

JAM_EXPORT int pthread_detach(pthread_t thread)
{
    struct jam_thread_record *record = jam_thread_find_pthread((uint64_t)thread);
    int result = jam_real.pthread_detach(thread);
    if (JAM_UNLIKELY(result != 0))
        jam_check_answer(JAM_CALLER(),
                         (struct jam_lock_key){(uint64_t)thread, JAM_LOCK_THREAD, 0, 0}, result);
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
        jam_life_ended();
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
