#include "record_shim.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "record/record_silence.h"
#include "record/record_traces.h"
#include "trace_format.h"

int jam_shim_trace_write(const char *path, const struct jam_shim_trace *trace)
{
    struct jam_header header = {
        .version = JAM_FORMAT_VERSION,
        .clock = trace->is_tsc ? JAM_CLOCK_TSC : JAM_CLOCK_MONOTONIC,
        .pid = (uint32_t)trace->pid,
        .clock_first.monotonic_ns = trace->start_ns,
    };
    memcpy(header.magic, JAM_MAGIC, sizeof(header.magic));
    memcpy(header.run_id, trace->run_id, strlen(trace->run_id));
    int fd = open(path, O_CREAT | O_TRUNC | O_WRONLY, 0600);
    if (fd < 0)
        return -1;
    ssize_t written = write(fd, &header, sizeof(header));
    close(fd);
    return written == sizeof(header) ? 0 : -1;
}

int jam_shim_trace_read(const char *path, struct jam_shim_trace *trace)
{
    struct jam_header header;
    int fd = open(path, O_RDONLY);
    if (fd < 0)
        return -1;
    ssize_t got = read(fd, &header, sizeof(header));
    close(fd);
    trace->end_kind = header.end_kind;
    trace->end_value = header.end_value;
    trace->end_ticks = header.end_ticks;
    return got == sizeof(header) ? 0 : -1;
}

size_t jam_shim_record_find(const char *folder, const char *run_id, int started,
                            const struct jam_shim_end *end, char names[JAM_SHIM_NAMES_BYTES])
{
    struct jam_record_setup setup = {.folder = (char *)folder, .prefix = "t."};
    struct jam_record_traces traces;
    struct jam_error error = {0};

    snprintf(setup.run_id, sizeof(setup.run_id), "%s", run_id);
    *names = '\0';
    if (jam_record_traces_find(&traces, &setup, started, &error) == 0 && end) {
        struct jam_record_end ended = {end->wait_status, end->tsc, end->monotonic_ns, false};
        jam_record_traces_stamp(&traces, started, &ended);
    }
    for (size_t i = 0; i < traces.count; i++) {
        size_t used = strlen(names);
        snprintf(names + used, JAM_SHIM_NAMES_BYTES - used, "%s%s", i ? " " : "",
                 strrchr(traces.list[i].path, '/') + 1);
    }
    size_t count = traces.count;
    jam_record_traces_fini(&traces);
    return count;
}

const char *jam_shim_silence_reason(const char *program)
{
    return jam_record_silence_reason(program);
}
