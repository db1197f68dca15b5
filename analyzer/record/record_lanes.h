/*
 * The wait words of a growing trace, looked at often and cheaply: one small read for each thread
 * that locks, none of the rest of the file.
 *
 * A thread that is in the same wait at two looks is a *sitter*. Only sitters can be deadlocked, and
 * as long as they are the same ones nothing new can have happened to them: the fingerprint says so.
 */
#ifndef JAM_RECORD_LANES_H
#define JAM_RECORD_LANES_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "core/hang/hang.h"

struct jam_record_lane {
    uint64_t offset; /* of its struct jam_lane */
    uint32_t thread;
    bool is_sitter;
    struct jam_wait_word wait;
};

/* All zero with fd -1 is closed. */
struct jam_record_lanes {
    int fd;
    uint64_t scanned; /* extents up to here are known */
    struct jam_record_lane *list;
    size_t count, capacity;
    size_t sitters;
    uint64_t fingerprint; /* of the sitters, and of how many threads the process has */
};

/* False if the trace cannot be opened. To be ended in any case. */
bool jam_record_lanes_open(struct jam_record_lanes *lanes, const char *path);
void jam_record_lanes_close(struct jam_record_lanes *lanes);

/* Looks once; `threads` is the number of kernel threads. */
void jam_record_lanes_look(struct jam_record_lanes *lanes, uint64_t threads);

/* Adds the sitters to an empty snapshot, for jam_trace_hang_keep_same. 0, or -1 without memory. */
int jam_record_lanes_sitters(const struct jam_record_lanes *lanes, struct jam_hang *hang);

#endif
