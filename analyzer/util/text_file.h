/*
 * Small text files that people write: read at once, taken apart line by line.
 */
#ifndef JAM_UTIL_TEXT_FILE_H
#define JAM_UTIL_TEXT_FILE_H

#include <stdbool.h>
#include <stddef.h>

#include "util/error.h"

/* Larger files are taken for a mistake. */
#define JAM_TEXT_FILE_MAX_BYTES (16u << 20)

/*
 * The contents with a NUL behind them, to be freed by the caller; NULL: JAM_ERROR_INPUT (missing,
 * no regular file, too large, holds a NUL byte) or JAM_ERROR_SYSTEM, with the file's name.
 */
char *jam_text_file_read(const char *path, struct jam_error *error);

/* Takes a text apart. */
struct jam_text_lines {
    const char *name; /* of the file, for messages */
    char *next;       /* rest of the text, which is cut into lines in place */
    unsigned number;  /* of the line that was returned last, from 1 */
};

/* The next line without blanks around it, NULL at the end. */
char *jam_text_lines_next(struct jam_text_lines *lines);

/* Cuts off blanks at both ends, in place. */
char *jam_text_trim(char *text);

/* JAM_ERROR_INPUT with "FILE:LINE: REASON". */
int jam_text_lines_error(const struct jam_text_lines *lines, struct jam_error *error,
                         const char *format, ...) __attribute__((format(printf, 3, 4)));

#endif
