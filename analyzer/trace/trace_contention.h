/*
 * Feeds a trace's records to the contention analysis.
 */
#ifndef JAM_TRACE_CONTENTION_H
#define JAM_TRACE_CONTENTION_H

#include "core/contention/contention.h"
#include "trace/trace_facts.h"

/*
 * Adds the trace as one more process. Returns 0, or JAM_ERROR_SYSTEM without memory. Damaged
 * records are skipped and counted in trace->damage.
 */
int jam_trace_feed_contention(struct jam_trace *trace, const struct jam_facts *facts,
                              struct jam_contention *contention, struct jam_error *error);

#endif
