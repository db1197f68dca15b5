/* `lockjam help`: everything it prints comes from the command table. */
#include "cmd/cmd.h"

#include <stdio.h>
#include <string.h>

#ifndef JAM_VERSION
#define JAM_VERSION "0.1.0"
#endif

#define WRAP_COLUMNS   80
#define OPTION_COLUMNS 26 /* where the explanations of options begin */

int jam_help_version(void)
{
    printf("lockjam %s\n", JAM_VERSION);
    return JAM_EXIT_OK;
}

int jam_help_overview(void)
{
    puts("usage: lockjam COMMAND [OPTION]... [ARGUMENT]...\n\n"
         "Finds out which locks a program waits for, who waits and who makes it wait.\n");
    puts("Commands:");
    for (const struct jam_command *const *command = jam_commands; *command; command++)
        printf("  %-8s %s\n", (*command)->name, (*command)->summary);
    puts("\n'lockjam help COMMAND' tells more about one; 'lockjam --version' prints the version.");
    return JAM_EXIT_OK;
}

/* Prints text word by word, broken at WRAP_COLUMNS; "\n" in it starts a new line. */
static void print_wrapped(const char *text)
{
    size_t column = 0;
    while (*text) {
        size_t word = strcspn(text, " \n");
        if (column && column + 1 + word > WRAP_COLUMNS) {
            putchar('\n');
            column = 0;
        }
        column += (size_t)printf("%s%.*s", column ? " " : "", (int)word, text);
        text += word;
        for (; *text == '\n'; text++, column = 0)
            putchar('\n');
        text += *text == ' ';
    }
    putchar('\n');
}

/* "auto|always|never" for a choice without a name of its own, the argument's name otherwise. */
static void describe_value(const struct jam_option *row, char *text, size_t size)
{
    size_t used = 0;
    *text = '\0';
    if (!row->choices || row->argument) {
        snprintf(text, size, "%s", row->argument ? row->argument : "");
        return;
    }
    for (const char *const *choice = row->choices; *choice && used < size; choice++)
        used += (size_t)snprintf(text + used, size - used, "%s%s", used ? "|" : "", *choice);
}

/* The choices of an option whose argument has a name, in lines below it. */
static void print_choices(const struct jam_option *row)
{
    size_t column = (size_t)printf("%*s", OPTION_COLUMNS, "");
    for (const char *const *choice = row->choices; *choice; choice++) {
        if (column + 2 + strlen(*choice) > WRAP_COLUMNS)
            column = (size_t)printf("\n%*s", OPTION_COLUMNS, "") - 1;
        column += (size_t)printf(" %s%s", *choice, choice[1] ? "," : "\n");
    }
}

static void print_option(const struct jam_option *row)
{
    char value[256];
    char left[320];
    describe_value(row, value, sizeof value);
    snprintf(left, sizeof left, "%c%c%s--%s%s%s", row->short_name ? '-' : ' ',
             row->short_name ? row->short_name : ' ', row->short_name ? ", " : "  ", row->long_name,
             *value ? "=" : "", value);
    if (strlen(left) + 2 < OPTION_COLUMNS)
        printf("  %-*s %s\n", OPTION_COLUMNS - 2, left, row->help);
    else
        printf("  %s\n%*s %s\n", left, OPTION_COLUMNS, "", row->help);
    if (row->choices && row->argument)
        print_choices(row);
}

static void print_command(const struct jam_command *command)
{
    printf("usage: lockjam %s%s%s\n\n%s.\n", command->name, *command->synopsis ? " " : "",
           command->synopsis, command->summary);
    if (command->description) {
        putchar('\n');
        print_wrapped(command->description);
    }
    if (!command->options)
        return;
    puts("\nOptions:");
    for (const struct jam_option *row = command->options; row->long_name; row++)
        print_option(row);
}

static int jam_cmd_help(int argc, char **argv)
{
    if (argc < 2)
        return jam_help_overview();
    const struct jam_command *command = jam_command_find(argv[1]);
    if (!command) {
        struct jam_error error = {0};
        jam_error_set(&error, JAM_ERROR_USAGE, "there is no command '%s'", argv[1]);
        return jam_command_fail("help", &error);
    }
    print_command(command);
    return JAM_EXIT_OK;
}

const struct jam_command jam_command_help = {
    .name = "help",
    .run = jam_cmd_help,
    .synopsis = "[COMMAND]",
    .summary = "Explain lockjam or one of its commands",
    .description = "Without COMMAND, lists the commands.",
};
