/*
 * The livelocks that a trace shows, as findings.
 */
#ifndef JAM_TRACE_LIVELOCK_H
#define JAM_TRACE_LIVELOCK_H

#include "core/finding/finding.h"
#include "trace/trace_facts.h"

/* Appends them. 0, or JAM_ERROR_SYSTEM without memory. */
int jam_trace_feed_livelock(struct jam_trace *trace, const struct jam_facts *facts,
                            struct jam_findings *findings, struct jam_error *error);

#endif
