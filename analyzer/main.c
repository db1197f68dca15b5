/* Finds the sub-command and runs it. */
#include <stdio.h>
#include <string.h>

#include "cmd/cmd.h"

/* Spellings that people try first, and what `make install` asks for. */
struct alias {
    const char *spelling;
    int (*run)(void);
};

static const struct alias aliases[] = {
    {"--version", jam_help_version},
    {"-V", jam_help_version},
    {"--help", jam_help_overview},
    {"-h", jam_help_overview},
    {"--completion=bash", jam_completion_bash},
    {"--completion=zsh", jam_completion_zsh},
    {"--completion=fish", jam_completion_fish},
};

/* `lockjam report --help` is `lockjam help report`; behind "--" it belongs to somebody else. */
static int wants_help(int argc, char **argv)
{
    return argc == 2 && strcmp(argv[1], "--help") == 0;
}

static int run_command(int argc, char **argv)
{
    const struct jam_command *command = jam_command_find(argv[0]);
    if (!command) {
        fprintf(stderr, "lockjam: there is no command '%s'\nTry 'lockjam help'.\n", argv[0]);
        return JAM_EXIT_USAGE;
    }
    if (wants_help(argc, argv)) {
        char *help[] = {"help", argv[0], NULL};
        return jam_command_help.run(2, help);
    }
    return command->run(argc, argv);
}

/* The product goes to standard output: if that cannot be written, nothing was done. */
static int finish(int status)
{
    if (fflush(stdout) == 0 && !ferror(stdout))
        return status;
    perror("lockjam: cannot write to standard output");
    return JAM_EXIT_SYSTEM;
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        jam_help_overview();
        return finish(JAM_EXIT_USAGE);
    }
    for (size_t i = 0; i < sizeof aliases / sizeof aliases[0]; i++)
        if (strcmp(argv[1], aliases[i].spelling) == 0)
            return finish(aliases[i].run());
    return finish(run_command(argc - 1, argv + 1));
}
