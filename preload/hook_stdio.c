/*
 * flockfile, ftrylockfile, funlockfile: a FILE is a recursive mutex.
 *
 * Only these explicit calls are seen. What printf or getc do with the same lock inside libc passes
 * no hook, so a thread that waits here for such a one waits for an unknown holder. The lock is
 * named by the FILE itself, not by the lock that it points to: stdin, stdout and stderr are symbols
 * of libc then.
 */
#include "check.h"
#include "real.h"

#include <errno.h>

static struct jam_lock_key file_key(const FILE *stream)
{
    return (struct jam_lock_key){(uint64_t)stream, JAM_LOCK_MUTEX, JAM_LOCK_RECURSIVE, 0};
}

static void file_target(struct jam_target *target, const FILE *stream, uint16_t held_flags)
{
    jam_target_init(target, stream, JAM_LOCK_MUTEX);
    target->key.flags = JAM_LOCK_RECURSIVE;
    target->flags = held_flags;
}

JAM_EXPORT void flockfile(FILE *stream)
{
    struct jam_request request;
    file_target(&request.target, stream, 0);
    if (!jam_request_begin(&request, JAM_CALLER())) {
        jam_real.flockfile(stream);
        return;
    }
    if (jam_real.ftrylockfile(stream) != 0) {
        jam_request_block(&request, JAM_OP_LOCK, 0);
        jam_real.flockfile(stream);
        jam_request_unblock(&request, true);
    }
    jam_request_acquired(&request);
}

JAM_EXPORT int ftrylockfile(FILE *stream)
{
    struct jam_request request;
    file_target(&request.target, stream, JAM_HELD_TRY);
    if (!jam_request_begin(&request, JAM_CALLER()))
        return jam_real.ftrylockfile(stream);
    int result = jam_real.ftrylockfile(stream);
    if (result == 0)
        jam_request_acquired(&request);
    else
        jam_request_failed(&request, EBUSY);
    return result;
}

JAM_EXPORT void funlockfile(FILE *stream)
{
    struct jam_release release;
    jam_release_begin(&release, stream);
    if (JAM_UNLIKELY(jam_release_is_foreign(&release)))
        jam_check_release(release.self, JAM_CALLER(), file_key(stream),
                          (struct jam_view){.is_locked = true});
    jam_real.funlockfile(stream);
    jam_release_end(&release);
}
