/* `lockjam diff`: what got better or worse between two recordings. */
#include <stdlib.h>

#include "cmd/cmd.h"
#include "render/render_diff.h"
#include "util/output.h"

enum diff_format { FORMAT_TEXT, FORMAT_JSON };

static void (*const renderers[])(const struct jam_diff *, const struct jam_diff_view *, FILE *) = {
    [FORMAT_TEXT] = jam_diff_text,
    [FORMAT_JSON] = jam_diff_json,
};

static const char *const format_choices[] = {"text", "json", NULL};

#define DEFAULT_PERCENT 10
#define DEFAULT_LIMIT   20

struct diff_options {
    int format, color;
    double percent, fail_percent;
    uint64_t limit;
    const char *output;
    bool is_quiet, is_verbose;
};

#define AT(field) JAM_OPTION_AT(struct diff_options, field)

static const struct jam_option diff_options[] = {
    {"fail-on-regression", 0, JAM_OPTION_FRACTION, "PERCENT",
     "exit with 66 if waiting grew by more than that", AT(fail_percent), NULL, 0, 0},
    {"threshold", 't', JAM_OPTION_FRACTION, "PERCENT", "smaller changes are none (10)", AT(percent),
     NULL, 0, 0},
    {"limit", 'n', JAM_OPTION_COUNT, "N", "show N locks, 0 for all (20)", AT(limit), NULL, 0,
     1000000000},
    {"format", 'f', JAM_OPTION_CHOICE, NULL, "form of the comparison (text)", AT(format),
     format_choices, 0, 0},
    JAM_OPTION_ROW_OUTPUT(struct diff_options, output),
    JAM_OPTION_ROW_COLOR(struct diff_options, color),
    {"verbose", 'v', JAM_OPTION_FLAG, NULL, "also what is the same; whole names", AT(is_verbose),
     NULL, 0, 0},
    JAM_OPTION_ROW_QUIET(struct diff_options, is_quiet),
    {0},
};

#undef AT

/* 0, JAM_EXIT_FINDINGS, or a negative error. */
static int show(const struct diff_options *options, struct jam_diff_view *view,
                struct jam_output *output, struct jam_error *error)
{
    struct jam_diff diff = {0};
    int status = 0;
    view->is_color = jam_color_is_on(options->color, jam_output_is_terminal(output));
    if (jam_diff_reports(&diff, view) != 0)
        status = jam_error_memory(error);
    else
        renderers[options->format](&diff, view, output->stream);
    int closed = jam_output_close(output, error);
    if (!status)
        status = closed;
    if (!status && view->fail_percent >= 0 && jam_diff_regressions(&diff, view->fail_percent))
        status = JAM_EXIT_FINDINGS;
    jam_diff_fini(&diff);
    return status;
}

/* paths[0] is the old trace, paths[1] the new one. */
static int compare(char *const *paths, const struct diff_options *options, struct jam_error *error)
{
    struct jam_report old = {0}, new = {0};
    struct jam_output output;
    struct jam_diff_view view = {.percent = options->percent,
                                 .fail_percent = options->fail_percent,
                                 .limit = options->limit,
                                 .is_verbose = options->is_verbose,
                                 .old = &old,
                                 .new = &new};
    int status = jam_report_open(&old, &paths[0], 1, error);
    if (!status)
        status = jam_report_open(&new, &paths[1], 1, error);
    if (!status)
        status = jam_output_open(&output, options->output, paths, 2, error);
    if (!status)
        status = show(options, &view, &output, error);
    if (status >= 0 && !options->is_quiet) {
        jam_report_notes(&old, stderr);
        jam_report_notes(&new, stderr);
    }
    jam_report_close(&new);
    jam_report_close(&old);
    return status;
}

static int jam_cmd_diff(int argc, char **argv)
{
    struct diff_options options = {
        .percent = DEFAULT_PERCENT, .fail_percent = -1, .limit = DEFAULT_LIMIT};
    struct jam_error error = {0};
    const struct jam_command_line line = {argc, argv, JAM_OPERANDS_MIXED};
    int count = jam_options_parse(diff_options, &line, &options, &error);
    if (count >= 0 && count != 2)
        count = jam_error_set(&error, JAM_ERROR_USAGE, "two traces are wanted, the old one first");
    int status = count < 0 ? count : compare(argv + 1, &options, &error);
    return status < 0 ? jam_command_fail("diff", &error) : status;
}

const struct jam_command jam_command_diff = {
    .name = "diff",
    .run = jam_cmd_diff,
    .synopsis = "[OPTION]... OLD NEW",
    .summary = "Tell what got better or worse between two recordings",
    .description =
        "Compares the time that threads waited for locks. Locks are matched by the variable that "
        "they are or the function that created them, call sites by function: not by addresses, "
        "line numbers or array indices, so that the program may have been rebuilt.\n\n"
        "A change counts if it is larger than --threshold, than one millisecond, and than one "
        "percent of all waiting. The runs should have done the same work.\n\n"
        "With --fail-on-regression=PERCENT the exit status is 66 if the waiting for any lock, or "
        "for all together, grew by more than that.",
    .options = diff_options,
};
