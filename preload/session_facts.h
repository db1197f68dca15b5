/*
 * What is known about this process: ids, executable, arguments, folder. Under the growth lock.
 */
#ifndef JAM_SESSION_FACTS_H
#define JAM_SESSION_FACTS_H

#include <stddef.h>
#include "trace_format.h"

#define JAM_PRELOAD_VERSION "0.1.0"

/* Absolute path of the executable; valid until the next call. "unknown" without /proc. */
const char *jam_facts_executable(void);

/*
 * What people call the program: the last part of argument 0 (the executable may be reached through
 * a link, as redis-server is), of safe characters only. Valid until the next call.
 */
const char *jam_facts_program(void);

/* The file that is mapped at an address, from /proc/self/maps; NULL if none. Valid until next call.
 */
const char *jam_facts_mapped_file(uint64_t address);

/* Fill in pid, parent, machine and start time. */
void jam_facts_fill_header(struct jam_header *header);

/* The working directory; its length, 0 if unknown. Valid until the next call. */
size_t jam_facts_directory(const char **text);

/* The arguments as jam_facts_program read them, each ended by NUL; their length together. */
size_t jam_facts_arguments(const char **text);

#endif
