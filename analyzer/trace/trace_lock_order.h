/*
 * Feeds a trace's records to the search for lock-order cycles.
 */
#ifndef JAM_TRACE_LOCK_ORDER_H
#define JAM_TRACE_LOCK_ORDER_H

#include "core/finding/finding.h"
#include "trace/trace_facts.h"

/*
 * Adds what the trace's dependencies foretell; `process` of these findings is 0, the caller's to
 * set. Returns 0, or JAM_ERROR_SYSTEM without memory. Damaged records are skipped and counted in
 * trace->damage; contents that make no sense make no findings.
 */
int jam_trace_feed_lock_order(struct jam_trace *trace, const struct jam_facts *facts,
                              struct jam_findings *findings, struct jam_error *error);

#endif
