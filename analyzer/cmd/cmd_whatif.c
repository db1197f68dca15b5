/* `lockjam whatif`: how long the run would take if a lock's critical sections were other ones. */
#include "cmd/cmd.h"
#include "render/render_whatif.h"
#include "util/output.h"

enum whatif_format { FORMAT_TEXT, FORMAT_JSON };

static void (*const renderers[])(const struct jam_whatif_answer *, struct jam_report *, FILE *) = {
    [FORMAT_TEXT] = jam_whatif_text,
    [FORMAT_JSON] = jam_whatif_json,
};

static const char *const format_choices[] = {"text", "json", NULL};

#define MOST_HOLD 1000.0
#define NOT_GIVEN (-1.0)

struct whatif_options {
    struct jam_whatif_question question;
    int format;
    const char *output;
    bool is_quiet;
};

#define AT(field) JAM_OPTION_AT(struct whatif_options, field)

static const struct jam_option whatif_options[] = {
    {"lock", 'l', JAM_OPTION_STRING, "NAME", "the lock, as a report or diff names it, or #ID",
     AT(question.lock), NULL, 0, 0},
    {"hold", 0, JAM_OPTION_FRACTION, "FACTOR", "hold it for FACTOR times as long (0.5: half)",
     AT(question.hold), NULL, 0, 0},
    {"remove", 0, JAM_OPTION_FLAG, NULL, "let nobody wait for it", AT(question.is_removed), NULL, 0,
     0},
    {"as-rwlock", 0, JAM_OPTION_FLAG, NULL, "let readers in together (see --writers)",
     AT(question.is_rwlock), NULL, 0, 0},
    {"writers", 0, JAM_OPTION_STRING, "LIST", "functions that write, separated by commas",
     AT(question.writers), NULL, 0, 0},
    {"format", 'f', JAM_OPTION_CHOICE, NULL, "form of the answer (text)", AT(format),
     format_choices, 0, 0},
    JAM_OPTION_ROW_OUTPUT(struct whatif_options, output),
    JAM_OPTION_ROW_QUIET(struct whatif_options, is_quiet),
    {0},
};

#undef AT

static int check_question(struct jam_whatif_question *question, struct jam_error *error)
{
    bool has_hold = question->hold != NOT_GIVEN;
    if (!question->lock || !*question->lock)
        return jam_error_set(error, JAM_ERROR_USAGE, "which lock? --lock=NAME is missing");
    if (has_hold + question->is_removed + question->is_rwlock != 1)
        return jam_error_set(error, JAM_ERROR_USAGE,
                             "one of --hold, --remove and --as-rwlock is wanted");
    if (question->writers && !question->is_rwlock)
        return jam_error_set(error, JAM_ERROR_USAGE, "--writers belongs to --as-rwlock");
    if (has_hold && question->hold > MOST_HOLD)
        return jam_error_set(error, JAM_ERROR_USAGE, "--hold: more than %g times", MOST_HOLD);
    if (!has_hold)
        question->hold = 1;
    return 0;
}

static int ask(struct jam_report *report, const struct whatif_options *options,
               struct jam_whatif_answer *answer, struct jam_error *error)
{
    const struct jam_report_process *process = &report->processes[0];
    int status = jam_whatif_find(answer, report, &options->question, error);
    const struct jam_trace_whatif whatif = {
        .locks = &answer->locks,
        .change = {.hold = options->question.hold,
                   .is_removed = options->question.is_removed,
                   .is_rwlock = options->question.is_rwlock,
                   .writers = &answer->writers},
    };
    if (!status)
        status =
            jam_trace_predict(process->trace, &process->facts, &whatif, &answer->prediction, error);
    return status;
}

static int answer_trace(char *const *path, const struct whatif_options *options,
                        struct jam_error *error)
{
    struct jam_report report;
    struct jam_whatif_answer answer = {0};
    struct jam_output output;
    int status = jam_report_open(&report, path, 1, error);
    if (!status)
        status = ask(&report, options, &answer, error);
    if (!status)
        status = jam_output_open(&output, options->output, path, 1, error);
    if (!status) {
        renderers[options->format](&answer, &report, output.stream);
        status = jam_output_close(&output, error);
    }
    if (!status && !options->is_quiet)
        jam_report_notes(&report, stderr);
    jam_whatif_answer_fini(&answer);
    jam_report_close(&report);
    return status;
}

static int jam_cmd_whatif(int argc, char **argv)
{
    struct whatif_options options = {.question = {.hold = NOT_GIVEN}};
    struct jam_error error = {0};
    const struct jam_command_line line = {argc, argv, JAM_OPERANDS_MIXED};
    int count = jam_options_parse(whatif_options, &line, &options, &error);
    if (count >= 0 && count != 1)
        count = jam_error_set(&error, JAM_ERROR_USAGE, "one trace is wanted");
    if (count >= 0 && check_question(&options.question, &error) != 0)
        count = error.code;
    if (count < 0 || answer_trace(argv + 1, &options, &error) != 0)
        return jam_command_fail("whatif", &error);
    return JAM_EXIT_OK;
}

const struct jam_command jam_command_whatif = {
    .name = "whatif",
    .run = jam_cmd_whatif,
    .synopsis = "--lock=NAME --hold=FACTOR | --remove | --as-rwlock [OPTION]... TRACE",
    .summary = "Predict the run time if a lock's critical sections were shorter",
    .description =
        "Simulates the recorded run twice: as it was, and with the change. Every thread does again "
        "what it did, but waits for whoever has the lock now. The ratio of both is the "
        "prediction.\n\n"
        "--hold shrinks the time between acquire and release, --remove lets all threads in at "
        "once (what they do inside takes as long as before), --as-rwlock lets all in together but "
        "the call sites in functions of --writers.\n\n"
        "The trace must have every acquire and release from the beginning: record with "
        "--events=all and a --max-size that is large enough.",
    .options = whatif_options,
};
