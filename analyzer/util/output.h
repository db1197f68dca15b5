/*
 * Where a command's product goes: standard output, or the file of -o.
 */
#ifndef JAM_UTIL_OUTPUT_H
#define JAM_UTIL_OUTPUT_H

#include <stdbool.h>
#include <stdio.h>

#include "util/error.h"

struct jam_output {
    FILE *stream;
    const char *path; /* NULL = standard output */
};

/*
 * Opens the file for writing, or takes standard output if path is NULL. `inputs` are files that
 * must not be overwritten. 0; JAM_ERROR_USAGE if path is one of the inputs; JAM_ERROR_SYSTEM if it
 * cannot be opened.
 */
int jam_output_open(struct jam_output *output, const char *path, char *const *inputs, size_t count,
                    struct jam_error *error);

/* Writes out what is buffered and closes; JAM_ERROR_SYSTEM if anything could not be written. */
int jam_output_close(struct jam_output *output, struct jam_error *error);

/* Whether the product goes to a terminal. */
bool jam_output_is_terminal(const struct jam_output *output);

#endif
