/*
 * What the target says of its own accord, by include/lockjam/lockjam.h.
 *
 * The header finds the table at the end of this file with dlsym. A home-made lock is a lock of kind
 * custom that is held like a mutex. Its wait is announced by one call and ended by another, so the
 * request between the two is kept for the thread.
 */
#include "hook_annotate.h"
#include "emit.h"
#include "life.h"
#include "lockjam/lockjam.h"
#include "real.h"
#include "reclaim.h"

#include <errno.h>

static __thread struct {
    struct jam_request request;
    bool is_waiting;
} annotate;

bool jam_annotate_is_waiting(void)
{
    return annotate.is_waiting;
}

static struct jam_lock_key annotate_key(const void *lock)
{
    return (struct jam_lock_key){
        .address = (uint64_t)lock, .kind = JAM_LOCK_CUSTOM, .flags = JAM_LOCK_ANNOTATED};
}

static bool annotate_begin(struct jam_request *request, const struct jam_call *call,
                           const void *lock, int mode)
{
    jam_target_init(&request->target, lock, JAM_LOCK_CUSTOM);
    request->target.key.flags = JAM_LOCK_ANNOTATED;
    request->target.mode = mode ? JAM_SHARED : JAM_EXCLUSIVE;
    if (!jam_request_begin(request, call))
        return false;
    /* It may have been known by a futex wait before. */
    if (!(request->lock->flags & JAM_LOCK_ANNOTATED))
        request->lock->flags |= JAM_LOCK_ANNOTATED;
    return true;
}

/* A wait inside an announced wait is a part of it. */
static void annotate_about_to_wait(const void *lock, int mode)
{
    if (annotate.is_waiting || !annotate_begin(&annotate.request, JAM_CALLER(), lock, mode))
        return;
    annotate.is_waiting = true;
    jam_request_block(&annotate.request, JAM_OP_CUSTOM, 0);
}

/* End the announced wait for this lock. False: there is none. The guard is closed afterwards. */
static bool annotate_end_wait(const void *lock, bool got_it)
{
    if (!annotate.is_waiting || annotate.request.target.key.address != (uint64_t)lock)
        return false;
    annotate.is_waiting = false;
    jam_request_unblock(&annotate.request, got_it);
    return true;
}

static void annotate_acquired(const void *lock, int mode)
{
    struct jam_request request;
    if (annotate_end_wait(lock, true)) {
        jam_request_acquired(&annotate.request);
        return;
    }
    if (!annotate_begin(&request, JAM_CALLER(), lock, mode))
        return;
    if (jam_emit_is_held(request.self, lock))
        request.target.flags |= JAM_HELD_REENTRY;
    jam_request_acquired(&request);
}

static void annotate_gave_up(const void *lock)
{
    if (annotate_end_wait(lock, false))
        jam_request_failed(&annotate.request, ETIMEDOUT);
}

static void annotate_released(const void *lock)
{
    struct jam_release release;
    jam_release_begin(&release, lock);
    jam_release_end(&release);
}

static void annotate_created(const void *lock)
{
    const struct jam_call *call = JAM_CALLER();
    struct jam_thread *self = jam_enter();
    if (!self)
        return;
    jam_emit_created(self, call, annotate_key(lock));
    jam_leave(self);
}

static void annotate_destroyed(const void *lock)
{
    const struct jam_call *call = JAM_CALLER();
    struct jam_thread *self = jam_enter();
    if (!self)
        return;
    jam_emit_destroyed(self, call, annotate_key(lock));
    jam_leave(self);
}

static void annotate_name(const void *object, const char *name)
{
    struct jam_thread *self = jam_enter();
    if (!self)
        return;
    jam_lock_name((uint64_t)object, name);
    jam_leave(self);
}

static void annotate_forget(const void *start, size_t bytes)
{
    jam_reclaim(JAM_CALLER(), start, bytes);
}

static void annotate_epoch(void)
{
    struct jam_thread *self = jam_enter();
    if (!self)
        return;
    jam_life_epoch();
    jam_leave(self);
}

static void annotate_phase(const char *name)
{
    const struct jam_call *call = JAM_CALLER();
    struct jam_thread *self = jam_enter();
    if (!self)
        return;
    jam_life_phase(self, call, name);
    jam_leave(self);
}

extern const struct lockjam_calls lockjam_calls_1;
JAM_EXPORT const struct lockjam_calls lockjam_calls_1 = {
    .bytes = sizeof lockjam_calls_1,
    .name = annotate_name,
    .created = annotate_created,
    .about_to_wait = annotate_about_to_wait,
    .acquired = annotate_acquired,
    .gave_up = annotate_gave_up,
    .released = annotate_released,
    .destroyed = annotate_destroyed,
    .forget = annotate_forget,
    .epoch = annotate_epoch,
    .phase = annotate_phase,
};
