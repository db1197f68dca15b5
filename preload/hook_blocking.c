/*
 * Calls of the system that may block: how long they took while the caller held a lock.
 *
 * Nothing is done for a thread that holds none. What the real function answers goes back untouched,
 * errno included; interruptions and cancellation are the real function's alone.
 */
#include "blocking.h"
#include "real.h"

#include <poll.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

/* A statement, so that a hook's control flow is all in its body. */
#define BLOCKING_BEGIN(kind)                                                                       \
    struct jam_blocking blocking;                                                                  \
    jam_blocking_begin(&blocking, JAM_CALLER(), kind)

JAM_EXPORT unsigned sleep(unsigned seconds)
{
    if (jam_blocking_is_idle())
        return jam_real.sleep(seconds);
    BLOCKING_BEGIN(JAM_BLOCKING_SLEEP);
    unsigned left = jam_real.sleep(seconds);
    jam_blocking_end(&blocking);
    return left;
}

JAM_EXPORT int usleep(useconds_t microseconds)
{
    if (jam_blocking_is_idle())
        return jam_real.usleep(microseconds);
    BLOCKING_BEGIN(JAM_BLOCKING_SLEEP);
    int result = jam_real.usleep(microseconds);
    jam_blocking_end(&blocking);
    return result;
}

JAM_EXPORT int nanosleep(const struct timespec *wanted, struct timespec *left)
{
    if (jam_blocking_is_idle())
        return jam_real.nanosleep(wanted, left);
    BLOCKING_BEGIN(JAM_BLOCKING_SLEEP);
    int result = jam_real.nanosleep(wanted, left);
    jam_blocking_end(&blocking);
    return result;
}

JAM_EXPORT int clock_nanosleep(clockid_t clock, int flags, const struct timespec *wanted,
                               struct timespec *left)
{
    if (jam_blocking_is_idle())
        return jam_real.clock_nanosleep(clock, flags, wanted, left);
    BLOCKING_BEGIN(JAM_BLOCKING_SLEEP);
    int result = jam_real.clock_nanosleep(clock, flags, wanted, left);
    jam_blocking_end(&blocking);
    return result;
}

JAM_EXPORT int poll(struct pollfd *files, nfds_t count, int limit_ms)
{
    if (jam_blocking_is_idle())
        return jam_real.poll(files, count, limit_ms);
    BLOCKING_BEGIN(JAM_BLOCKING_POLL);
    int result = jam_real.poll(files, count, limit_ms);
    jam_blocking_end(&blocking);
    return result;
}

JAM_EXPORT int select(int count, fd_set *readable, fd_set *writable, fd_set *special,
                      struct timeval *limit)
{
    if (jam_blocking_is_idle())
        return jam_real.select(count, readable, writable, special, limit);
    BLOCKING_BEGIN(JAM_BLOCKING_POLL);
    int result = jam_real.select(count, readable, writable, special, limit);
    jam_blocking_end(&blocking);
    return result;
}

JAM_EXPORT ssize_t read(int file, void *buffer, size_t bytes)
{
    if (jam_blocking_is_idle())
        return jam_real.read(file, buffer, bytes);
    BLOCKING_BEGIN(JAM_BLOCKING_READ);
    ssize_t result = jam_real.read(file, buffer, bytes);
    jam_blocking_end(&blocking);
    return result;
}

JAM_EXPORT ssize_t write(int file, const void *buffer, size_t bytes)
{
    if (jam_blocking_is_idle())
        return jam_real.write(file, buffer, bytes);
    BLOCKING_BEGIN(JAM_BLOCKING_WRITE);
    ssize_t result = jam_real.write(file, buffer, bytes);
    jam_blocking_end(&blocking);
    return result;
}

JAM_EXPORT int fsync(int file)
{
    if (jam_blocking_is_idle())
        return jam_real.fsync(file);
    BLOCKING_BEGIN(JAM_BLOCKING_SYNC);
    int result = jam_real.fsync(file);
    jam_blocking_end(&blocking);
    return result;
}

JAM_EXPORT int fdatasync(int file)
{
    if (jam_blocking_is_idle())
        return jam_real.fdatasync(file);
    BLOCKING_BEGIN(JAM_BLOCKING_SYNC);
    int result = jam_real.fdatasync(file);
    jam_blocking_end(&blocking);
    return result;
}

JAM_EXPORT int connect(int socket, const struct sockaddr *address, socklen_t bytes)
{
    if (jam_blocking_is_idle())
        return jam_real.connect(socket, address, bytes);
    BLOCKING_BEGIN(JAM_BLOCKING_CONNECT);
    int result = jam_real.connect(socket, address, bytes);
    jam_blocking_end(&blocking);
    return result;
}
