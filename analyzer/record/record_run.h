/*
 * One recorded run of a program, from its start to its stamped traces: what `record` and
 * `check -- COMMAND` have in common.
 */
#ifndef JAM_RECORD_RUN_H
#define JAM_RECORD_RUN_H

#include "util/options.h"
#include "record/record_setup.h"
#include "record/record_target.h"
#include "record/record_traces.h"
#include "record/record_watch.h"

struct jam_record_run {
    /* to be filled in by the caller, who keeps what is pointed to */
    const struct jam_record_options *options;
    char **arguments;     /* NULL-terminated: the program and what it gets */
    bool ends_deadlocked; /* a program that is deadlocked for certain is killed, unless
                             --on-deadlock says otherwise */
    /* filled in by jam_record_run */
    struct jam_record_setup setup;
    struct jam_record_target target;
    struct jam_record_end end;
    struct jam_record_watch watch;   /* is_hang, is_killed, has_timed_out */
    struct jam_record_traces traces; /* empty if they could not be collected: see error */
};

/*
 * Runs the program to its end, and stamps into the traces how it ended. Returns 0; or
 * JAM_ERROR_USAGE, JAM_ERROR_SYSTEM: it was not started. If it ran but its traces could not be
 * collected, the result is 0 all the same, and error->code says so. To be ended with
 * jam_record_run_fini in any case.
 */
int jam_record_run(struct jam_record_run *run, struct jam_error *error);
void jam_record_run_fini(struct jam_record_run *run);

/* As a shell reports it; of a program that was ended by us, 66 if it hung for certain, else 124. */
int jam_record_run_status(const struct jam_record_run *run);

/* Says on standard error that there is no trace, and why that may be. */
void jam_record_run_tell_silence(const struct jam_record_run *run);

/* Rows of a command's options that say how to record; `field` is a struct jam_record_options. */
/* clang-format off */
#define JAM_RECORD_OPTION_ROWS(type, field)                                                        \
    {"events", 0, JAM_OPTION_CHOICE, NULL,                                                         \
     "which events to keep beside the totals: none, waits (default), or every operation",          \
     JAM_OPTION_AT(type, field.events), jam_record_events_choices, 0, 0},                          \
    {"max-size", 0, JAM_OPTION_STRING, "BYTES",                                                    \
     "room for events before the oldest are overwritten (K, M, G; 0 or unlimited: no bound)",      \
     JAM_OPTION_AT(type, field.max_size), NULL, 0, 0},                                             \
    {"stack-depth", 0, JAM_OPTION_COUNT, "N", "frames to keep of a call stack, 1 to 256",          \
     JAM_OPTION_AT(type, field.stack_depth), NULL, 1, JAM_MAX_FRAMES},                             \
    {"follow-fork", 0, JAM_OPTION_CHOICE, NULL, "record the program's children too (default yes)", \
     JAM_OPTION_AT(type, field.follow_fork), jam_record_yes_choices, 0, 0},                        \
    {"on-deadlock", 0, JAM_OPTION_CHOICE, NULL,                                                    \
     "what to do with a program that hangs for certain, once that is told (report)",               \
     JAM_OPTION_AT(type, field.on_deadlock), jam_record_deadlock_choices, 0, 0},                   \
    {"timeout", 0, JAM_OPTION_COUNT, "SECONDS",                                                    \
     "end the program if it still runs then, and tell what it waits for",                          \
     JAM_OPTION_AT(type, field.timeout_s), NULL, 1, 100000000}
/* clang-format on */

#endif
