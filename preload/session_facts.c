/* Facts of the process, from /proc by system calls; under the growth lock, once per session. */
#include "session_facts.h"
#include "arch.h"

#include <elf.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

static char facts_buffer[32 << 10];
static char facts_arguments[32 << 10];
static size_t facts_arguments_bytes;

const char *jam_facts_executable(void)
{
    long bytes = JAM_SYSCALL3(readlink, "/proc/self/exe", facts_buffer, PATH_MAX);
    if (bytes <= 0)
        return "unknown";
    facts_buffer[bytes] = '\0';
    return facts_buffer;
}

/* Read a small file into a buffer of the size of facts_buffer, NUL-terminated. Bytes read, 0 on any
 * failure. */
static size_t facts_read(const char *path, char *buffer)
{
    size_t used = 0;
    long descriptor = JAM_SYSCALL3(open, path, O_RDONLY | O_CLOEXEC, 0);
    if (descriptor < 0)
        return 0;
    for (;;) {
        long got = JAM_SYSCALL3(read, descriptor, buffer + used, sizeof facts_buffer - 1 - used);
        if (got <= 0)
            break;
        used += (size_t)got;
    }
    JAM_SYSCALL1(close, descriptor);
    buffer[used] = '\0';
    return used;
}

static bool facts_is_name_character(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           strchr("._+-", c);
}

const char *jam_facts_program(void)
{
    facts_arguments_bytes = facts_read("/proc/self/cmdline", facts_arguments);
    if (!facts_arguments_bytes || !facts_arguments[0])
        return "unknown";
    memcpy(facts_buffer, facts_arguments, facts_arguments_bytes + 1);
    char *slash = strrchr(facts_buffer, '/');
    char *name = slash ? slash + 1 : facts_buffer;
    name += *name == '-'; /* a login shell */
    for (char *at = name; *at; at++)
        if (!facts_is_name_character(*at))
            *at = '_';
    name[strnlen(name, 64)] = '\0';
    return *name ? name : "unknown";
}

static uint64_t facts_hex(const char **at)
{
    uint64_t value = 0;
    for (;; ++*at) {
        char c = **at;
        if (c >= '0' && c <= '9')
            value = value << 4 | (uint64_t)(c - '0');
        else if (c >= 'a' && c <= 'f')
            value = value << 4 | (uint64_t)(c - 'a' + 10);
        else
            return value;
    }
}

/* A line of proc(5) maps: "start-end perms offset dev inode path". */
static const char *facts_path_of_line(char *line, uint64_t address)
{
    const char *at = line;
    uint64_t start = facts_hex(&at);
    uint64_t end = *at == '-' ? (at++, facts_hex(&at)) : 0;
    return address >= start && address < end ? strchr(at, '/') : NULL;
}

/* Search the complete lines in the buffer; *rest is what follows the last of them. */
static const char *facts_search_lines(uint64_t address, char **rest)
{
    const char *path = NULL;
    char *end;
    for (*rest = facts_buffer; !path && (end = strchr(*rest, '\n')); *rest = end + 1) {
        *end = '\0';
        path = facts_path_of_line(*rest, address);
    }
    return path;
}

const char *jam_facts_mapped_file(uint64_t address)
{
    const char *path = NULL;
    size_t used = 0; /* the beginning of a line whose end is not read yet */
    long descriptor = JAM_SYSCALL3(open, "/proc/self/maps", O_RDONLY | O_CLOEXEC, 0);
    while (descriptor >= 0 && !path && used < sizeof facts_buffer - 1) {
        char *rest;
        long got =
            JAM_SYSCALL3(read, descriptor, facts_buffer + used, sizeof facts_buffer - 1 - used);
        if (got <= 0)
            break;
        facts_buffer[used + (size_t)got] = '\0';
        path = facts_search_lines(address, &rest);
        used = strlen(rest);
        if (!path)
            memmove(facts_buffer, rest, used);
    }
    if (descriptor >= 0)
        JAM_SYSCALL1(close, descriptor);
    return path;
}

/* Field 22 of /proc/PID/stat (proc(5)); field 2 is a name in parentheses that may hold spaces. */
static uint64_t facts_start_jiffies(void)
{
    uint64_t jiffies = 0;
    if (!facts_read("/proc/self/stat", facts_buffer))
        return 0;
    const char *at = strrchr(facts_buffer, ')');
    for (int field = 2; at && field < 22; field++)
        at = strchr(at + 1, ' ');
    for (at = at ? at + 1 : ""; *at >= '0' && *at <= '9'; at++)
        jiffies = jiffies * 10 + (uint64_t)(*at - '0');
    return jiffies;
}

void jam_facts_fill_header(struct jam_header *header)
{
    header->machine = EM_X86_64;
    header->pid = (uint32_t)JAM_SYSCALL1(getpid, 0);
    header->parent_pid = (uint32_t)JAM_SYSCALL1(getppid, 0);
    header->process_start_jiffies = facts_start_jiffies();
}

size_t jam_facts_directory(const char **text)
{
    long bytes = JAM_SYSCALL2(getcwd, facts_buffer, sizeof facts_buffer);
    *text = facts_buffer;
    return bytes > 0 ? (size_t)bytes - 1 : 0;
}

size_t jam_facts_arguments(const char **text)
{
    *text = facts_arguments;
    return facts_arguments_bytes;
}
