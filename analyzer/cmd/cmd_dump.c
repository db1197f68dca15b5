/* `lockjam dump`: every record of a trace as one line of text. */
#include "cmd/cmd.h"
#include "render/render_dump.h"
#include "util/output.h"

struct dump_options {
    const char *output;
    bool is_raw, is_quiet;
};

#define AT(field) JAM_OPTION_AT(struct dump_options, field)

static const struct jam_option dump_options[] = {
    JAM_OPTION_ROW_OUTPUT(struct dump_options, output),
    {"raw", 0, JAM_OPTION_FLAG, NULL, "addresses only: look up no names", AT(is_raw), NULL, 0, 0},
    JAM_OPTION_ROW_QUIET(struct dump_options, is_quiet),
    {0},
};

#undef AT

static int write_dump(const struct jam_dump *dump, const struct dump_options *options,
                      struct jam_error *error)
{
    struct jam_dump writing = *dump;
    struct jam_output output;
    struct jam_error close_error;
    char *inputs[] = {dump->trace->path};
    int status = jam_output_open(&output, options->output, inputs, 1, error);
    if (status)
        return status;
    writing.out = output.stream;
    status = jam_dump_trace(&writing, error);
    if (jam_output_close(&output, &close_error) != 0 && !status) {
        *error = close_error;
        status = close_error.code;
    }
    return status;
}

static int dump_trace(struct jam_trace *trace, const struct dump_options *options,
                      struct jam_error *error)
{
    struct jam_facts facts;
    struct jam_dump dump = {.trace = trace, .facts = &facts};
    int status = jam_facts_init(&facts, trace, error);
    if (!status && !options->is_raw) {
        dump.frames = jam_frames_new(trace);
        status = dump.frames ? 0 : jam_error_memory(error);
    }
    if (!status)
        status = write_dump(&dump, options, error);
    if (!status && !options->is_quiet)
        jam_frames_notes(trace, dump.frames, stderr);
    jam_frames_free(dump.frames);
    jam_facts_fini(&facts);
    return status;
}

static int dump_path(const char *path, const struct dump_options *options, struct jam_error *error)
{
    struct jam_trace *trace;
    int status = jam_trace_open(&trace, path, error);
    if (status)
        return status;
    status = dump_trace(trace, options, error);
    jam_trace_close(trace);
    return status;
}

static int jam_cmd_dump(int argc, char **argv)
{
    struct dump_options options = {0};
    struct jam_error error = {0};
    const struct jam_command_line line = {argc, argv, JAM_OPERANDS_MIXED};
    int count = jam_options_parse(dump_options, &line, &options, &error);
    if (count >= 0 && count != 1)
        count = jam_error_set(&error, JAM_ERROR_USAGE,
                              count ? "one trace at a time" : "which trace? None was given");
    if (count < 0 || dump_path(argv[1], &options, &error) != 0)
        return jam_command_fail("dump", &error);
    return JAM_EXIT_OK;
}

const struct jam_command jam_command_dump = {
    .name = "dump",
    .run = jam_cmd_dump,
    .synopsis = "[OPTION]... TRACE",
    .summary = "Print every record of a trace as one line of text",
    .description =
        "For people with grep and for scripts. A line is a word that names the kind of record, "
        "then key=value pairs; texts stand in double quotes. Times are nanoseconds since the "
        "session began. The events of all threads come last, in the order of time.\n\n"
        "Words: trace, lost, extent, string, module, stack, thread, lock, site, waits, holds, "
        "blame, dependency, holders, holder, lane, waiting, held, event, damage. Keys are never "
        "renamed; new ones are added at the end of a line.",
    .options = dump_options,
};
