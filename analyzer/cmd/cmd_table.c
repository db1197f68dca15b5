/* The list of commands, and what they share: finding one, reporting a failure. */
#include "cmd/cmd.h"

#include <stdio.h>
#include <string.h>

const struct jam_command *const jam_commands[] = {
    &jam_command_record,
    &jam_command_report,
    &jam_command_check,
    &jam_command_hang,
    &jam_command_top,
    &jam_command_graph,
    &jam_command_export,
    &jam_command_diff,
    &jam_command_whatif,
    &jam_command_dump,
    &jam_command_doctor,
    &jam_command_help,
    NULL,
};

const struct jam_command *jam_command_find(const char *name)
{
    for (const struct jam_command *const *command = jam_commands; *command; command++)
        if (strcmp((*command)->name, name) == 0)
            return *command;
    return NULL;
}

int jam_command_fail(const char *name, const struct jam_error *error)
{
    fprintf(stderr, "lockjam %s: %s\n", name, error->text);
    switch (error->code) {
    case JAM_ERROR_USAGE:
        fprintf(stderr, "Try 'lockjam help %s'.\n", name);
        return JAM_EXIT_USAGE;
    case JAM_ERROR_INPUT:
        return JAM_EXIT_INPUT;
    default:
        return JAM_EXIT_SYSTEM;
    }
}
