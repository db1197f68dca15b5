/*
 * What went wrong, in the words a user reads.
 *
 * Functions that can fail return 0 or a negative enum jam_error_code and fill the caller's struct
 * jam_error. They never print and never exit: the commands do (cmd.h), and derive the exit status
 * from the code. The codes are pinned: tests and callers compare them.
 */
#ifndef JAM_UTIL_ERROR_H
#define JAM_UTIL_ERROR_H

#include <stddef.h>

enum jam_error_code {
    JAM_ERROR_USAGE = -2,  /* the command line makes no sense */
    JAM_ERROR_INPUT = -3,  /* a file is not what it should be: foreign, damaged, newer */
    JAM_ERROR_SYSTEM = -4, /* the system refused: no such file, no space, no memory */
};

#define JAM_ERROR_TEXT_BYTES 1024

/* Belongs to the caller; starts as all zero ("no error"). */
struct jam_error {
    int code;                        /* enum jam_error_code, 0 = none */
    char text[JAM_ERROR_TEXT_BYTES]; /* one sentence without full stop or newline */
};

/* Stores code and the formatted text (cut off when too long) and returns the code. */
int jam_error_set(struct jam_error *error, int code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The same for a failed allocation; returns JAM_ERROR_SYSTEM. */
int jam_error_memory(struct jam_error *error);

#endif
