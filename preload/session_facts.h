/*
 * What the session says about its process: ids, executable, arguments, folder. Used by session.c.
 */
#ifndef JAM_SESSION_FACTS_H
#define JAM_SESSION_FACTS_H

#include "trace_format.h"

#define JAM_PRELOAD_VERSION "0.1.0"

/* Absolute path of the executable; valid until the next call. "unknown" without /proc. */
const char *jam_facts_executable(void);

/* Fill in pid, parent, machine and start time. */
void jam_facts_fill_header(struct jam_header *header);

/* Write the STRINGS extent. A missing fact is left out. */
void jam_facts_write_strings(void);

#endif
