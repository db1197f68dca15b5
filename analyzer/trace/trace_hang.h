/*
 * Who waits for whom in the process of a trace: of one that is over, as its trace left it; of one
 * that runs, right now.
 *
 * A RUNNING PROCESS is looked at twice, JAM_HANG_PAUSE_NS apart, and never stopped. A thread counts
 * as waiting if its wait word was the same both times (same sequence: the same wait, with no other
 * in between) and the kernel says that it sleeps; while it waits, its held list cannot change. So
 * what is stuck in the second snapshot was so at one and the same moment between the two.
 *
 * A PROCESS THAT IS OVER is taken as it ended. One that exited by itself was not hanging: threads
 * that it left behind are no findings.
 */
#ifndef JAM_TRACE_HANG_H
#define JAM_TRACE_HANG_H

#include "core/hang/hang.h"
#include "trace/trace_facts.h"
#include "trace/trace_file.h"
#include "trace/trace_tasks.h"

#define JAM_HANG_PAUSE_NS 100000000 /* longer than a woken thread takes to run on a busy machine */

/*
 * Fills a snapshot from the trace. `tasks` is what the kernel says, NULL for a process that is
 * over. 0, or JAM_ERROR_SYSTEM without memory. To be ended with jam_hang_fini in any case.
 */
int jam_trace_hang_load(struct jam_hang *hang, struct jam_trace *trace,
                        const struct jam_tasks *tasks, struct jam_error *error);

/*
 * One look at a running process, not judged yet: see jam_trace_hang_keep_same for the other one.
 * Empty if it has ended meanwhile. JAM_ERROR_INPUT, JAM_ERROR_SYSTEM.
 */
int jam_trace_hang_look(struct jam_hang *hang, const char *path, uint32_t pid,
                        struct jam_error *error);

/* Threads whose wait is not that of the earlier snapshot count as running. */
void jam_trace_hang_keep_same(struct jam_hang *hang, const struct jam_hang *earlier);

/*
 * The judged snapshot of a trace, live or dead as its facts say. 0; JAM_ERROR_INPUT if the trace of
 * a running process cannot be opened a second time; JAM_ERROR_SYSTEM. To be ended with
 * jam_hang_fini in any case. A running process that ends meanwhile gives an empty snapshot.
 */
int jam_trace_hang_judge(struct jam_hang *hang, struct jam_trace *trace,
                         const struct jam_facts *facts, struct jam_error *error);

/* Appends what a process hangs on; nothing if it ended by itself. Failures as above. */
int jam_trace_feed_hang(struct jam_trace *trace, const struct jam_facts *facts,
                        struct jam_findings *findings, struct jam_error *error);

#endif
