/*
 * Feeds a trace's events to a timeline.
 */
#ifndef JAM_TRACE_TIMELINE_H
#define JAM_TRACE_TIMELINE_H

#include "core/contention/timeline.h"
#include "trace/trace_facts.h"

/*
 * Fills the timeline with the trace's events and finishes it; to be ended with jam_timeline_fini
 * in any case. Returns 0, or JAM_ERROR_SYSTEM without memory. A trace without events
 * (--events=off) leaves it empty.
 */
int jam_trace_feed_timeline(struct jam_trace *trace, const struct jam_facts *facts,
                            struct jam_timeline *timeline, struct jam_error *error);

#endif
