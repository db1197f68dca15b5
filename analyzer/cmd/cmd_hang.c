/* `lockjam hang`: who waits for whom, now or at the end. */
#include "cmd/cmd.h"

#include <stdlib.h>
#include <string.h>

#include "render/render_hang.h"
#include "trace/trace_find.h"
#include "util/output.h"
#include "util/pager.h"

enum hang_format { FORMAT_TEXT, FORMAT_JSON };
static const char *const format_choices[] = {"text", "json", NULL};

struct hang_options {
    int format, color;
    const char *output;
    bool is_quiet, is_verbose, is_unpaged;
};

#define AT(field) JAM_OPTION_AT(struct hang_options, field)

static const struct jam_option hang_options[] = {
    {"format", 'f', JAM_OPTION_CHOICE, NULL, "form of the result (text)", AT(format),
     format_choices, 0, 0},
    JAM_OPTION_ROW_OUTPUT(struct hang_options, output),
    JAM_OPTION_ROW_COLOR(struct hang_options, color),
    JAM_OPTION_ROW_NO_PAGER(struct hang_options, is_unpaged),
    {"verbose", 'v', JAM_OPTION_FLAG, NULL, "whole call stacks", AT(is_verbose), NULL, 0, 0},
    JAM_OPTION_ROW_QUIET(struct hang_options, is_quiet),
    {0},
};

#undef AT

static int show(struct jam_hang_report *report, const struct hang_options *options,
                struct jam_output *output, struct jam_error *error)
{
    const struct jam_check_view view = {
        .is_verbose = options->is_verbose,
        .is_color = jam_color_is_on(options->color, jam_output_is_terminal(output)),
    };
    if (options->format == FORMAT_JSON)
        jam_hang_report_json(report, output->stream);
    else
        jam_hang_report_text(report, &view, output->stream);
    return jam_output_close(output, error);
}

/* The exit status, or a negative error. */
static int hang_of(char *path, const struct hang_options *options, struct jam_error *error)
{
    struct jam_hang_report report;
    struct jam_output output;
    int status = jam_hang_report_open(&report, path, error);
    if (!status)
        status = jam_output_open(&output, options->output, &path, 1, error);
    if (!status && options->format == FORMAT_TEXT && !options->is_unpaged)
        jam_pager_start(&output);
    if (!status)
        status = show(&report, options, &output, error);
    if (!status && !options->is_quiet)
        jam_report_notes(&report.check.report, stderr);
    if (!status && jam_hang_report_is_hang(&report))
        status = JAM_EXIT_FINDINGS;
    jam_hang_report_close(&report);
    return status;
}

/* A number is a process, anything else a file: "./123" is the file of that name. */
static int find_path(char **path, const char *operand, struct jam_error *error)
{
    char *end;
    unsigned long pid = strtoul(operand, &end, 10);
    bool is_pid = *operand >= '0' && *operand <= '9' && !*end && pid <= UINT32_MAX;
    if (is_pid)
        return jam_trace_find(path, (uint32_t)pid, error);
    *path = strdup(operand);
    return *path ? 0 : jam_error_memory(error);
}

static int jam_cmd_hang(int argc, char **argv)
{
    struct hang_options options = {0};
    struct jam_error error = {0};
    char *path = NULL;
    const struct jam_command_line line = {argc, argv, JAM_OPERANDS_MIXED};
    int status = jam_options_parse(hang_options, &line, &options, &error);
    if (status >= 0 && status != 1)
        status = jam_error_set(&error, JAM_ERROR_USAGE, "one process id or one trace, please");
    if (status == 1)
        status = find_path(&path, argv[1], &error);
    if (!status)
        status = hang_of(path, &options, &error);
    free(path);
    return status < 0 ? jam_command_fail("hang", &error) : status;
}

const struct jam_command jam_command_hang = {
    .name = "hang",
    .run = jam_cmd_hang,
    .synopsis = "[OPTION]... PID|TRACE",
    .summary = "Tell who waits for whom, right now or at the end, and whether it is a hang",
    .description =
        "Looks at a process that runs under 'lockjam record' (by its process id, or by its trace), "
        "or at the trace of one that was killed. The process is not stopped, and does not "
        "notice.\n\n"
        "First comes what will never end: threads that wait for each other, for a lock whose "
        "holder has ended, for a signal that came too early, for an event that nobody is left to "
        "cause. Then every thread that waits: for what, since when, at which place, and who holds "
        "it. Threads of a process that ended by itself were left behind, not hanging.\n\n"
        "A running process is looked at twice, a tenth of a second apart; only waits that were "
        "the same both times count.\n\n"
        "The exit status is 66 if it hangs, else 0; 3 if there is no trace, 4 if there is no such "
        "process.",
    .options = hang_options,
};
