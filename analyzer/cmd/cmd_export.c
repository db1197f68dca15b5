/* `lockjam export`: a trace for other tools. */
#include "cmd/cmd.h"
#include "render/render_export.h"
#include "util/output.h"

enum export_format { FORMAT_PPROF, FORMAT_PERFETTO, FORMAT_COLLAPSED, FORMAT_CSV, FORMAT_SQLITE };

static const struct {
    int (*write)(struct jam_report *, const struct jam_export_view *, FILE *, struct jam_error *);
    bool is_binary;
} formats[] = {
    [FORMAT_PPROF] = {jam_export_pprof, true},
    [FORMAT_PERFETTO] = {jam_export_perfetto, false},
    [FORMAT_COLLAPSED] = {jam_export_collapsed, false},
    [FORMAT_CSV] = {jam_export_csv, false},
    [FORMAT_SQLITE] = {jam_export_sqlite, true},
};

static const char *const format_choices[] = {"pprof", "perfetto", "collapsed",
                                             "csv",   "sqlite",   NULL};
static const char *const side_choices[] = {"waiter", "blocker", NULL};
static const char *const waits_choices[] = {"locks", "all", NULL};
static const char *const table_choices[] = {
    "lock_report", "site_report", "blame_report", "class_report", "thread_report", "wait_report",
    "processes",   "threads",     "stacks",       "frames",       "locks",         "sites",
    "blames",      "histograms",  "holds",        "wakes",        "waits",         NULL};

#define NO_FORMAT_GIVEN (-1)

struct export_options {
    int format, side, waits, table;
    const char *output;
    bool is_quiet;
};

#define AT(field) JAM_OPTION_AT(struct export_options, field)

static const struct jam_option export_options[] = {
    {"format", 'f', JAM_OPTION_CHOICE, NULL, "what to write", AT(format), format_choices, 0, 0},
    JAM_OPTION_ROW_OUTPUT(struct export_options, output),
    {"side", 0, JAM_OPTION_CHOICE, NULL, "whose call stacks carry the time (waiter)", AT(side),
     side_choices, 0, 0},
    {"waits", 0, JAM_OPTION_CHOICE, NULL, "waits for locks, or all (locks)", AT(waits),
     waits_choices, 0, 0},
    {"table", 't', JAM_OPTION_CHOICE, "TABLE", "csv: the table to print (lock_report):", AT(table),
     table_choices, 0, 0},
    JAM_OPTION_ROW_QUIET(struct export_options, is_quiet),
    {0},
};

#undef AT

static int write_export(struct jam_report *report, const struct export_options *options,
                        struct jam_output *output, struct jam_error *error)
{
    const struct jam_export_view view = {
        .side = (enum jam_side)options->side,
        .is_everything = options->waits,
        .table = table_choices[options->table],
    };
    struct jam_error close_error;
    int status = 0;
    if (formats[options->format].is_binary && jam_output_is_terminal(output))
        status =
            jam_error_set(error, JAM_ERROR_USAGE, "this form is not text: give it a file with -o");
    if (!status)
        status = formats[options->format].write(report, &view, output->stream, error);
    if (jam_output_close(output, &close_error) != 0 && !status) {
        *error = close_error;
        status = close_error.code;
    }
    return status;
}

/* paths[0 .. count - 1] are the traces. */
static int export_traces(char *const *paths, size_t count, const struct export_options *options,
                         struct jam_error *error)
{
    struct jam_report report;
    struct jam_output output;
    int status = jam_report_open(&report, paths, count, error);
    if (!status)
        status = jam_output_open(&output, options->output, paths, count, error);
    if (!status)
        status = write_export(&report, options, &output, error);
    if (!status && !options->is_quiet)
        jam_report_notes(&report, stderr);
    jam_report_close(&report);
    return status;
}

static int jam_cmd_export(int argc, char **argv)
{
    struct export_options options = {.format = NO_FORMAT_GIVEN};
    struct jam_error error = {0};
    const struct jam_command_line line = {argc, argv, JAM_OPERANDS_MIXED};
    int count = jam_options_parse(export_options, &line, &options, &error);
    if (count == 0)
        count = jam_error_set(&error, JAM_ERROR_USAGE, "which trace? None was given");
    if (count > 0 && options.format == NO_FORMAT_GIVEN)
        count = jam_error_set(&error, JAM_ERROR_USAGE, "which form? Give it with --format");
    if (count < 0 || export_traces(argv + 1, (size_t)count, &options, &error) != 0)
        return jam_command_fail("export", &error);
    return JAM_EXIT_OK;
}

const struct jam_command jam_command_export = {
    .name = "export",
    .run = jam_cmd_export,
    .synopsis = "--format=FORMAT [OPTION]... TRACE...",
    .summary = "Write traces in the forms of other tools",
    .description =
        "pprof: a profile for 'go tool pprof' with contentions and delay by call stack. "
        "collapsed: a line a call stack with its waiting time in nanoseconds, for flame graph "
        "tools. In both, --side=waiter gives the time to the call stacks that waited, "
        "--side=blocker to those that held the lock meanwhile or woke the waiter; waits at "
        "condition variables, semaphores, barriers and joins, which programs make on purpose, are "
        "left out without --waits=all.\n\n"
        "perfetto: JSON for ui.perfetto.dev and chrome://tracing: what each thread waited for and "
        "held when, with arrows from a wait to what ended it. It is made from events: "
        "'record --events=all' shows every hold, the default those that somebody waited for.\n\n"
        "sqlite: a database with everything, to be asked in SQL. csv: one table or view of it.",
    .options = export_options,
};
