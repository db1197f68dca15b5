/* A plain-C door to record_traces and record_silence for the unit tests. */
#ifndef JAM_RECORD_SHIM_H
#define JAM_RECORD_SHIM_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The parts of a trace's header that record looks at and fills in. */
struct jam_shim_trace {
    const char *run_id;
    int pid;
    uint64_t start_ns;
    int is_tsc; /* clock of the trace */
    uint32_t end_kind, end_value;
    uint64_t end_ticks;
};

/* Writes a file that holds such a header alone; 0 on success. */
int jam_shim_trace_write(const char *path, const struct jam_shim_trace *trace);
/* Reads the end_* fields back; 0 on success. */
int jam_shim_trace_read(const char *path, struct jam_shim_trace *trace);

/* How a program ended. */
struct jam_shim_end {
    int wait_status;
    uint64_t tsc, monotonic_ns;
};

/*
 * Finds the traces of a run in a folder, stamps those of `started` with `end` (NULL: does not),
 * and writes the names in order, separated by spaces, into `names`. Returns how many there are.
 */
#define JAM_SHIM_NAMES_BYTES 1000
size_t jam_shim_record_find(const char *folder, const char *run_id, int started,
                            const struct jam_shim_end *end, char names[JAM_SHIM_NAMES_BYTES]);

const char *jam_shim_silence_reason(const char *program);

#ifdef __cplusplus
}
#endif

#endif
