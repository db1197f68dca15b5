/* Finds and finishes the traces of one run. */
#include "record/record_traces.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "trace_format.h"

/* The fields that the parent writes lie side by side, so that one write does it. */
struct end_fields {
    uint32_t kind;
    uint32_t value;
    uint64_t ticks;
};
_Static_assert(offsetof(struct jam_header, end_value) ==
                       offsetof(struct jam_header, end_kind) + 4 &&
                   offsetof(struct jam_header, end_ticks) ==
                       offsetof(struct jam_header, end_kind) + 8,
               "end_kind, end_value and end_ticks are neighbours");

static bool read_header(const char *path, int flags, int *fd, struct jam_header *header)
{
    *fd = open(path, flags | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW);
    if (*fd < 0)
        return false;
    if (pread(*fd, header, sizeof(*header), 0) == sizeof(*header) &&
        memcmp(header->magic, JAM_MAGIC, sizeof(header->magic)) == 0)
        return true;
    close(*fd);
    return false;
}

static bool is_of_run(const struct jam_header *header, const char *run_id)
{
    return strncmp(header->run_id, run_id, sizeof(header->run_id)) == 0;
}

static int append(struct jam_record_traces *traces, const struct jam_record_trace *trace)
{
    size_t bytes = (traces->count + 1) * sizeof(*traces->list);
    struct jam_record_trace *list = realloc(traces->list, bytes);
    if (!list)
        return -1;
    traces->list = list;
    list[traces->count++] = *trace;
    return 0;
}

/* Takes the file if it is a trace of the run; false only when memory is short. */
static bool consider(struct jam_record_traces *traces, const struct jam_record_setup *setup,
                     const char *name, pid_t started)
{
    struct jam_record_trace trace;
    struct jam_header header;
    int fd;

    if (asprintf(&trace.path, "%s/%s", setup->folder, name) < 0)
        return false;
    bool is_ours = read_header(trace.path, O_RDONLY, &fd, &header);
    if (is_ours) {
        close(fd);
        trace.pid = (pid_t)header.pid;
        trace.is_of_started = trace.pid == started;
        trace.start_ns = header.clock_first.monotonic_ns;
        is_ours = is_of_run(&header, setup->run_id);
    }
    if (is_ours && append(traces, &trace) == 0)
        return true;
    free(trace.path);
    return !is_ours;
}

static int compare_traces(const void *left, const void *right)
{
    const struct jam_record_trace *a = left, *b = right;
    if (a->is_of_started != b->is_of_started)
        return a->is_of_started ? -1 : 1;
    if (a->pid != b->pid)
        return a->pid < b->pid ? -1 : 1;
    return (a->start_ns > b->start_ns) - (a->start_ns < b->start_ns);
}

int jam_record_traces_find(struct jam_record_traces *traces, const struct jam_record_setup *setup,
                           pid_t pid, struct jam_error *error)
{
    size_t prefix_bytes = strlen(setup->prefix);
    bool is_complete = true;
    struct dirent *entry;

    memset(traces, 0, sizeof(*traces));
    DIR *folder = opendir(setup->folder);
    if (!folder)
        return jam_error_set(error, JAM_ERROR_SYSTEM, "%s: %s", setup->folder, strerror(errno));
    while (is_complete && (entry = readdir(folder)))
        if (strncmp(entry->d_name, setup->prefix, prefix_bytes) == 0)
            is_complete = consider(traces, setup, entry->d_name, pid);
    closedir(folder);
    if (!is_complete)
        return jam_error_memory(error);
    if (traces->count)
        qsort(traces->list, traces->count, sizeof(*traces->list), compare_traces);
    return 0;
}

void jam_record_traces_fini(struct jam_record_traces *traces)
{
    for (size_t i = 0; i < traces->count; i++)
        free(traces->list[i].path);
    free(traces->list);
}

static const struct jam_record_trace *find_last(const struct jam_record_traces *traces, pid_t pid)
{
    const struct jam_record_trace *last = NULL;
    for (size_t i = 0; i < traces->count; i++)
        if (traces->list[i].pid == pid && (!last || traces->list[i].start_ns > last->start_ns))
            last = &traces->list[i];
    return last;
}

void jam_record_traces_stamp(const struct jam_record_traces *traces, pid_t pid,
                             const struct jam_record_end *end)
{
    const struct jam_record_trace *trace = find_last(traces, pid);
    struct jam_header header;
    int fd;

    if (!trace || !read_header(trace->path, O_RDWR, &fd, &header))
        return;
    bool is_exit = WIFEXITED(end->wait_status);
    struct end_fields fields = {
        .kind = end->is_killed ? JAM_END_KILLED
                : is_exit      ? JAM_END_EXIT
                               : JAM_END_SIGNAL,
        .value = (uint32_t)(is_exit ? WEXITSTATUS(end->wait_status) : WTERMSIG(end->wait_status)),
        .ticks = header.clock == JAM_CLOCK_TSC ? end->tsc : end->monotonic_ns,
    };
    /* Short of space or rights, the trace says "unknown end", which is what readers expect. */
    (void)!pwrite(fd, &fields, sizeof(fields), offsetof(struct jam_header, end_kind));
    close(fd);
}
