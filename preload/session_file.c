/* Name, descriptor and size of the trace file, by system calls only. */
#include "session_file.h"
#include "arch.h"
#include "config.h"
#include "trace_format.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>

static struct {
    char path[PATH_MAX];
    size_t path_bytes;
    dev_t device;
    ino_t inode;
    int fresh; /* descriptor of the file that was just created, until it is mapped; or -1 */
} session_file = {.fresh = -1};

/* --- the name --- */

static void file_path_append(const char *text)
{
    size_t room = sizeof session_file.path - 1 - session_file.path_bytes;
    size_t bytes = strnlen(text, room);
    memcpy(session_file.path + session_file.path_bytes, text, bytes);
    session_file.path_bytes += bytes;
    session_file.path[session_file.path_bytes] = '\0';
}

static void file_path_append_number(uint64_t number)
{
    char digits[24];
    char *at = digits + sizeof digits;
    *--at = '\0';
    do
        *--at = (char)('0' + number % 10);
    while (number /= 10);
    file_path_append(at);
}

static bool file_is_folder(const char *path)
{
    struct stat status;
    return JAM_SYSCALL2(stat, path, &status) == 0 && S_ISDIR(status.st_mode);
}

/* "lockjam.<program>.<pid>" */
static void file_path_append_default(const char *program, uint32_t pid)
{
    file_path_append("lockjam.");
    file_path_append(program);
    file_path_append(".");
    file_path_append_number(pid);
}

/*
 * Write the name of this attempt to session_file.path, absolute so that chdir(2) does not matter.
 * Default names end in ".jam" in every attempt; a name that the user chose is kept and extended.
 */
static void file_path_make(const char *program, uint32_t attempt)
{
    uint32_t pid = (uint32_t)JAM_SYSCALL1(getpid, 0);
    const char *output = jam_config.output ? jam_config.output : ".";
    session_file.path_bytes = 0;
    if (*output != '/') {
        long bytes = JAM_SYSCALL2(getcwd, session_file.path, sizeof session_file.path);
        session_file.path_bytes = bytes > 0 ? (size_t)bytes - 1 : 0;
        file_path_append("/");
    }
    bool is_folder = file_is_folder(output);
    file_path_append(output);
    if (is_folder) {
        file_path_append("/");
        file_path_append_default(program, pid);
    } else if (attempt > 0) {
        file_path_append(".");
        file_path_append_number(pid);
    }
    uint32_t first_number = is_folder ? 1 : 2; /* attempts before a number is needed */
    if (attempt >= first_number) {
        file_path_append(".");
        file_path_append_number(attempt - first_number + 1);
    }
    if (is_folder)
        file_path_append(".jam");
}

/* --- the descriptor --- */

static int file_open(int flags)
{
    return (int)JAM_SYSCALL3(open, session_file.path, flags | O_RDWR | O_CLOEXEC | O_NOFOLLOW,
                             0644);
}

/* Open the file again; negative if it is gone or another one has its name now. */
static int file_open_again(void)
{
    struct stat status;
    int descriptor = session_file.fresh;
    session_file.fresh = -1;
    if (descriptor >= 0)
        return descriptor;
    descriptor = file_open(0);
    if (descriptor < 0)
        return descriptor;
    if (JAM_SYSCALL2(fstat, descriptor, &status) == 0 && status.st_dev == session_file.device &&
        status.st_ino == session_file.inode)
        return descriptor;
    JAM_SYSCALL1(close, descriptor);
    return -ENOENT;
}

int jam_session_file_create(const char *program, uint32_t *attempt)
{
    enum { ATTEMPTS_MAX = 10000 };
    struct stat status;
    int descriptor = -EEXIST;
    for (*attempt = 0; *attempt < ATTEMPTS_MAX && descriptor == -EEXIST; ++*attempt) {
        file_path_make(program, *attempt);
        descriptor = file_open(O_CREAT | O_EXCL);
    }
    --*attempt;
    if (descriptor < 0)
        return descriptor;
    int error = (int)JAM_SYSCALL2(fstat, descriptor, &status);
    if (error < 0) {
        JAM_SYSCALL1(close, descriptor);
        return error;
    }
    session_file.device = status.st_dev;
    session_file.inode = status.st_ino;
    session_file.fresh = descriptor;
    return 0;
}

/* --- the size --- */

/* Growing past RLIMIT_FSIZE would send the target a SIGXFSZ. */
static bool file_may_reach(uint64_t bytes)
{
    struct rlimit limit;
    return JAM_SYSCALL4(prlimit64, 0, RLIMIT_FSIZE, NULL, &limit) < 0 || limit.rlim_cur >= bytes;
}

/* File systems without fallocate: real zeros reserve space as well. */
static long file_write_zeros(int descriptor, uint64_t offset, uint64_t bytes)
{
    static const char zeros[64 << 10];
    while (bytes > 0) {
        uint64_t part = bytes < sizeof zeros ? bytes : sizeof zeros;
        long written = JAM_SYSCALL4(pwrite64, descriptor, zeros, part, offset);
        if (written <= 0)
            return -ENOSPC;
        offset += (uint64_t)written;
        bytes -= (uint64_t)written;
    }
    return 0;
}

static bool file_reserve(int descriptor, uint64_t offset, uint64_t bytes)
{
    long result;
    if (!file_may_reach(offset + bytes))
        return false;
    do
        result = JAM_SYSCALL4(fallocate, descriptor, 0, offset, bytes);
    while (result == -EINTR);
    if (result == -EOPNOTSUPP || result == -ENOSYS)
        result = file_write_zeros(descriptor, offset, bytes);
    return result == 0;
}

bool jam_session_file_reserve(uint64_t offset, uint64_t bytes)
{
    int descriptor = file_open_again();
    if (descriptor < 0)
        return false;
    bool is_reserved = file_reserve(descriptor, offset, bytes);
    JAM_SYSCALL1(close, descriptor);
    return is_reserved;
}

void *jam_session_file_map(uint64_t offset, uint64_t bytes, uint64_t reserved_bytes)
{
    int descriptor = file_open_again();
    long at = -ENOSPC;
    if (descriptor < 0)
        return NULL;
    if (file_reserve(descriptor, offset, reserved_bytes))
        at = JAM_SYSCALL6(mmap, 0, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, offset);
    JAM_SYSCALL1(close, descriptor);
    if (at < 0 && at > -4096)
        return NULL;
    JAM_SYSCALL3(madvise, at, bytes, MADV_DONTDUMP);
    return (void *)at;
}

const char *jam_session_file_path(void)
{
    return session_file.path;
}
