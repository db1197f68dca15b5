/*
 * The detector of convoys, starvation and blocking calls under a lock: patterns of contention that
 * are findings.
 */
#ifndef JAM_TRACE_SHAPES_H
#define JAM_TRACE_SHAPES_H

#include "core/finding/finding.h"
#include "trace/trace_facts.h"

/*
 * Sums and replays the trace and adds lock-convoy, starvation and, for calls of the system that
 * take long under a lock, wait-holding-lock findings, of process 0. 0, or JAM_ERROR_SYSTEM without
 * memory.
 */
int jam_trace_feed_shapes(struct jam_trace *trace, const struct jam_facts *facts,
                          struct jam_findings *findings, struct jam_error *error);

#endif
