/*
 * Which file a command would execute: found as execvp(3) finds it, and for a script, the
 * interpreter of its first line.
 */
#ifndef JAM_DOCTOR_PROGRAM_H
#define JAM_DOCTOR_PROGRAM_H

#include <limits.h>
#include <stdbool.h>

#include "util/error.h"

struct jam_doctor_program {
    char path[PATH_MAX];
    char interpreter[PATH_MAX]; /* what is executed for a script; "" if it is none */
    char inner[PATH_MAX];       /* "#!/usr/bin/env NAME": NAME, found in PATH; "" otherwise */
    unsigned traits;            /* what the mode of the executed file adds: JAM_TRAIT() bits */
};

/*
 * 0; JAM_ERROR_SYSTEM: there is no such program, it may not be executed, or an interpreter is not
 * there.
 */
int jam_doctor_program_find(struct jam_doctor_program *program, const char *command,
                            struct jam_error *error);

/* The file whose code runs in the end. */
const char *jam_doctor_program_executed(const struct jam_doctor_program *program);

#endif
