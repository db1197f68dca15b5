/* `lockjam check`: findings, and an exit status for CI. */
#include "cmd/cmd.h"

#include <string.h>

#include "cmd/cmd_check_run.h"
#include "render/check/render_check_files.h"
#include "util/output.h"
#include "util/pager.h"

enum { FORMAT_TEXT, FORMAT_JSON, FORMAT_SARIF, FORMAT_JUNIT, FORMAT_MARKDOWN };

static void (*const renderers[])(struct jam_check *, const struct jam_check_view *, FILE *) = {
    [FORMAT_TEXT] = jam_check_text,         [FORMAT_JSON] = jam_check_json,
    [FORMAT_SARIF] = jam_check_sarif,       [FORMAT_JUNIT] = jam_check_junit,
    [FORMAT_MARKDOWN] = jam_check_markdown,
};
static const char *const format_choices[] = {"text", "json", "sarif", "junit", "markdown", NULL};

/* By enum jam_fail_on. */
static const char *const fail_choices[] = {"confirmed", "feasible", "weak", "new", NULL};

struct check_options {
    int format, color, fail_on;
    uint64_t exit_code;
    const char *output, *write_baseline, *write_order;
    const char *trace_folder;
    struct jam_check_paths paths;
    struct jam_record_options record;
    bool is_quiet, is_verbose, is_unpaged, is_generating;
};

#define AT(field) JAM_OPTION_AT(struct check_options, field)

static const struct jam_option check_options[] = {
    {"format", 'f', JAM_OPTION_CHOICE, NULL, "form of the result (text)", AT(format),
     format_choices, 0, 0},
    JAM_OPTION_ROW_OUTPUT(struct check_options, output),
    {"fail-on", 0, JAM_OPTION_CHOICE, NULL,
     "what makes the check fail: errors that happened, that can happen (default), all above a note",
     AT(fail_on), fail_choices, 0, 0},
    {"error-exitcode", 0, JAM_OPTION_COUNT, "N", "exit status of a check that fails (66)",
     AT(exit_code), NULL, 0, 255},
    {"suppressions", 0, JAM_OPTION_STRING, "FILE",
     "do not count what FILE suppresses (ours, ThreadSanitizer's, Valgrind's form)",
     AT(paths.suppressions), NULL, 0, 0},
    {"gen-suppressions", 0, JAM_OPTION_FLAG, NULL, "print suppressions for all that is found",
     AT(is_generating), NULL, 0, 0},
    {"baseline", 0, JAM_OPTION_STRING, "FILE", "do not count what FILE lists as known",
     AT(paths.baseline), NULL, 0, 0},
    {"write-baseline", 0, JAM_OPTION_STRING, "FILE", "list all that is found in FILE as known",
     AT(write_baseline), NULL, 0, 0},
    {"lock-order", 0, JAM_OPTION_STRING, "FILE",
     "report what is against the order declared in FILE", AT(paths.lock_order), NULL, 0, 0},
    {"write-lock-order", 0, JAM_OPTION_STRING, "FILE", "write the order that was seen to FILE",
     AT(write_order), NULL, 0, 0},
    JAM_RECORD_OPTION_ROWS(struct check_options, record),
    {"trace-folder", 0, JAM_OPTION_STRING, "FOLDER",
     "of a COMMAND: keep the traces in FOLDER (else they are removed)", AT(trace_folder), NULL, 0,
     0},
    JAM_OPTION_ROW_COLOR(struct check_options, color),
    JAM_OPTION_ROW_NO_PAGER(struct check_options, is_unpaged),
    {"verbose", 'v', JAM_OPTION_FLAG, NULL, "whole call stacks, and what is not counted",
     AT(is_verbose), NULL, 0, 0},
    JAM_OPTION_ROW_QUIET(struct check_options, is_quiet),
    {0},
};

#undef AT

static int show(struct jam_check *check, const struct check_options *options,
                struct jam_output *output, struct jam_error *error)
{
    const struct jam_check_view view = {
        .is_verbose = options->is_verbose,
        .is_color = jam_color_is_on(options->color, jam_output_is_terminal(output)),
    };
    if (options->is_generating && options->format == FORMAT_TEXT)
        jam_check_suppressions(check, &view, output->stream);
    else
        renderers[options->format](check, &view, output->stream);
    return jam_output_close(output, error);
}

/* Findings of the detectors and of the declared order, judged by the user's files. */
static int judge(struct jam_check *check, const struct check_options *options,
                 struct jam_check_files *files, struct jam_error *error)
{
    const struct jam_check_rules rules = {
        .fail_on = (enum jam_fail_on)options->fail_on,
        .suppressions = &files->suppressions,
        .baseline = &files->baseline,
    };
    int status = files->has_order ? jam_check_apply_order(check, &files->order, error) : 0;
    return status ? status : jam_check_judge(check, &rules, error);
}

static int write_files(struct jam_check *check, const struct check_options *options,
                       struct jam_error *error)
{
    int status = 0;
    if (options->write_baseline)
        status = jam_check_write_baseline(check, options->write_baseline, error);
    if (!status && options->write_order)
        status = jam_check_write_order(check, options->write_order, error);
    return status;
}

static void print_notes(const struct jam_check *check, const struct jam_check_files *files,
                        const struct check_options *options)
{
    if (options->is_quiet)
        return;
    jam_report_notes(&check->report, stderr);
    jam_check_files_notes(files, options->is_verbose, stderr);
}

/* What is checked. */
struct input {
    char *const *paths;
    size_t count;
    const struct jam_facts *program; /* that was run; NULL = traces were given */
};

/* A command has had the terminal for itself: its check only adds to what stands there. */
static bool wants_pager(const struct input *input, const struct check_options *options)
{
    return options->format == FORMAT_TEXT && !options->is_unpaged && !input->program;
}

/* 1 = the check has failed, 0 = it has not; or a negative error. */
static int check_traces(const struct input *input, const struct check_options *options,
                        struct jam_check_files *files, struct jam_error *error)
{
    struct jam_check check;
    struct jam_output output;
    int status = jam_check_open(&check, input->paths, input->count, error);
    check.program = input->program;
    if (!status)
        status = judge(&check, options, files, error);
    if (!status)
        status = write_files(&check, options, error);
    if (!status)
        status = jam_output_open(&output, options->output, input->paths, input->count, error);
    if (!status && wants_pager(input, options))
        jam_pager_start(&output);
    if (!status)
        status = show(&check, options, &output, error);
    if (!status)
        print_notes(&check, files, options);
    if (!status)
        status = jam_check_has_failed(&check);
    jam_check_close(&check);
    return status;
}

/* The exit status, or a negative error. */
static int check_given(char *const *paths, size_t count, const struct check_options *options,
                       struct jam_error *error)
{
    const struct input input = {paths, count, NULL};
    struct jam_check_files files;
    int status = jam_check_files_open(&files, &options->paths, error);
    if (!status)
        status = check_traces(&input, options, &files, error);
    jam_check_files_close(&files);
    return status > 0 ? (int)options->exit_code : status;
}

/* The same for a command. A damaged file of the user's is told before the command runs. */
static int check_command(char **arguments, const struct check_options *options,
                         struct jam_error *error)
{
    struct jam_check_run run = {.run.watch.news = -1};
    struct jam_check_files files;
    int status = jam_check_files_open(&files, &options->paths, error);
    if (!status)
        status = jam_check_run(&run, &options->record, options->trace_folder, arguments, error);
    if (!status) {
        const struct input input = {run.paths, run.count, &run.facts};
        status = check_traces(&input, options, &files, error);
        if (status == 0)
            status = jam_check_run_status(&run);
        else if (status > 0)
            status = (int)options->exit_code;
    }
    jam_check_run_fini(&run);
    jam_check_files_close(&files);
    return status;
}

/* How many arguments stand behind the "--", -1 without one. */
static int count_command(int argc, char **argv)
{
    for (int i = 1; i < argc; i++)
        if (strcmp(argv[i], "--") == 0)
            return argc - i - 1;
    return -1;
}

/* What stands before "--" are options only: traces and a command cannot be checked together. */
static int check_operands(int count, int command, struct jam_error *error)
{
    if (command >= 0 && count > command)
        return jam_error_set(error, JAM_ERROR_USAGE, "traces or a command, not both");
    if (command == 0)
        return jam_error_set(error, JAM_ERROR_USAGE, "no program to check");
    if (count == 0)
        return jam_error_set(error, JAM_ERROR_USAGE,
                             "which trace? None was given; a command stands behind --");
    return 0;
}

static int jam_cmd_check(int argc, char **argv)
{
    struct check_options options = {.fail_on = JAM_FAIL_FEASIBLE,
                                    .exit_code = JAM_EXIT_FINDINGS,
                                    .record = {.events = -1, .follow_fork = -1}};
    struct jam_error error = {0};
    const struct jam_command_line line = {argc, argv, JAM_OPERANDS_MIXED};
    int command = count_command(argc, argv);
    int count = jam_options_parse(check_options, &line, &options, &error);
    int status = count < 0 ? count : check_operands(count, command, &error);
    if (status < 0)
        return jam_command_fail("check", &error);
    argv[1 + count] = NULL;
    options.record.is_quiet = options.is_quiet;
    status = command > 0 ? check_command(argv + 1, &options, &error)
                         : check_given(argv + 1, (size_t)count, &options, &error);
    return status < 0 ? jam_command_fail("check", &error) : status;
}

const struct jam_command jam_command_check = {
    .name = "check",
    .run = jam_cmd_check,
    .synopsis = "[OPTION]... TRACE... | -- COMMAND [ARGUMENT]...",
    .summary = "Find deadlocks, possible and real, hangs and misuse of locks",
    .description =
        "Reads one or more traces and tells what is wrong with the locking of the program: "
        "deadlocks that happened, deadlocks that another order of events can cause, waits that "
        "never end, livelocks, misuse. Each finding says who holds what and wants what, at which "
        "places, how sure that is, and what to do.\n\n"
        "Several traces, such as those of the processes of one run or of the shards of one test "
        "suite, are checked as one: equal findings are told once.\n\n"
        "With -- COMMAND the program is recorded first, as by lockjam record, with its children; "
        "the "
        "traces are removed afterwards. If it is deadlocked for certain, it is ended.\n\n"
        "The exit status is 66 if anything is found that counts (see --fail-on), else 0, or of a "
        "COMMAND its own, or 124 if its time was up.",
    .options = check_options,
};
