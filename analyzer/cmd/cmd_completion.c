/*
 * Shell completion: scripts for bash, zsh and fish, made from the table of commands.
 *
 * `lockjam --completion=SHELL` prints one; `make install` puts them where the shells look. It is no
 * command, because nobody needs to know it.
 */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "cmd/cmd.h"

static bool takes_value(const struct jam_option *option)
{
    return option->type != JAM_OPTION_FLAG;
}

static void print_choices(const struct jam_option *option)
{
    for (const char *const *choice = option->choices; choice && *choice; choice++)
        printf("%s%s", choice == option->choices ? "" : " ", *choice);
}

/* What may stand at an operand's place. */
static bool takes_command(const struct jam_command *command)
{
    return strstr(command->synopsis, "CMD") != NULL;
}

static bool takes_files(const struct jam_command *command)
{
    return strstr(command->synopsis, "TRACE") || strstr(command->synopsis, "OLD") ||
           takes_command(command);
}

static void bash_options(const struct jam_command *command)
{
    printf("    %s) words=\"--help", command->name);
    for (const struct jam_option *row = command->options; row && row->long_name; row++)
        printf(" --%s%s", row->long_name, takes_value(row) ? "=" : "");
    puts("\" ;;");
}

/* Values that are no choices are taken for files: most are. */
static void bash_values(const struct jam_command *command)
{
    for (const struct jam_option *row = command->options; row && row->long_name; row++) {
        if (!takes_value(row))
            continue;
        printf("    %s:--%s", command->name, row->long_name);
        if (row->short_name)
            printf("|%s:-%c", command->name, row->short_name);
        printf(") kind=%s words=\"", row->choices ? "words" : "files");
        print_choices(row);
        puts("\" ;;");
    }
}

static void bash_name_list(bool (*is_wanted)(const struct jam_command *))
{
    bool is_first = true;
    for (const struct jam_command *const *command = jam_commands; *command; command++) {
        if (is_wanted && !is_wanted(*command))
            continue;
        printf("%s%s", is_first ? "" : is_wanted ? "|" : " ", (*command)->name);
        is_first = false;
    }
}

int jam_completion_bash(void)
{
    puts("# Completion of lockjam for bash, printed by `lockjam --completion=bash`.\n"
         "_lockjam()\n{\n"
         "    local current=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]}\n"
         "    local command=${COMP_WORDS[1]} option= kind=words words= i\n"
         "    COMPREPLY=()\n"
         "    # bash takes --by=site for three words\n"
         "    if [[ $current == = ]]; then option=$before current=\n"
         "    elif [[ $before == = ]]; then option=${COMP_WORDS[COMP_CWORD - 2]}\n"
         "    elif [[ $before == -* ]]; then option=$before\n"
         "    fi\n"
         "    for ((i = 2; i < COMP_CWORD; i++)); do\n"
         "        [[ ${COMP_WORDS[i]} == -- ]] && kind=command\n"
         "    done\n"
         "    if ((COMP_CWORD == 1)); then");
    printf("        words=\"");
    bash_name_list(NULL);
    puts(" --help --version\"\n    else\n        case $command:$option in");
    for (const struct jam_command *const *command = jam_commands; *command; command++)
        bash_values(*command);
    puts("    *) option= ;;\n        esac\n"
         "        [[ $option || $kind == command ]] || case $command in");
    for (const struct jam_command *const *command = jam_commands; *command; command++)
        if ((*command)->options)
            bash_options(*command);
    printf("    help) words=\"");
    bash_name_list(NULL);
    printf(
        "\" ;;\n        esac\n        [[ $option || $current == -* ]] || case $command in\n    ");
    bash_name_list(takes_files);
    puts(") [[ $kind == command ]] || kind=files ;;\n        esac\n    fi\n"
         "    case $kind in\n"
         "    command) COMPREPLY=($(compgen -c -- \"$current\")) ;&\n"
         "    files) COMPREPLY+=($(compgen -f -- \"$current\")); compopt -o filenames 2>/dev/null "
         ";;\n"
         "    words) COMPREPLY=($(compgen -W \"$words\" -- \"$current\"))\n"
         "        [[ ${COMPREPLY[0]-} == *= ]] && compopt -o nospace 2>/dev/null ;;\n"
         "    esac\n    return 0\n}\n"
         "complete -F _lockjam lockjam");
    return JAM_EXIT_OK;
}

/* A text within single quotes; in zsh's _arguments some characters mean something besides. */
static void print_quoted(const char *text, const char *escaped)
{
    for (; *text; text++) {
        if (*text == '\'')
            fputs("'\\'", stdout);
        else if (strchr(escaped, *text))
            putchar('\\');
        putchar(*text);
    }
}

static void zsh_value(const struct jam_option *row)
{
    if (!takes_value(row))
        return;
    printf(":%s:", row->argument ? row->argument : "value");
    if (row->choices) {
        putchar('(');
        print_choices(row);
        putchar(')');
    } else {
        fputs("_files", stdout);
    }
}

static void zsh_option(const struct jam_option *row)
{
    printf("            '--%s%s[", row->long_name, takes_value(row) ? "=" : "");
    print_quoted(row->help, "[]:");
    putchar(']');
    zsh_value(row);
    puts("' \\");
    if (!row->short_name)
        return;
    printf("            '-%c%s[", row->short_name, takes_value(row) ? "+" : "");
    print_quoted(row->help, "[]:");
    putchar(']');
    zsh_value(row);
    puts("' \\");
}

static void zsh_command(const struct jam_command *command)
{
    if (strcmp(command->name, "help") == 0) {
        puts("        help) _describe command commands ;;");
        return;
    }
    printf("        %s) _arguments -s \\\n", command->name);
    for (const struct jam_option *row = command->options; row && row->long_name; row++)
        zsh_option(row);
    puts(takes_command(command) ? "            '*::command:_normal' ;;"
         : takes_files(command) ? "            '*:file:_files' ;;"
                                : "            '*:process:_pids' ;;");
}

int jam_completion_zsh(void)
{
    puts("#compdef lockjam\n"
         "# Completion of lockjam for zsh, printed by `lockjam --completion=zsh`.\n"
         "_lockjam()\n{\n    local -a commands\n    commands=(");
    for (const struct jam_command *const *command = jam_commands; *command; command++) {
        printf("        '%s:", (*command)->name);
        print_quoted((*command)->summary, ":");
        puts("'");
    }
    puts("    )\n"
         "    if ((CURRENT == 2)); then\n"
         "        _describe command commands\n"
         "    else\n"
         "        local name=$words[2]\n"
         "        shift words\n"
         "        ((CURRENT--))\n"
         "        case $name in");
    for (const struct jam_command *const *command = jam_commands; *command; command++)
        zsh_command(*command);
    puts("        esac\n    fi\n}\n"
         "# Read by compinit it is the function's body; sourced, it registers itself.\n"
         "if [[ $funcstack[1] == _lockjam ]]; then _lockjam \"$@\"; else compdef _lockjam lockjam; "
         "fi");
    return JAM_EXIT_OK;
}

static void fish_option(const char *command, const struct jam_option *row)
{
    printf("complete -c lockjam -n '__fish_seen_subcommand_from %s' -l %s", command,
           row->long_name);
    if (row->short_name)
        printf(" -s %c", row->short_name);
    if (row->choices) {
        fputs(" -x -a '", stdout);
        print_choices(row);
        putchar('\'');
    } else if (takes_value(row)) {
        fputs(" -r -F", stdout);
    }
    fputs(" -d '", stdout);
    print_quoted(row->help, "");
    puts("'");
}

int jam_completion_fish(void)
{
    puts("# Completion of lockjam for fish, printed by `lockjam --completion=fish`.\n"
         "complete -c lockjam -n __fish_use_subcommand -f");
    for (const struct jam_command *const *command = jam_commands; *command; command++) {
        const char *name = (*command)->name;
        printf("complete -c lockjam -n __fish_use_subcommand -a %s -d '", name);
        print_quoted((*command)->summary, "");
        printf("'\ncomplete -c lockjam -n '__fish_seen_subcommand_from help' -f -a %s\n", name);
        for (const struct jam_option *row = (*command)->options; row && row->long_name; row++)
            fish_option(name, row);
        if (!takes_files(*command))
            printf("complete -c lockjam -n '__fish_seen_subcommand_from %s' -f\n", name);
        if (strcmp((*command)->synopsis + strlen((*command)->synopsis) - 3, "PID") == 0)
            printf("complete -c lockjam -n '__fish_seen_subcommand_from %s' -a "
                   "'(__fish_complete_pids)'\n",
                   name);
    }
    return JAM_EXIT_OK;
}
