/*
 * `lockjam check -- COMMAND`: the recording before the check.
 *
 * The traces go to a folder of their own, which is removed afterwards unless the user named it.
 */
#ifndef JAM_CMD_CHECK_RUN_H
#define JAM_CMD_CHECK_RUN_H

#include "record/record_run.h"
#include "trace/trace_facts.h"

struct jam_check_run {
    struct jam_record_options options; /* as given, with our folder */
    struct jam_record_run run;
    char *folder;
    bool is_temporary;
    char **paths; /* of the traces, the started program's first */
    size_t count;
    struct jam_facts facts; /* of the program, for when it left no trace */
};

/*
 * Runs the program, NULL-terminated arguments, and collects its traces. `folder` is where they stay,
 * NULL = nowhere; it is made if it does not exist. 0, or JAM_ERROR_USAGE or JAM_ERROR_SYSTEM: it
 * was not started, or its traces were not found. To be ended with jam_check_run_fini in any case.
 */
int jam_check_run(struct jam_check_run *run, const struct jam_record_options *options,
                  const char *folder, char **arguments, struct jam_error *error);
void jam_check_run_fini(struct jam_check_run *run);

/* The exit status of a check that did not fail: the program's, 124 after its time limit. */
int jam_check_run_status(const struct jam_check_run *run);

#endif
