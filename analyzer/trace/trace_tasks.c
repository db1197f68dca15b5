/* Reads /proc/PID/task and /proc/PID/status. */
#include "trace/trace_tasks.h"

#include <dirent.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>

#include "util/array.h"

#define PATH_BYTES 96

/* The first line of a file in /proc; false if it cannot be read. */
static bool read_line(const char *path, char *line, int size)
{
    FILE *file = fopen(path, "re");
    if (!file)
        return false;
    bool is_read = fgets(line, size, file) != NULL;
    fclose(file);
    return is_read;
}

/* The state letter stands behind the name, which may hold anything but ends with the last ')'. */
static char read_state(uint32_t pid, uint32_t tid)
{
    char path[PATH_BYTES];
    char line[1024];
    snprintf(path, sizeof path, "/proc/%" PRIu32 "/task/%" PRIu32 "/stat", pid, tid);
    const char *at = read_line(path, line, sizeof line) ? strrchr(line, ')') : NULL;
    return at && at[1] ? at[2] : 'X';
}

/*
 * Whether a sleeping thread sleeps in a futex call. A signal handler that reads or naps on top of a
 * lock function does not. Where we may not look, the answer is yes.
 */
static bool is_in_futex(uint32_t pid, uint32_t tid)
{
    char path[PATH_BYTES];
    char line[256];
    snprintf(path, sizeof path, "/proc/%" PRIu32 "/task/%" PRIu32 "/syscall", pid, tid);
    if (!read_line(path, line, sizeof line))
        return true;
    char *end;
    long call = strtol(line, &end, 10);
    return end > line && (call == SYS_futex || call == SYS_restart_syscall);
}

static int add_task(struct jam_tasks *tasks, uint32_t pid, uint32_t tid)
{
    if (jam_array_reserve(&tasks->list, &tasks->capacity, tasks->count, sizeof *tasks->list) != 0)
        return -1;
    char state = read_state(pid, tid);
    tasks->list[tasks->count++] = (struct jam_task){
        .tid = tid,
        .is_dead = state == 'Z' || state == 'X',
        .is_asleep = (state == 'S' || state == 'D') && is_in_futex(pid, tid),
    };
    return 0;
}

static int compare(const void *left, const void *right)
{
    const struct jam_task *a = left;
    const struct jam_task *b = right;
    return (a->tid > b->tid) - (a->tid < b->tid);
}

static int read_tasks(struct jam_tasks *tasks, uint32_t pid)
{
    char path[PATH_BYTES];
    snprintf(path, sizeof path, "/proc/%" PRIu32 "/task", pid);
    DIR *folder = opendir(path);
    if (!folder)
        return -1;
    int status = 0;
    for (const struct dirent *entry; !status && (entry = readdir(folder));) {
        uint32_t tid = (uint32_t)strtoul(entry->d_name, NULL, 10);
        status = tid ? add_task(tasks, pid, tid) : 0;
    }
    closedir(folder);
    if (tasks->count)
        qsort(tasks->list, tasks->count, sizeof *tasks->list, compare);
    return status;
}

static uint64_t bit(int number)
{
    return UINT64_C(1) << (number - 1);
}

/* Faults and broken pipes are the program's own; 32 and 33 are libc's (cancellation, setuid). */
static void read_handlers(struct jam_tasks *tasks, uint32_t pid)
{
    uint64_t harmless = bit(SIGINT) | bit(SIGSEGV) | bit(SIGBUS) | bit(SIGFPE) | bit(SIGILL) |
                        bit(SIGABRT) | bit(SIGTRAP) | bit(SIGSYS) | bit(SIGPIPE) | bit(32) |
                        bit(33);
    char path[PATH_BYTES];
    char line[256];
    uint64_t caught = 0;
    snprintf(path, sizeof path, "/proc/%" PRIu32 "/status", pid);
    FILE *file = fopen(path, "re");
    while (file && fgets(line, sizeof line, file))
        if (strncmp(line, "SigCgt:", 7) == 0)
            caught = strtoull(line + 7, NULL, 16);
    if (file)
        fclose(file);
    tasks->has_handlers = caught & ~harmless;
    tasks->catches_interrupt = caught & bit(SIGINT);
}

int jam_tasks_init(struct jam_tasks *tasks, uint32_t pid)
{
    *tasks = (struct jam_tasks){0};
    read_handlers(tasks, pid);
    return read_tasks(tasks, pid);
}

void jam_tasks_fini(struct jam_tasks *tasks)
{
    free(tasks->list);
    *tasks = (struct jam_tasks){0};
}

const struct jam_task *jam_tasks_find(const struct jam_tasks *tasks, uint32_t tid)
{
    const struct jam_task key = {.tid = tid};
    return tasks->count ? bsearch(&key, tasks->list, tasks->count, sizeof key, compare) : NULL;
}
