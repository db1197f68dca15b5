/*
 * The file behind a session: its name and its size. Used by session.c alone.
 *
 * No descriptor is kept: the target would see it, close it, or count it. To grow, the file is
 * opened by its absolute name for a moment, and only used if it still is the file that was created.
 */
#ifndef JAM_SESSION_FILE_H
#define JAM_SESSION_FILE_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Create the trace of this process under the name that the configuration asks for; a name that is
 * taken gets ".PID", then ".PID.N" appended. 0 or a negative errno; *attempt tells how many names
 * were taken.
 */
int jam_session_file_create(const char *program, uint32_t *attempt);

/*
 * Map bytes [offset, offset + bytes), multiples of 1 MiB, after reserving the first
 * `reserved_bytes` of them; the others must not be touched before they are reserved. NULL if the
 * file cannot grow: no space, over RLIMIT_FSIZE, file gone.
 */
void *jam_session_file_map(uint64_t offset, uint64_t bytes, uint64_t reserved_bytes);

/* Reserve space for bytes that are mapped already. False as above. */
bool jam_session_file_reserve(uint64_t offset, uint64_t bytes);

const char *jam_session_file_path(void);

#endif
