/*
 * Whether the process of a trace still runs, here and now.
 */
#ifndef JAM_TRACE_LIVE_H
#define JAM_TRACE_LIVE_H

#include <stdbool.h>
#include <stdint.h>

#include "trace_format.h"

/*
 * True if this machine has a process with the trace's pid that started when the trace's did: a
 * pid alone may belong to somebody else by now. False if that cannot be told.
 */
bool jam_trace_is_running(const struct jam_header *header);

/* Nanoseconds since the session began, by this machine's clock; of use for a running process. */
uint64_t jam_trace_running_ns(const struct jam_header *header);

#endif
