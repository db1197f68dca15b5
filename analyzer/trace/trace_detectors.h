/*
 * All detectors, one after the other, over one trace.
 *
 * A detector is a feed function in a file of its own: it reads the records that it needs, runs its
 * analysis in core/ and appends findings. To add one: write the file, add a row in
 * trace_detectors.c.
 */
#ifndef JAM_TRACE_DETECTORS_H
#define JAM_TRACE_DETECTORS_H

#include "core/finding/finding.h"
#include "trace/trace_facts.h"

/*
 * Appends what all detectors find in the trace, as findings of `process` (an index into the
 * caller's list of traces). Returns 0 or an error of a detector; what was found before stays.
 */
int jam_trace_detect(struct jam_trace *trace, const struct jam_facts *facts, uint32_t process,
                     struct jam_findings *findings, struct jam_error *error);

#endif
