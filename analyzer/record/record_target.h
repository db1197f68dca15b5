/*
 * Starts a program and lives beside it until it ends, as if the user had started it himself.
 *
 * SIGNALS. The caller blocks everything and takes signals one by one from a queue:
 *
 *      from the terminal (Ctrl-C, Ctrl-\, Ctrl-Z)   dropped: the whole foreground group got it
 *      sent by somebody (kill, timeout, a CI job)   passed on to the program
 *      the program was stopped by the terminal      we stop too, so that the shell takes over
 *      the program ended                            done
 *
 * The program itself starts with the signal mask and dispositions that we were started with.
 * SIGKILL and SIGSTOP cannot be passed on: killing us leaves the program running.
 */
#ifndef JAM_RECORD_TARGET_H
#define JAM_RECORD_TARGET_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "util/error.h"

struct jam_record_target {
    char **arguments;       /* NULL-terminated; [0] is looked up in PATH */
    int (*prepare)(void *); /* runs in the new process before it executes; -1 = errno says why */
    void *prepare_argument;
    void (*tick)(void *); /* runs beside the program, every tick_ns; NULL = never */
    void *tick_argument;
    long tick_ns; /* below a second */
    pid_t pid;
};

/* How it ended, and when, by both clocks a trace may use. */
struct jam_record_end {
    int wait_status; /* as waitpid(2) gives it */
    uint64_t tsc;    /* 0 on machines without a time stamp counter */
    uint64_t monotonic_ns;
    bool is_killed; /* by us: set by the caller that did it */
};

/*
 * Starts the program and waits for its end. Afterwards all signals stay blocked, so that a late
 * one cannot cut off the caller's last words.
 *
 * Returns 0, or JAM_ERROR_SYSTEM: the program could not be started (the text says which and why).
 */
int jam_record_target_run(struct jam_record_target *target, struct jam_record_end *end,
                          struct jam_error *error);

#endif
