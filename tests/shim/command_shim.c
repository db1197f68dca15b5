/* Hands out the rows of the command table. */
#include "command_shim.h"

#include "cmd/cmd.h"

const char *jam_shim_command(size_t index)
{
    return jam_commands[index] ? jam_commands[index]->name : NULL;
}

const char *jam_shim_option(size_t index, size_t option, char *letter)
{
    const struct jam_option *rows = jam_commands[index]->options;
    if (!rows)
        return NULL;
    *letter = rows[option].short_name;
    return rows[option].long_name;
}

const char *jam_shim_choice(size_t index, size_t option, size_t choice)
{
    const char *const *choices = jam_commands[index]->options[option].choices;
    return choices ? choices[choice] : NULL;
}
