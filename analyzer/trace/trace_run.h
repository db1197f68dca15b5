/*
 * Feeds a trace's events to a replay.
 */
#ifndef JAM_TRACE_RUN_H
#define JAM_TRACE_RUN_H

#include "core/run.h"
#include "trace/trace_facts.h"

/*
 * Replays all events of the trace. `run` is empty beforehand, and to be ended with jam_run_fini
 * also after a failure: JAM_ERROR_SYSTEM without memory. A trace without events gives an empty
 * run. Shows a progress bar when it takes longer than two seconds.
 */
int jam_trace_run(struct jam_trace *trace, const struct jam_facts *facts, struct jam_run *run,
                  struct jam_error *error);

/* Tells a replay what the tables of threads and locks know. 0, or -1 without memory. */
int jam_trace_replay_tables(struct jam_trace *trace, struct jam_replay *replay);

#endif
