/*
 * Single lock records, read from the file: a trace may have a million others.
 */
#ifndef JAM_TRACE_LOCK_H
#define JAM_TRACE_LOCK_H

#include "trace/trace_file.h"

/* False if there is no such record, or it cannot be read. Of a running process it is that of now. */
bool jam_trace_read_lock(const struct jam_trace *trace, uint32_t id, struct jam_lock_record *lock);

#endif
