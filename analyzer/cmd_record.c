/* `lockjam record`: runs a program under the preload and passes its exit status through. */
#include "cmd.h"

#include <stdbool.h>
#include <stdio.h>
#include <sys/wait.h>

#include "record_setup.h"
#include "record_summary.h"
#include "record_target.h"
#include "record_traces.h"
#include "trace_format.h"

#define NAME "record"

static const struct jam_option options[] = {
    {"output", 'o', JAM_OPTION_STRING, "FILE",
     "write the trace to FILE (other processes: FILE.PID), or into the folder FILE",
     JAM_OPTION_AT(struct jam_record_options, output), NULL, 0, 0},
    {"events", 0, JAM_OPTION_CHOICE, NULL,
     "which events to keep beside the totals: none, waits (default), or every operation",
     JAM_OPTION_AT(struct jam_record_options, events), jam_record_events_choices, 0, 0},
    {"max-size", 0, JAM_OPTION_STRING, "BYTES",
     "room for events before the oldest are overwritten (K, M, G; 0 or unlimited: no bound)",
     JAM_OPTION_AT(struct jam_record_options, max_size), NULL, 0, 0},
    {"stack-depth", 0, JAM_OPTION_COUNT, "N", "frames to keep of a call stack, 1 to 256",
     JAM_OPTION_AT(struct jam_record_options, stack_depth), NULL, 1, JAM_MAX_FRAMES},
    {"follow-fork", 0, JAM_OPTION_CHOICE, NULL, "record the program's children too (default yes)",
     JAM_OPTION_AT(struct jam_record_options, follow_fork), jam_record_yes_choices, 0, 0},
    {"quiet", 'q', JAM_OPTION_FLAG, NULL, "no summary at the end",
     JAM_OPTION_AT(struct jam_record_options, is_quiet), NULL, 0, 0},
    {"verbose", 'v', JAM_OPTION_FLAG, NULL, "say what is handed to the program",
     JAM_OPTION_AT(struct jam_record_options, is_verbose), NULL, 0, 0},
    {0},
};

/* What the new process needs between fork and exec. */
struct preparation {
    const struct jam_record_setup *setup;
    const struct jam_record_options *options;
};

static int prepare(void *argument)
{
    const struct preparation *preparation = argument;
    return jam_record_setup_apply(preparation->setup, preparation->options);
}

static void say_setup(const struct jam_record_setup *setup)
{
    fprintf(stderr, "lockjam: preload %s\nlockjam: output %s\nlockjam: run %s\n", setup->preload,
            setup->output, setup->run_id);
}

/* As a shell reports it. */
static int exit_status(int wait_status)
{
    return WIFEXITED(wait_status) ? WEXITSTATUS(wait_status) : 128 + WTERMSIG(wait_status);
}

/* The program's status is the result; trouble with its traces is only told. */
static void finish(const struct jam_record_setup *setup, const struct jam_record_target *target,
                   const struct jam_record_end *end, bool is_quiet)
{
    struct jam_record_traces traces;
    struct jam_error error = {0};

    if (jam_record_traces_find(&traces, setup, target->pid, &error)) {
        jam_command_fail(NAME, &error);
    } else {
        jam_record_traces_stamp(&traces, target->pid, end);
        if (!is_quiet)
            jam_record_summary_print(&traces, target->arguments[0]);
    }
    jam_record_traces_fini(&traces);
}

static int record(const struct jam_record_options *given, char **arguments)
{
    struct jam_record_setup setup;
    struct jam_record_end end;
    struct preparation preparation = {&setup, given};
    struct jam_record_target target = {
        .arguments = arguments, .prepare = prepare, .prepare_argument = &preparation};
    struct jam_error error = {0};

    int status = jam_record_setup_init(&setup, given, &error);
    if (!status && given->is_verbose)
        say_setup(&setup);
    if (!status)
        status = jam_record_target_run(&target, &end, &error);
    if (!status)
        finish(&setup, &target, &end, given->is_quiet);
    jam_record_setup_fini(&setup);
    return status ? jam_command_fail(NAME, &error) : exit_status(end.wait_status);
}

static int jam_cmd_record(int argc, char **argv)
{
    struct jam_record_options given = {.events = -1, .follow_fork = -1};
    struct jam_error error = {0};

    const struct jam_command_line line = {argc, argv, JAM_OPERANDS_COMMAND};
    int operands = jam_options_parse(options, &line, &given, &error);
    if (operands == 0)
        operands = jam_error_set(&error, JAM_ERROR_USAGE, "no program to record");
    if (operands < 0)
        return jam_command_fail(NAME, &error);
    argv[1 + operands] = NULL;
    return record(&given, &argv[1]);
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
        "The exit status is the program's, or 128+N if signal N ended it; 4 if it could not be "
        "started.\n\n"
        "Every option has an environment variable (LOCKJAM_OUTPUT, LOCKJAM_EVENTS, "
        "LOCKJAM_MAX_SIZE, LOCKJAM_STACK_DEPTH, LOCKJAM_FOLLOW_FORK), which also works without "
        "this command, with LD_PRELOAD alone.",
    .options = options,
};
