/*
 * What a hook can say about an operation. All of the recording goes through these functions.
 *
 * An operation on a lock is a request with this life:
 *
 *     jam_request_begin ─┬─▶ (got it at once) ──────────────────▶ jam_request_acquired
 *                        ├─▶ jam_request_block ─▶ real call ─▶ jam_request_unblock ─┬─▶ _acquired
 *                        │      (guard open)                                        └─▶ _failed
 *                        └─▶ jam_request_failed
 *
 * begin closes the guard, acquired / passed / failed open it again. The stack is taken in begin,
 * before the lock is requested, so that taking it never lengthens a critical section.
 */
#ifndef JAM_EMIT_H
#define JAM_EMIT_H

#include <stdbool.h>
#include "guard.h"
#include "lock.h"
#include "trace_format.h"

/* What is asked for. */
struct jam_target {
    struct jam_lock_key key;
    uint16_t mode;        /* enum jam_mode */
    uint16_t flags;       /* enum jam_held_flags: TRY, TIMED */
    uint32_t class_stack; /* class of the object if it is new; 0 = the caller's stack */
    uint32_t partner;     /* cond: id of its mutex; join: thread */
};

/*
 * An object to be acquired exclusively, and nothing more said of it. Targets are filled in in place,
 * field by field: what is stored by halves and then copied as a whole waits for the store buffer, some
 * 4 ns on the path of every lock.
 */
static inline void jam_target_init(struct jam_target *target, const volatile void *object,
                                   uint16_t kind)
{
    target->key.address = (uint64_t)object;
    target->key.kind = kind;
    target->key.flags = 0;
    target->key.value = 0;
    target->mode = JAM_EXCLUSIVE;
    target->flags = 0;
    target->class_stack = 0;
    target->partner = 0;
}

/*
 * What a wait begins with, for the division of blame (blame.h): who holds the lock now, since when,
 * and how long each holder had held it so far.
 */
struct jam_blame_start {
    uint32_t stack; /* of the holder's acquire, 0 = unknown */
    uint32_t thread;
    uint64_t acquired_ticks;
    struct jam_holder_totals holder[JAM_HOLDERS];
};

struct jam_request {
    struct jam_thread *self;
    struct jam_lock_record *lock;
    struct jam_site *site;
    struct jam_target target;
    struct jam_call call; /* the operation's caller */
    uint32_t stack;
    uint32_t generation;
    uint64_t wait_begin;               /* ticks */
    struct jam_dependency *dependency; /* that this request makes, or NULL */
    struct jam_blame_start blame;
};

/* False: do not record, forward only. request->target is filled in by the caller. */
bool jam_request_begin(struct jam_request *request, const struct jam_call *call);

/* The same with a stack that was taken before. */
bool jam_request_begin_at(struct jam_request *request, const struct jam_call *call, uint32_t stack);

/*
 * The thread will wait for a condition while it holds other locks than the mutex that it has just
 * given back, and then for that mutex: both are dependencies. `mutex` may be NULL.
 */
void jam_request_depend_cond(struct jam_request *request, const struct jam_lock_record *mutex);

/*
 * About to call a real function that may block; `owner_tid` is the holder if libc names it, or 0.
 * `operation` may bear JAM_EVENT_WAIT_AGAIN.
 */
void jam_request_block(struct jam_request *request, uint16_t operation, uint32_t owner_tid);

/* It came back. `got_it` says whether it succeeded. The guard is closed again. */
void jam_request_unblock(struct jam_request *request, bool got_it);

/* The lock is held now: totals, held list, event. Opens the guard. */
void jam_request_acquired(struct jam_request *request);

/* The same for objects that are not held (condition, thread). Opens the guard. */
void jam_request_passed(struct jam_request *request);

/* A barrier that was passed in this round, counted since its beginning. */
void jam_request_passed_barrier(struct jam_request *request, uint64_t round);

/* A semaphore: acquired or passed, whichever it is used for. */
void jam_request_acquired_semaphore(struct jam_request *request);

/*
 * The flags of a try: TRY, unless it is the first step of an acquire that waits. Python's locks
 * try first; if that fails, the real wait follows, and the try was nothing of its own.
 */
uint16_t jam_emit_try_flags(void);
void jam_request_withdraw(struct jam_request *request);

/* It was not acquired; `error` is what the function answered. Opens the guard. */
void jam_request_failed(struct jam_request *request, int error);

/*
 * A release, in two steps around the real one: before it, the lock leaves the held list; after it,
 * when nobody is kept waiting any more, the hold is added to the totals.
 *
 *     jam_release_begin ─▶ real unlock ─▶ jam_release_end
 *
 * The guard is closed by begin and opened by end.
 */
struct jam_release {
    struct jam_thread *self; /* NULL: nothing is recorded */
    struct jam_lock_record *lock;
    struct jam_site *site; /* NULL: it was not in the held list */
    uint64_t acquired_ticks;
    uint64_t released_ticks;
    uint32_t stack; /* of the acquire */
    uint16_t mode;
    bool is_reentry;
    bool has_waiters;
};
void jam_release_begin(struct jam_release *release, const void *object);

/* Whether this thread did not hold it: see jam_check_release. */
static inline bool jam_release_is_foreign(const struct jam_release *release)
{
    return release->self && !release->site;
}

void jam_release_end(const struct jam_release *release);

/*
 * A semaphore's post, before the real one: the release of a lock, if this thread holds it, else a
 * wake. Ends with jam_release_end.
 */
void jam_release_begin_post(struct jam_release *release, const struct jam_call *call,
                            const struct jam_lock_key *key);

/*
 * The same for a thread that is inside the guard already, with no real call between. False: it was
 * not in the held list. *is_reentry: it was a recursive acquisition.
 */
bool jam_emit_release(struct jam_thread *self, const void *object, bool *is_reentry);

/* Whether this thread holds the object, as far as we saw. */
bool jam_emit_is_held(const struct jam_thread *self, const void *object);

/* Whether it holds the object since a condition wait got it back, and has not released it since. */
bool jam_emit_is_reacquired(const struct jam_thread *self, const void *object);

/* A condition is about to be signalled, a semaphore posted, a barrier opened, a once done. */
void jam_emit_wake(struct jam_thread *self, const struct jam_call *call, struct jam_lock_key key,
                   bool is_broadcast);

/* An object was initialised, or is about to be destroyed. */
void jam_emit_created(struct jam_thread *self, const struct jam_call *call,
                      struct jam_lock_key key);
void jam_emit_destroyed(struct jam_thread *self, const struct jam_call *call,
                        struct jam_lock_key key);

#endif
