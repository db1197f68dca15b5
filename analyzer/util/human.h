/*
 * Numbers as people read them, and text that is safe to show.
 *
 * All functions write a C string into the caller's buffer and return it, so that they can stand in
 * an argument list.
 */
#ifndef JAM_UTIL_HUMAN_H
#define JAM_UTIL_HUMAN_H

#include <stddef.h>
#include <stdint.h>

#define JAM_HUMAN_BYTES 32

/* "0", "850 ns", "12.3 us", "4.21 ms", "1.04 s", "2 min 05 s", "3 h 12 min": three digits at most.
 */
char *jam_human_time(uint64_t ns, char buffer[JAM_HUMAN_BYTES]);

/* "1,234,567". */
char *jam_human_count(uint64_t count, char buffer[JAM_HUMAN_BYTES]);

/* "640 bytes", "12.5 KiB", "3.0 GiB". */
char *jam_human_bytes(uint64_t bytes, char buffer[JAM_HUMAN_BYTES]);

/* part of whole as "42.0 %", "<0.1 %", "0 %"; "-" when the whole is 0. */
char *jam_human_share(uint64_t part, uint64_t whole, char buffer[JAM_HUMAN_BYTES]);

/*
 * Copies text so that it can go to a terminal or into JSON: valid UTF-8, control characters and
 * broken sequences replaced by '?'. Names in a trace come from the target and may hold anything.
 * Cut off at a character boundary when it does not fit into `size` bytes.
 */
char *jam_human_clean(const char *text, char *buffer, size_t size);

/* The same for `length` bytes without a NUL at their end; a NUL among them ends the text. */
char *jam_human_clean_bytes(const char *text, size_t length, char *buffer, size_t size);

/* Columns that a clean UTF-8 text takes on a terminal, counting one per character. */
size_t jam_human_columns(const char *text);

#endif
