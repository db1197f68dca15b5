/*
 * Recognises GILs and follows each thread through take and drop. What is kept for a thread belongs
 * to it alone; the table of GILs changes under the growth lock and is read without it.
 */
#include "python/gil.h"
#include "growth.h"
#include "held.h"
#include "python/python.h"
#include "real.h"
#include "session.h"
#include "stack.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

enum {
    TO_SWITCH_NUMBER = -8, /* unsigned long: counts changes of the holder; guarded by the mutex */
    TO_MUTEX = 0x30,
    TO_SWITCH_COND = 0x58,
    TO_SWITCH_MUTEX = 0x88,
    GIL_BYTES = TO_SWITCH_MUTEX + sizeof(pthread_mutex_t),
    GILS_MAX = 64, /* one for each interpreter of the process; further ones are not recognised */
};

enum gil_part {
    PART_NONE, /* no part of a GIL */
    PART_COND,
    PART_MUTEX,
    PART_SWITCH_COND,
    PART_SWITCH_MUTEX,
};

uint64_t jam_gil_low, jam_gil_bytes;

static struct gil {
    uint64_t cond;      /* its address, 0 = free; atomic */
    uint32_t asked_for; /* its holder is asked to give it up; written under its mutex; atomic */
} gils[GILS_MAX];

/* Where a thread is in its dealings with a GIL. */
enum gil_step {
    STEP_OUTSIDE,
    STEP_ENTERED, /* has the mutex and wants the GIL */
    STEP_WAITING, /* waits for it: wait word and count of waiters say so */
    STEP_TAKEN,   /* has it, and the mutex still */
    STEP_LEAVING, /* has the mutex and gives the GIL up */
};

static __thread struct {
    enum gil_step step;
    bool has_waited;
    bool has_frames; /* its stack has Python frames */
    uint32_t stack;  /* of the take */
    uint32_t frames; /* the Python frames of the last drop, 0 = none */
    struct jam_request request;
    struct jam_release release;
} turn;

/* Initialised one after the other by this thread; 0 = not yet. */
static __thread struct {
    uint64_t mutex, switch_mutex, cond;
} birth;

static void gil_reset(void)
{
    memset(&turn, 0, sizeof turn); /* in a child: of the thread that forked, the only one */
}
JAM_ON_RESET(gil_reset);

static struct jam_lock_key gil_key(uint64_t address)
{
    return (struct jam_lock_key){address, JAM_LOCK_GIL, 0, 0};
}

/* --- the table --- */

static enum gil_part gil_find(const void *object, struct gil **gil)
{
    static const struct {
        uint64_t offset;
        enum gil_part part;
    } parts[] = {{TO_MUTEX, PART_MUTEX},
                 {TO_SWITCH_MUTEX, PART_SWITCH_MUTEX},
                 {0, PART_COND},
                 {TO_SWITCH_COND, PART_SWITCH_COND}};
    for (unsigned i = 0; i < GILS_MAX; i++) {
        uint64_t cond = __atomic_load_n(&gils[i].cond, __ATOMIC_RELAXED);
        if (!cond || (uint64_t)object - cond >= GIL_BYTES)
            continue;
        *gil = &gils[i];
        for (unsigned k = 0; k < sizeof parts / sizeof *parts; k++)
            if ((uint64_t)object - cond == parts[k].offset)
                return parts[k].part;
    }
    return PART_NONE;
}

bool jam_gil_has_part(const void *object)
{
    struct gil *gil;
    return gil_find(object, &gil) != PART_NONE;
}

/* The range only grows, and covers at each moment what it covered before. */
static void range_add(uint64_t gil)
{
    uint64_t low = jam_gil_bytes ? jam_gil_low : gil, high = low + jam_gil_bytes;
    uint64_t new_low = gil < low ? gil : low;
    uint64_t new_high = gil + GIL_BYTES > high ? gil + GIL_BYTES : high;
    if (!jam_gil_bytes)
        __atomic_store_n(&jam_gil_low, gil, __ATOMIC_RELEASE);
    __atomic_store_n(&jam_gil_bytes, new_high - new_low, __ATOMIC_RELEASE);
    __atomic_store_n(&jam_gil_low, new_low, __ATOMIC_RELEASE);
}

/* False: there are too many. */
static bool table_add(uint64_t gil)
{
    unsigned i = 0;
    if (!jam_growth_lock()) {
        jam_session_lose(JAM_LOSS_GROWTH_BUSY, 1);
        return false;
    }
    while (i < GILS_MAX && gils[i].cond)
        i++;
    if (i < GILS_MAX) {
        range_add(gil);
        gils[i].asked_for = 0;
        __atomic_store_n(&gils[i].cond, gil, __ATOMIC_RELEASE);
    }
    jam_growth_unlock();
    return i < GILS_MAX;
}

/* A single store: whoever looks at the same time sees the one or the other. */
static void table_remove(struct gil *gil)
{
    __atomic_store_n(&gil->cond, 0, __ATOMIC_RELEASE);
}

/* --- taking --- */

static bool take_begin(const struct jam_call *call, const struct gil *gil)
{
    jam_target_init(&turn.request.target, (const void *)gil->cond, JAM_LOCK_GIL);
    return jam_request_begin_at(&turn.request, call, turn.stack);
}

/* It is ours, and its mutex still locked: who was asked to give it up has done so. */
static void take_note(struct gil *gil)
{
    turn.step = STEP_TAKEN;
    if (__atomic_load_n(&gil->asked_for, __ATOMIC_RELAXED))
        __atomic_store_n(&gil->asked_for, 0, __ATOMIC_RELAXED);
}

/* It is ours, and its mutex free. */
static void take_end(const struct jam_call *call, const struct gil *gil)
{
    turn.step = STEP_OUTSIDE;
    if (turn.has_waited)
        jam_request_unblock(&turn.request, true);
    else if (!take_begin(call, gil))
        return;
    jam_request_acquired(&turn.request);
    jam_held_count_gils(turn.request.self);
}

/* The thread leaves without it: the interpreter shuts down, or the thread was cancelled. */
static void take_abort(void *unused)
{
    (void)unused;
    turn.step = STEP_OUTSIDE;
    if (!turn.has_waited)
        return;
    turn.has_waited = false;
    jam_request_unblock(&turn.request, false);
    jam_request_failed(&turn.request, ECANCELED);
}

/* --- dropping --- */

/* The interpreter asked its holder to give it up, and here that happens. */
static void drop_count_switch(struct gil *gil)
{
    struct jam_lock_record *lock = jam_lock_find(gil_key(gil->cond));
    __atomic_store_n(&gil->asked_for, 0, __ATOMIC_RELAXED);
    if (lock)
        __atomic_fetch_add(&lock->switches, 1, __ATOMIC_RELAXED);
}

/*
 * A new thread gets the GIL before it has a Python frame: who waited meanwhile is told what it has
 * come to.
 */
static void drop_name_hold(struct jam_thread *self)
{
    if (turn.release.site && !turn.has_frames)
        turn.release.stack = jam_python_stack_with(self, turn.release.stack, turn.frames);
}

static void drop_begin(struct jam_thread *self, struct gil *gil)
{
    turn.step = STEP_LEAVING;
    turn.frames = jam_python_frames(self);
    if (__atomic_load_n(&gil->asked_for, __ATOMIC_RELAXED))
        drop_count_switch(gil);
    jam_leave(self);
    jam_release_begin(&turn.release, (const void *)gil->cond);
    if (!turn.release.self)
        return;
    drop_name_hold(self);
    jam_held_count_gils(self);
    jam_leave(self);
}

static void drop_end(void)
{
    turn.step = STEP_OUTSIDE;
    if (turn.release.self && jam_enter())
        jam_release_end(&turn.release);
}

/* --- the parts --- */

/* Whoever has the GIL locks the mutex to drop it, everybody else to take it. */
static void mutex_enter(const struct jam_call *call, struct gil *gil)
{
    struct jam_thread *self = jam_enter();
    turn.step = STEP_OUTSIDE;
    turn.has_waited = false;
    if (!self)
        return;
    if (jam_emit_is_held(self, (const void *)gil->cond)) {
        drop_begin(self, gil);
        return;
    }
    turn.step = STEP_ENTERED;
    turn.has_frames = turn.frames != 0;
    turn.stack = jam_python_stack_with(self, jam_stack_capture_native(self, call), turn.frames);
    jam_leave(self);
}

int jam_gil_lock(const struct jam_call *call, pthread_mutex_t *mutex)
{
    struct gil *gil;
    enum gil_part part = gil_find(mutex, &gil);
    if (part == PART_MUTEX)
        mutex_enter(call, gil);
    else if (part != PART_NONE && (turn.step == STEP_ENTERED || turn.step == STEP_WAITING))
        take_note(gil);
    return jam_real.pthread_mutex_lock(mutex);
}

int jam_gil_unlock(const struct jam_call *call, pthread_mutex_t *mutex)
{
    struct gil *gil;
    int result = jam_real.pthread_mutex_unlock(mutex);
    if (gil_find(mutex, &gil) != PART_MUTEX)
        return result;
    if (turn.step == STEP_TAKEN)
        take_end(call, gil);
    else if (turn.step == STEP_LEAVING)
        drop_end();
    else
        take_abort(NULL);
    return result;
}

/* The first wait begins the thread's wait for the GIL, all further ones go on with it. */
static void wait_begin(const struct jam_call *call, const struct gil *gil)
{
    if (turn.step != STEP_ENTERED || !take_begin(call, gil))
        return;
    jam_request_block(&turn.request, JAM_OP_LOCK, 0);
    turn.step = STEP_WAITING;
    turn.has_waited = true;
}

static uint64_t switch_number(const struct gil *gil)
{
    return *(const uint64_t *)(gil->cond + TO_SWITCH_NUMBER);
}

/*
 * The interpreter asks the holder to give the GIL up if it had the same one for a whole interval; both
 * readings are made under the mutex, as its own are.
 */
static int wait_for_gil(const struct jam_call *call, struct gil *gil, pthread_mutex_t *mutex,
                        const struct timespec *deadline)
{
    int result;
    uint64_t before = switch_number(gil);
    wait_begin(call, gil);
    pthread_cleanup_push(take_abort, NULL);
    result = jam_real.pthread_cond_timedwait((pthread_cond_t *)gil->cond, mutex, deadline);
    pthread_cleanup_pop(0);
    if (result == ETIMEDOUT && before == switch_number(gil))
        __atomic_store_n(&gil->asked_for, 1, __ATOMIC_RELAXED);
    return result;
}

int jam_gil_wait(const struct jam_call *call, pthread_cond_t *cond, pthread_mutex_t *mutex,
                 const struct timespec *deadline)
{
    struct gil *gil;
    if (deadline && gil_find(cond, &gil) == PART_COND)
        return wait_for_gil(call, gil, mutex, deadline);
    return deadline ? jam_real.pthread_cond_timedwait(cond, mutex, deadline)
                    : jam_real.pthread_cond_wait(cond, mutex);
}

/* --- lives --- */

static void part_forget(const void *object)
{
    struct gil *gil;
    if (jam_gil_covers(object) && gil_find(object, &gil) != PART_NONE)
        table_remove(gil);
}

void jam_gil_born_mutex(const void *mutex)
{
    uint64_t address = (uint64_t)mutex;
    part_forget(mutex);
    birth.cond = 0;
    if (birth.mutex && address == birth.mutex - TO_MUTEX + TO_SWITCH_MUTEX) {
        birth.switch_mutex = address;
        return;
    }
    birth.mutex = address;
    birth.switch_mutex = 0;
}

/* The parts had records of their own until now. */
static void part_end(struct jam_thread *self, const struct jam_call *call, uint64_t address,
                     uint16_t kind)
{
    jam_emit_destroyed(self, call, (struct jam_lock_key){address, kind, 0, 0});
}

static void gil_forget_hold(struct jam_thread *self, uint64_t gil)
{
    bool is_reentry;
    jam_emit_release(self, (const void *)gil, &is_reentry);
    jam_held_count_gils(self);
}

static bool gil_is_made(const struct jam_call *call, uint64_t gil)
{
    struct jam_thread *self = jam_enter();
    if (!self)
        return false;
    bool is_made = jam_python_has_code(call->pc) && table_add(gil);
    if (is_made) {
        gil_forget_hold(self, gil); /* of an earlier life */
        part_end(self, call, gil + TO_MUTEX, JAM_LOCK_MUTEX);
        part_end(self, call, gil + TO_SWITCH_MUTEX, JAM_LOCK_MUTEX);
        part_end(self, call, gil, JAM_LOCK_COND);
        jam_emit_created(self, call, gil_key(gil));
    }
    jam_leave(self);
    return is_made;
}

bool jam_gil_born_cond(const struct jam_call *call, const void *cond)
{
    uint64_t address = (uint64_t)cond;
    part_forget(cond);
    if (birth.switch_mutex && address == birth.mutex - TO_MUTEX) {
        birth.cond = address;
        return false;
    }
    uint64_t gil = birth.cond && address == birth.cond + TO_SWITCH_COND ? birth.cond : 0;
    birth.mutex = birth.switch_mutex = birth.cond = 0;
    return gil && gil_is_made(call, gil);
}

bool jam_gil_ended(const struct jam_call *call, const void *cond)
{
    struct gil *gil;
    if (!jam_gil_covers(cond) || gil_find(cond, &gil) != PART_COND)
        return false;
    table_remove(gil);
    struct jam_thread *self = jam_enter();
    if (!self)
        return true;
    gil_forget_hold(self, (uint64_t)cond);
    jam_emit_destroyed(self, call, gil_key((uint64_t)cond));
    jam_leave(self);
    return true;
}
