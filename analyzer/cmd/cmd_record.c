/* `lockjam record`: runs a program under the preload and passes its exit status through. */
#include "cmd/cmd.h"

#include <stdbool.h>
#include <stdio.h>

#include "record/record_run.h"
#include "record/record_summary.h"
#include "trace_format.h"

#define NAME "record"

/* The rows of record_run.h name a field. */
struct settings {
    struct jam_record_options record;
};

static const struct jam_option options[] = {
    {"output", 'o', JAM_OPTION_STRING, "FILE",
     "write the trace to FILE (other processes: FILE.PID), or into the folder FILE",
     JAM_OPTION_AT(struct settings, record.output), NULL, 0, 0},
    JAM_RECORD_OPTION_ROWS(struct settings, record),
    {"quiet", 'q', JAM_OPTION_FLAG, NULL, "no summary at the end",
     JAM_OPTION_AT(struct settings, record.is_quiet), NULL, 0, 0},
    {"verbose", 'v', JAM_OPTION_FLAG, NULL, "say what is handed to the program",
     JAM_OPTION_AT(struct settings, record.is_verbose), NULL, 0, 0},
    {0},
};

/* The program's status is the result; trouble with its traces is only told. */
static int record(const struct jam_record_options *options, char **arguments)
{
    struct jam_record_run run = {.options = options, .arguments = arguments};
    struct jam_error error = {0};
    int status = jam_record_run(&run, &error);
    int failure = error.code ? jam_command_fail(NAME, &error) : 0;
    if (!failure && !options->is_quiet && run.traces.count)
        jam_record_summary_print(&run.traces);
    else if (!failure && !options->is_quiet)
        jam_record_run_tell_silence(&run);
    int result = status ? failure : jam_record_run_status(&run);
    jam_record_run_fini(&run);
    return result;
}

static int jam_cmd_record(int argc, char **argv)
{
    struct settings given = {.record = {.events = -1, .follow_fork = -1}};
    struct jam_error error = {0};

    const struct jam_command_line line = {argc, argv, JAM_OPERANDS_COMMAND};
    int operands = jam_options_parse(options, &line, &given, &error);
    if (operands == 0)
        operands = jam_error_set(&error, JAM_ERROR_USAGE, "no program to record");
    if (operands < 0)
        return jam_command_fail(NAME, &error);
    argv[1 + operands] = NULL;
    return record(&given.record, &argv[1]);
}

const struct jam_command jam_command_record = {
    .name = NAME,
    .run = jam_cmd_record,
    .synopsis = "[OPTION]... [--] COMMAND [ARGUMENT]...",
    .summary = "Run a program and record what it does with its locks",
    .description =
        "Writes one trace for each process that takes a lock: lockjam.PROGRAM.PID.jam in the "
        "current folder unless -o says otherwise. Standard input, output and error stay the "
        "program's own; signals that are sent to lockjam are passed on to it.\n\n"
        "While the program runs it is watched: threads that wait for each other for ever, or for "
        "something that nobody can do any more, are told on standard error within a second, with "
        "who holds what since when. --on-deadlock says what happens then: report lets the program "
        "go on, abort sends it SIGABRT, wait leaves it to you and a debugger. With --timeout a "
        "program that still runs then is ended with all of its children, and what it waits for is "
        "told.\n\n"
        "The exit status is the program's, or 128+N if signal N ended it; 4 if it could not be "
        "started; after a --timeout 66 if it hung for certain, else 124.\n\n"
        "Every option has an environment variable (LOCKJAM_OUTPUT, LOCKJAM_EVENTS, "
        "LOCKJAM_MAX_SIZE, LOCKJAM_STACK_DEPTH, LOCKJAM_FOLLOW_FORK), which also works without "
        "this command, with LD_PRELOAD alone.",
    .options = options,
};
