/* `lockjam check`: findings, and an exit status for CI. */
#include "cmd.h"

#include "render_check_files.h"
#include "util/output.h"

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
    struct jam_check_paths paths;
    bool is_quiet, is_verbose, is_generating;
};

#define AT(field) JAM_OPTION_AT(struct check_options, field)

static const struct jam_option check_options[] = {
    {"format", 'f', JAM_OPTION_CHOICE, NULL, "form of the result (text)", AT(format),
     format_choices, 0, 0},
    {"output", 'o', JAM_OPTION_STRING, "FILE", "write to FILE instead of standard output",
     AT(output), NULL, 0, 0},
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
    {"color", 0, JAM_OPTION_CHOICE, NULL, "colours; auto means on a terminal", AT(color),
     jam_color_choices, 0, 0},
    {"verbose", 'v', JAM_OPTION_FLAG, NULL, "whole call stacks, and what is not counted",
     AT(is_verbose), NULL, 0, 0},
    {"quiet", 'q', JAM_OPTION_FLAG, NULL, "no notes on standard error", AT(is_quiet), NULL, 0, 0},
    {0},
};

#undef AT

static bool use_color(const struct check_options *options, const struct jam_output *output)
{
    if (options->color == JAM_COLOR_AUTO)
        return jam_output_is_terminal(output);
    return options->color == JAM_COLOR_ALWAYS;
}

static int show(struct jam_check *check, const struct check_options *options,
                struct jam_output *output, struct jam_error *error)
{
    const struct jam_check_view view = {
        .is_verbose = options->is_verbose,
        .is_color = use_color(options, output),
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

/* The exit status, or a negative error. */
static int check_traces(char *const *paths, size_t count, const struct check_options *options,
                        struct jam_error *error)
{
    struct jam_check check = {0};
    struct jam_check_files files;
    struct jam_output output;
    int status = jam_check_files_open(&files, &options->paths, error);
    if (!status)
        status = jam_check_open(&check, paths, count, error);
    if (!status)
        status = judge(&check, options, &files, error);
    if (!status)
        status = write_files(&check, options, error);
    if (!status)
        status = jam_output_open(&output, options->output, paths, count, error);
    if (!status)
        status = show(&check, options, &output, error);
    if (!status)
        print_notes(&check, &files, options);
    if (!status && jam_check_has_failed(&check))
        status = (int)options->exit_code;
    jam_check_close(&check);
    jam_check_files_close(&files);
    return status;
}

static int jam_cmd_check(int argc, char **argv)
{
    struct check_options options = {.fail_on = JAM_FAIL_FEASIBLE, .exit_code = JAM_EXIT_FINDINGS};
    struct jam_error error = {0};
    const struct jam_command_line line = {argc, argv, JAM_OPERANDS_MIXED};
    int count = jam_options_parse(check_options, &line, &options, &error);
    if (count == 0)
        count = jam_error_set(&error, JAM_ERROR_USAGE, "which trace? None was given");
    int status = count;
    if (count > 0)
        status = check_traces(argv + 1, (size_t)count, &options, &error);
    return status < 0 ? jam_command_fail("check", &error) : status;
}

const struct jam_command jam_command_check = {
    .name = "check",
    .run = jam_cmd_check,
    .synopsis = "[OPTION]... TRACE...",
    .summary = "Find deadlocks, possible and real, hangs and misuse of locks",
    .description =
        "Reads one or more traces and tells what is wrong with the locking of the program: "
        "deadlocks that happened, deadlocks that another order of events can cause, waits that "
        "never end, livelocks, misuse. Each finding says who holds what and wants what, at which "
        "places, how sure that is, and what to do.\n\n"
        "Several traces, such as those of the processes of one run or of the shards of one test "
        "suite, are checked as one: equal findings are told once.\n\n"
        "The exit status is 66 if anything is found that counts (see --fail-on), else 0.",
    .options = check_options,
};
