/*
 * The detector of convoys and starvation: patterns of contention that are findings.
 */
#ifndef JAM_TRACE_SHAPES_H
#define JAM_TRACE_SHAPES_H

#include "core/finding.h"
#include "trace_facts.h"

/*
 * Sums and replays the trace and adds lock-convoy and starvation findings, of process 0. 0, or
 * JAM_ERROR_SYSTEM without memory.
 */
int jam_trace_feed_shapes(struct jam_trace *trace, const struct jam_facts *facts,
                          struct jam_findings *findings, struct jam_error *error);

#endif
