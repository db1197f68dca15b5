/* `lockjam report`: which locks cost what, who waits and who makes them wait. */
#include "cmd/cmd.h"
#include "render/html/render_html.h"
#include "render/render_report.h"
#include "util/output.h"
#include "util/pager.h"

enum report_format { FORMAT_TEXT, FORMAT_JSON, FORMAT_HTML };

static const struct {
    void (*render)(struct jam_report *, const struct jam_report_view *, FILE *);
    int (*render_check)(struct jam_check *, FILE *, struct jam_error *); /* leaves nothing out */
    uint64_t limit; /* unless the user says otherwise */
} formats[] = {
    [FORMAT_TEXT] = {jam_report_text, NULL, 10},
    [FORMAT_JSON] = {jam_report_json, NULL, 0},
    [FORMAT_HTML] = {NULL, jam_report_html, 0},
};

static const char *const format_choices[] = {"text", "json", "html", NULL};

#define NO_LIMIT_GIVEN UINT64_MAX

struct report_options {
    int by, sort, format, color;
    uint64_t limit;
    const char *output;
    bool is_quiet, is_verbose, is_unpaged;
};

#define AT(field) JAM_OPTION_AT(struct report_options, field)

static const struct jam_option report_options[] = {
    {"by", 0, JAM_OPTION_CHOICE, NULL, "what a line stands for", AT(by), jam_by_choices, 0, 0},
    {"sort", 's', JAM_OPTION_CHOICE, "KEY", "the column that decides the order (wait):", AT(sort),
     jam_column_keys, 0, 0},
    {"limit", 'n', JAM_OPTION_COUNT, "N", "show N locks or lines, 0 for all (text: 10)", AT(limit),
     NULL, 0, 1000000000},
    {"format", 'f', JAM_OPTION_CHOICE, NULL, "form of the report (text)", AT(format),
     format_choices, 0, 0},
    JAM_OPTION_ROW_OUTPUT(struct report_options, output),
    JAM_OPTION_ROW_COLOR(struct report_options, color),
    JAM_OPTION_ROW_NO_PAGER(struct report_options, is_unpaged),
    {"verbose", 'v', JAM_OPTION_FLAG, NULL, "whole call stacks and names", AT(is_verbose), NULL, 0,
     0},
    JAM_OPTION_ROW_QUIET(struct report_options, is_quiet),
    {0},
};

#undef AT

/* What the page tells of findings has no user's files behind it. */
static int open_traces(struct jam_check *check, char *const *paths, size_t count, int format,
                       struct jam_error *error)
{
    const struct jam_check_rules rules = {.fail_on = JAM_FAIL_FEASIBLE};
    *check = (struct jam_check){0};
    if (!formats[format].render_check)
        return jam_report_open(&check->report, paths, count, error);
    int status = jam_check_open(check, paths, count, error);
    return status ? status : jam_check_judge(check, &rules, error);
}

static int show(struct jam_check *check, const struct report_options *options,
                struct jam_output *output, struct jam_error *error)
{
    const struct jam_report_view view = {
        .by = (enum jam_by)options->by,
        .sort = (enum jam_column_id)options->sort,
        .limit = options->limit == NO_LIMIT_GIVEN ? formats[options->format].limit : options->limit,
        .is_verbose = options->is_verbose,
        .is_color = jam_color_is_on(options->color, jam_output_is_terminal(output)),
    };
    struct jam_error close_error;
    int status = 0;
    if (formats[options->format].render_check)
        status = formats[options->format].render_check(check, output->stream, error);
    else
        formats[options->format].render(&check->report, &view, output->stream);
    if (jam_output_close(output, &close_error) != 0 && !status) {
        *error = close_error;
        status = close_error.code;
    }
    return status;
}

/* paths[0 .. count - 1] are the traces. */
static int report_traces(char *const *paths, size_t count, const struct report_options *options,
                         struct jam_error *error)
{
    struct jam_check check;
    struct jam_output output;
    int status = open_traces(&check, paths, count, options->format, error);
    if (!status)
        status = jam_output_open(&output, options->output, paths, count, error);
    if (!status && options->format == FORMAT_TEXT && !options->is_unpaged)
        jam_pager_start(&output);
    if (!status)
        status = show(&check, options, &output, error);
    if (!status && !options->is_quiet)
        jam_report_notes(&check.report, stderr);
    jam_check_close(&check);
    return status;
}

/* Not every table has every column. */
static int check_sort(const struct report_options *options, struct jam_error *error)
{
    if (options->sort == JAM_COLUMN_NAME ||
        jam_columns[options->sort].known_in & JAM_IN(options->by))
        return 0;
    return jam_error_set(error, JAM_ERROR_USAGE,
                         "--sort=%s: a table with --by=%s has no such column",
                         jam_column_keys[options->sort], jam_by_choices[options->by]);
}

static int jam_cmd_report(int argc, char **argv)
{
    struct report_options options = {.limit = NO_LIMIT_GIVEN};
    struct jam_error error = {0};
    const struct jam_command_line line = {argc, argv, JAM_OPERANDS_MIXED};
    int count = jam_options_parse(report_options, &line, &options, &error);
    if (count == 0)
        count = jam_error_set(&error, JAM_ERROR_USAGE, "which trace? None was given");
    if (count > 0 && check_sort(&options, &error) != 0)
        count = error.code;
    if (count < 0 || report_traces(argv + 1, (size_t)count, &options, &error) != 0)
        return jam_command_fail("report", &error);
    return JAM_EXIT_OK;
}

const struct jam_command jam_command_report = {
    .name = "report",
    .run = jam_cmd_report,
    .synopsis = "[OPTION]... TRACE...",
    .summary = "Tell which locks a program waited for, who waited and who made them wait",
    .description =
        "Reads one or more traces and lists locks by the time that threads waited for them. Under "
        "each lock stand the call sites that waited and, below each, the call sites that held the "
        "lock meanwhile. Condition variables, semaphores and joins, at which programs wait on "
        "purpose, have tables of their own.\n\n"
        "--by=site adds up over locks by the place in the source that acquires them, --by=class "
        "over all locks that were created (or, if nothing creates them, first used) at the same "
        "place, --by=thread lists the threads. Several traces are added up in these tables; locks "
        "of different processes are never the same lock.\n\n"
        "--format=html writes one file for a browser, which needs no network: all locks and call "
        "sites, flame graphs, the threads over time, the findings of check and the lock-order "
        "graph.\n\n"
        "A trace of a running program can be read as well: the report tells what it recorded up "
        "to now.",
    .options = report_options,
};
