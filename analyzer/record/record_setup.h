/*
 * What `lockjam record` hands to the program it starts: the preload and the environment that
 * configures it.
 *
 *     command line ──▶ jam_record_setup ──▶ LD_PRELOAD, LOCKJAM_OUTPUT, LOCKJAM_EVENTS, ...
 *
 * The variables are the whole interface: a program started with them by hand writes the same
 * trace. A variable whose option was not given is left as the user has it.
 */
#ifndef JAM_RECORD_SETUP_H
#define JAM_RECORD_SETUP_H

#include <stdbool.h>
#include <stdint.h>

#include "util/error.h"

#define JAM_RUN_ID_BYTES 17 /* 16 hexadecimal digits and the NUL */

/* What to do with a program that is deadlocked for certain, once that is told. */
enum jam_on_deadlock {
    JAM_ON_DEADLOCK_REPORT, /* `record` lets it go on, `check` ends it */
    JAM_ON_DEADLOCK_ABORT,  /* SIGABRT to the process, for a core file */
    JAM_ON_DEADLOCK_WAIT,   /* leave it as it is, for a debugger */
};

/* The command line; zero, NULL or -1 = not given. */
struct jam_record_options {
    const char *output;   /* file, or folder for traces with default names */
    int events;           /* enum jam_event_mode */
    const char *max_size; /* a size, "0" or "unlimited" */
    uint64_t stack_depth; /* frames */
    int follow_fork;      /* 1 = yes, 0 = no */
    int on_deadlock;      /* enum jam_on_deadlock */
    uint64_t timeout_s;   /* end the program after so many seconds, 0 = never */
    bool is_quiet;        /* no summary */
    bool is_verbose;      /* say what is handed to the program */
};

struct jam_record_setup {
    char *preload;                 /* absolute path of liblockjam.so */
    char *folder;                  /* absolute path of the folder that the traces go to */
    char *prefix;                  /* how the names of the traces begin */
    char *output;                  /* folder, or folder/prefix if the user named a file */
    char run_id[JAM_RUN_ID_BYTES]; /* stands in the header of every trace of this run */
    uint64_t max_bytes;            /* valid if has_max_bytes; 0 = unlimited */
    bool has_max_bytes;
};

/*
 * Finds the preload (beside the command, or ../lib/lockjam from it), makes the output absolute,
 * proves that a file can be made there and removes an older file of the name that was asked for.
 *
 * Returns 0; JAM_ERROR_USAGE: a value makes no sense; JAM_ERROR_SYSTEM: no preload, no such
 * folder, not writable. Call jam_record_setup_fini in every case.
 */
int jam_record_setup_init(struct jam_record_setup *setup, const struct jam_record_options *options,
                          struct jam_error *error);
void jam_record_setup_fini(struct jam_record_setup *setup);

/*
 * Puts everything into the environment of the calling process, which is about to execute the
 * program. Returns 0, or -1 with errno set when memory is short.
 */
int jam_record_setup_apply(const struct jam_record_setup *setup,
                           const struct jam_record_options *options);

/* The spellings of --events, by enum jam_event_mode, and of --follow-fork. */
extern const char *const jam_record_events_choices[];
extern const char *const jam_record_yes_choices[];
extern const char *const jam_record_deadlock_choices[]; /* by enum jam_on_deadlock */

#endif
