/*
 * Where a command's product goes: standard output, or the file of -o.
 */
#ifndef JAM_UTIL_OUTPUT_H
#define JAM_UTIL_OUTPUT_H

#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/types.h>

#include "util/error.h"

#define JAM_PAGER_SIGNALS 3

struct jam_output {
    FILE *stream;
    const char *path; /* NULL = standard output */
    pid_t pager;      /* that the stream goes to, 0 = none; see util/pager.h */
    void (*pager_finish)(struct jam_output *);  /* ends the text for the pager, and waits for it */
    struct sigaction before[JAM_PAGER_SIGNALS]; /* what pager_leave_keys() changed */
};

/*
 * Opens the file for writing, or takes standard output if path is NULL. `inputs` are files that
 * must not be overwritten. 0; JAM_ERROR_USAGE if path is one of the inputs; JAM_ERROR_SYSTEM if it
 * cannot be opened.
 */
int jam_output_open(struct jam_output *output, const char *path, char *const *inputs, size_t count,
                    struct jam_error *error);

/*
 * Writes out what is buffered, closes, and waits for the pager if there is one. JAM_ERROR_SYSTEM if
 * anything could not be written.
 */
int jam_output_close(struct jam_output *output, struct jam_error *error);

/* Whether the product goes to a terminal, be it through a pager. */
bool jam_output_is_terminal(const struct jam_output *output);

#endif
