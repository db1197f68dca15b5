/*
 * The traces that one `lockjam record` left behind.
 *
 * Every process of a run writes its own file, and every file carries the run's id in its header.
 * So the traces are found by looking into the headers of the files whose names begin like ours,
 * not by guessing names: processes that were forked, executed or renamed themselves are found too.
 */
#ifndef JAM_RECORD_TRACES_H
#define JAM_RECORD_TRACES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "record/record_setup.h"
#include "record/record_target.h"

struct jam_record_trace {
    char *path;
    pid_t pid;
    bool is_of_started; /* of the program that was started, not of a child */
    uint64_t start_ns;  /* CLOCK_MONOTONIC: orders the programs that one pid executed */
};

struct jam_record_traces {
    struct jam_record_trace *list; /* the started program's first, then by pid and start */
    size_t count;
};

/*
 * Collects the traces of the run that `setup` describes; `pid` is the program that was started.
 * Returns 0 or JAM_ERROR_SYSTEM. Call jam_record_traces_fini in every case.
 */
int jam_record_traces_find(struct jam_record_traces *traces, const struct jam_record_setup *setup,
                           pid_t pid, struct jam_error *error);
void jam_record_traces_fini(struct jam_record_traces *traces);

/*
 * Writes into the header of the last trace of `pid` how and when that process ended. Only after
 * its death: until then the header is the target's. A trace that cannot be written stays without.
 */
void jam_record_traces_stamp(const struct jam_record_traces *traces, pid_t pid,
                             const struct jam_record_end *end);

#endif
