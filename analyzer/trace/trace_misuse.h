/*
 * The misuse that a trace holds, as findings.
 */
#ifndef JAM_TRACE_MISUSE_H
#define JAM_TRACE_MISUSE_H

#include "core/finding/finding.h"
#include "trace/trace_facts.h"

/*
 * Appends them, after what hangs: a relock that hangs is told once. `findings` are those of this
 * trace alone. 0, or JAM_ERROR_SYSTEM without memory.
 */
int jam_trace_feed_misuse(struct jam_trace *trace, const struct jam_facts *facts,
                          struct jam_findings *findings, struct jam_error *error);

#endif
