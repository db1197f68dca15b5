/* `lockjam graph`: the lock-order graph, to look at. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cmd/cmd.h"
#include "render/render_graph.h"
#include "util/output.h"

enum graph_format { FORMAT_DOT, FORMAT_SVG, FORMAT_JSON };

static const char *const format_choices[] = {"dot", "svg", "json", NULL};
static const char *const by_choices[] = {"auto", "lock", "class", NULL};

struct graph_options {
    int format, by;
    const char *output;
    bool is_quiet;
};

#define AT(field) JAM_OPTION_AT(struct graph_options, field)

static const struct jam_option graph_options[] = {
    {"format", 'f', JAM_OPTION_CHOICE, NULL, "form of the graph (dot)", AT(format), format_choices,
     0, 0},
    {"by", 0, JAM_OPTION_CHOICE, NULL,
     "what a node stands for; auto: a lock, with more than 100 of them a class", AT(by), by_choices,
     0, 0},
    JAM_OPTION_ROW_OUTPUT(struct graph_options, output),
    JAM_OPTION_ROW_QUIET(struct graph_options, is_quiet),
    {0},
};

#undef AT

extern char **environ;

/* Starts Graphviz; what is written into the result it draws into the stream. */
static FILE *start_dot(FILE *out, pid_t *child, struct jam_error *error)
{
    char *const arguments[] = {"dot", "-Tsvg", NULL};
    posix_spawn_file_actions_t actions;
    int ends[2];
    fflush(out);
    if (pipe2(ends, O_CLOEXEC) != 0) {
        jam_error_set(error, JAM_ERROR_SYSTEM, "cannot make a pipe: %s", strerror(errno));
        return NULL;
    }
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[0], STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, fileno(out), STDOUT_FILENO);
    int status = posix_spawnp(child, arguments[0], &actions, NULL, arguments, environ);
    posix_spawn_file_actions_destroy(&actions);
    close(ends[0]);
    FILE *stream = status ? NULL : fdopen(ends[1], "w");
    if (stream)
        return stream;
    close(ends[1]);
    jam_error_set(error, JAM_ERROR_SYSTEM,
                  "cannot start dot, which draws the graph: %s (Debian package graphviz)",
                  strerror(status ? status : errno));
    return NULL;
}

/* A dot that dies while we write to it is told by its status, not by a signal to us. */
static int put_svg(struct jam_order_graph *graph, FILE *out, struct jam_error *error)
{
    pid_t child;
    int status = 0;
    FILE *stream = start_dot(out, &child, error);
    if (!stream)
        return error->code;
    signal(SIGPIPE, SIG_IGN);
    jam_order_graph_dot(graph, stream);
    fclose(stream);
    while (waitpid(child, &status, 0) < 0 && errno == EINTR)
        ;
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return 0;
    return jam_error_set(error, JAM_ERROR_SYSTEM, "dot could not draw the graph");
}

static int put(struct jam_order_graph *graph, int format, FILE *out, struct jam_error *error)
{
    if (format == FORMAT_SVG)
        return put_svg(graph, out, error);
    if (format == FORMAT_JSON)
        jam_order_graph_json(graph, out);
    else
        jam_order_graph_dot(graph, out);
    return 0;
}

static int draw(struct jam_check *check, const struct graph_options *options,
                struct jam_output *output, struct jam_error *error)
{
    struct jam_order_graph graph;
    int status = jam_order_graph_init(&graph, check, (enum jam_graph_by)options->by, error);
    if (!status)
        status = put(&graph, options->format, output->stream, error);
    jam_order_graph_fini(&graph);
    struct jam_error unwritten = {0};
    if (jam_output_close(output, &unwritten) != 0 && !status) {
        *error = unwritten;
        status = unwritten.code;
    }
    return status;
}

static int graph_traces(char *const *paths, size_t count, const struct graph_options *options,
                        struct jam_error *error)
{
    struct jam_check check;
    struct jam_output output;
    int status = jam_check_open(&check, paths, count, error);
    if (!status)
        status = jam_output_open(&output, options->output, paths, count, error);
    if (!status)
        status = draw(&check, options, &output, error);
    if (!status && !options->is_quiet)
        jam_report_notes(&check.report, stderr);
    jam_check_close(&check);
    return status;
}

static int jam_cmd_graph(int argc, char **argv)
{
    struct graph_options options = {0};
    struct jam_error error = {0};
    const struct jam_command_line line = {argc, argv, JAM_OPERANDS_MIXED};
    int count = jam_options_parse(graph_options, &line, &options, &error);
    if (count == 0)
        count = jam_error_set(&error, JAM_ERROR_USAGE, "which trace? None was given");
    if (count < 0 || graph_traces(argv + 1, (size_t)count, &options, &error) != 0)
        return jam_command_fail("graph", &error);
    return JAM_EXIT_OK;
}

const struct jam_command jam_command_graph = {
    .name = "graph",
    .run = jam_cmd_graph,
    .synopsis = "[OPTION]... TRACE...",
    .summary = "Draw the lock-order graph",
    .description =
        "An arrow leads from a lock that was held to one that was asked for meanwhile. Cycles that "
        "can happen are red, weak ones orange, those that a filter excludes blue and dashed. Locks "
        "of one class stand in one frame.\n\n"
        "Drawn are arrows from the newest lock that was held; those from older ones follow from "
        "them and are left out unless they are part of a cycle. JSON has them all. --format=svg "
        "needs Graphviz.",
    .options = graph_options,
};
