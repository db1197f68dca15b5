/*
 * The file behind a session: its name, its descriptor, its size. Used by session.c alone.
 *
 * The descriptor is kept at a high number where no program looks, and is checked before each use:
 * daemons close descriptors they do not know, and the number may then mean another file. If it is
 * gone the file is opened again by name, and only accepted if it still is the same file.
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
 * Reserve and map bytes [offset, offset + bytes): multiples of 1 MiB. NULL if the file cannot
 * grow: no space, over RLIMIT_FSIZE, file gone.
 */
void *jam_session_file_map(uint64_t offset, uint64_t bytes);

/* Forget the file of the parent in a child of fork(2): its descriptor is closed. */
void jam_session_file_forget(void);

const char *jam_session_file_path(void);

#endif
