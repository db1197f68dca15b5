/*
 * The commands of `lockjam`.
 *
 * Each sub-command is one file cmd_NAME.c that defines `jam_command_NAME`, a row that says
 * everything about it; cmd_table.c lists the rows. Help, usage errors, man pages and shell
 * completion are made from them. To add a command: write the file, declare its row below, name it
 * in cmd_table.c.
 *
 * Commands are the only place that prints to standard error and that knows exit statuses.
 */
#ifndef JAM_CMD_H
#define JAM_CMD_H

#include "util/options.h"

/* Exit statuses that users rely on. Other numbers are those of a recorded program. */
enum jam_exit {
    JAM_EXIT_OK = 0,
    JAM_EXIT_USAGE = 2,     /* wrong usage */
    JAM_EXIT_INPUT = 3,     /* an input cannot be read */
    JAM_EXIT_SYSTEM = 4,    /* the system refused something */
    JAM_EXIT_FINDINGS = 66, /* `check` found something, `diff` a regression */
    JAM_EXIT_TIMEOUT = 124, /* the time of --timeout was up, and nothing certain was found */
};

struct jam_command {
    const char *name;
    /* argv[0] is the command's name; returns the exit status. */
    int (*run)(int argc, char **argv);
    const char *synopsis;             /* behind the name: "[OPTION]... TRACE..." */
    const char *summary;              /* one line, no full stop */
    const char *description;          /* paragraphs for help and man page, separated by "\n\n" */
    const struct jam_option *options; /* NULL = none */
};

/* In the order in which help lists them; NULL ends. */
extern const struct jam_command *const jam_commands[];

extern const struct jam_command jam_command_record;
extern const struct jam_command jam_command_report;
extern const struct jam_command jam_command_check;
extern const struct jam_command jam_command_export;
extern const struct jam_command jam_command_diff;
extern const struct jam_command jam_command_dump;
extern const struct jam_command jam_command_hang;
extern const struct jam_command jam_command_top;
extern const struct jam_command jam_command_doctor;
extern const struct jam_command jam_command_graph;
extern const struct jam_command jam_command_whatif;
extern const struct jam_command jam_command_help;

/* The command of that name, NULL if there is none. */
const struct jam_command *jam_command_find(const char *name);

/*
 * Prints "lockjam NAME: TEXT" on standard error, for usage errors with a hint at the help, and
 * returns the exit status that belongs to error->code.
 */
int jam_command_fail(const char *name, const struct jam_error *error);

/* What `lockjam --version` and `lockjam help [NAME]` print; 0 or an exit status. */
int jam_help_version(void);
int jam_help_overview(void);

/* Print a script that completes command lines in that shell; JAM_EXIT_OK. */
int jam_completion_bash(void);
int jam_completion_zsh(void);
int jam_completion_fish(void);

#endif
