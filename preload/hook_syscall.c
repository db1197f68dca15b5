/*
 * The function `syscall`: locks that are made on the futex directly.
 *
 * Rust's standard library, parking_lot, abseil and C++20's atomic waits sleep and wake by
 * syscall(SYS_futex, ...). What is seen there is the slow path alone: who waits, from where, how
 * long, and who woke it. Acquires that do not wait, holders and releases are not seen, so these
 * objects (kind custom) are never held and no order is concluded from them.
 *
 * All other system calls are handed on by a jump: no frame of ours lies on the stack, as some of
 * them (clone, vfork) return twice. A futex call has its six arguments handed on as they came.
 */
#include "emit.h"
#include "hook_annotate.h"
#include "real.h"

#include <errno.h>
#include <linux/futex.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <unistd.h>

enum futex_does {
    FUTEX_DOES_WAIT = 1,
    FUTEX_DOES_WAKE = 2,
    FUTEX_HAS_LIMIT = 4, /* the fourth argument, if it is not NULL, ends the wait */
};

/* By command. What only moves waiters or cannot block is not here. */
static const uint8_t futex_does[] = {
    [FUTEX_WAIT] = FUTEX_DOES_WAIT | FUTEX_HAS_LIMIT,
    [FUTEX_WAIT_BITSET] = FUTEX_DOES_WAIT | FUTEX_HAS_LIMIT,
    [FUTEX_WAIT_REQUEUE_PI] = FUTEX_DOES_WAIT | FUTEX_HAS_LIMIT,
    [FUTEX_LOCK_PI] = FUTEX_DOES_WAIT | FUTEX_HAS_LIMIT,
    [FUTEX_LOCK_PI2] = FUTEX_DOES_WAIT | FUTEX_HAS_LIMIT,
    [FUTEX_WAKE] = FUTEX_DOES_WAKE,
    [FUTEX_WAKE_BITSET] = FUTEX_DOES_WAKE,
    [FUTEX_WAKE_OP] = FUTEX_DOES_WAKE,
    [FUTEX_REQUEUE] = FUTEX_DOES_WAKE,
    [FUTEX_CMP_REQUEUE] = FUTEX_DOES_WAKE,
    [FUTEX_CMP_REQUEUE_PI] = FUTEX_DOES_WAKE,
    [FUTEX_UNLOCK_PI] = FUTEX_DOES_WAKE,
};

struct futex_call {
    long argument[6]; /* word, operation, value, limit, second word, value */
};

static unsigned futex_class(const struct futex_call *call)
{
    unsigned command = (unsigned)call->argument[1] & FUTEX_CMD_MASK;
    return command < sizeof futex_does ? futex_does[command] : 0;
}

static long futex_real(const struct futex_call *call)
{
    const long *a = call->argument;
    return jam_real.syscall(SYS_futex, a[0], a[1], a[2], a[3], a[4], a[5]);
}

static struct jam_lock_key futex_key(const struct futex_call *call)
{
    return (struct jam_lock_key){.address = (uint64_t)call->argument[0], .kind = JAM_LOCK_CUSTOM};
}

static long futex_wait(const struct jam_call *from, const struct futex_call *call, bool is_timed)
{
    struct jam_request request;
    request.target = (struct jam_target){
        .key = futex_key(call), .mode = JAM_EXCLUSIVE, .flags = is_timed ? JAM_HELD_TIMED : 0};
    if (!jam_request_begin(&request, from))
        return futex_real(call);
    jam_request_block(&request, JAM_OP_CUSTOM, 0);
    long result = futex_real(call);
    jam_request_unblock(&request, result == 0);
    if (result == 0)
        jam_request_passed(&request);
    else
        jam_request_failed(&request, errno);
    return result;
}

/* Of a word that nobody has waited for yet there is nothing to tell. */
static void futex_wake(const struct jam_call *from, const struct futex_call *call)
{
    struct jam_lock_key key = futex_key(call);
    struct jam_lock_record *lock = jam_session_is_ready() ? jam_lock_find(key) : NULL;
    struct jam_thread *self = lock && !(lock->flags & JAM_LOCK_ANNOTATED) ? jam_enter() : NULL;
    if (!self)
        return;
    jam_emit_wake(self, from, key, call->argument[2] > 1);
    jam_leave(self);
}

/* Jumped to from `syscall`: the caller is the target, and the arguments are where it put them. */
__attribute__((used, visibility("hidden"))) long jam_hook_futex(long number, long word,
                                                                long operation, long value,
                                                                long limit, long second, long last)
{
    struct futex_call call = {{word, operation, value, limit, second, last}};
    unsigned class = futex_class(&call);
    (void)number;
    if (jam_annotate_is_waiting()) /* for a lock that this futex is a part of */
        return futex_real(&call);
    if (class & FUTEX_DOES_WAIT)
        return futex_wait(JAM_CALLER(), &call, limit && class & FUTEX_HAS_LIMIT);
    if (class & FUTEX_DOES_WAKE)
        futex_wake(JAM_CALLER(), &call);
    return futex_real(&call);
}

JAM_EXPORT __attribute__((naked)) long syscall(__attribute__((unused)) long number, ...)
{
    __asm__("cmpq %[futex], %%rdi\n\t"
            "je jam_hook_futex\n\t"
            "jmp *jam_real+%c[offset](%%rip)"
            :
            : [futex] "i"(SYS_futex), [offset] "i"(offsetof(struct jam_real, syscall)));
}
