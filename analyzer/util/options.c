/* The table-driven option parser; knows no command. */
#include "util/options.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

const char *const jam_color_choices[] = {"auto", "always", "never", NULL};

bool jam_color_is_on(int color, bool is_terminal)
{
    return color == JAM_COLOR_AUTO ? is_terminal : color == JAM_COLOR_ALWAYS;
}

/* Where the parser stands on the command line. */
struct cursor {
    const struct jam_option *rows;
    void *values;
    int argc;
    char **argv;
    int next;     /* argument to look at next */
    int operands; /* operands moved to argv[1..operands] so far */
    struct jam_error *error;
};

static const struct jam_option *find_prefix(const struct jam_option *rows, const char *name,
                                            size_t length)
{
    for (const struct jam_option *row = rows; row->long_name; row++)
        if (strlen(row->long_name) == length && memcmp(row->long_name, name, length) == 0)
            return row;
    return NULL;
}

static const struct jam_option *find_short(const struct jam_option *rows, char name)
{
    for (const struct jam_option *row = rows; row->long_name; row++)
        if (row->short_name && row->short_name == name)
            return row;
    return NULL;
}

/* How many bits a size suffix shifts, -1 for something else. */
static int suffix_shift(const char *suffix)
{
    static const char letters[] = "KMGT";
    if (!*suffix)
        return 0;
    const char *letter = strchr(letters, *suffix & ~0x20);
    if (!letter || (suffix[1] && strcmp(suffix + 1, "iB") != 0))
        return -1;
    return 10 * (int)(letter - letters + 1);
}

/* strtoull would accept signs, spaces and wrap around; a command line should not. */
static bool parse_number(const char *text, bool is_size, uint64_t *number)
{
    if (*text < '0' || *text > '9')
        return false;
    char *end;
    errno = 0;
    uint64_t value = strtoull(text, &end, 10);
    int shift = is_size ? suffix_shift(end) : (*end ? -1 : 0);
    if (errno == ERANGE || shift < 0 || (shift && value > UINT64_MAX >> shift))
        return false;
    *number = value << shift;
    return true;
}

static int store_number(const struct jam_option *row, uint64_t *field, const char *text,
                        struct jam_error *error)
{
    bool is_size = row->type == JAM_OPTION_SIZE;
    uint64_t number;
    if (!parse_number(text, is_size, &number))
        return jam_error_set(error, JAM_ERROR_USAGE, "--%s: '%s' is not a %s", row->long_name, text,
                             is_size ? "size (a number, with K, M, G or T if you like)" : "number");
    if (number < row->minimum)
        return jam_error_set(error, JAM_ERROR_USAGE, "--%s: %s is too small, the least is %llu",
                             row->long_name, text, (unsigned long long)row->minimum);
    if (row->maximum && number > row->maximum)
        return jam_error_set(error, JAM_ERROR_USAGE, "--%s: %s is too large, the most is %llu",
                             row->long_name, text, (unsigned long long)row->maximum);
    *field = number;
    return 0;
}

static int store_fraction(const struct jam_option *row, double *field, const char *text,
                          struct jam_error *error)
{
    char *end;
    double number = strtod(text, &end);
    if (end == text || *end || !isfinite(number) || number < 0)
        return jam_error_set(error, JAM_ERROR_USAGE, "--%s: '%s' is not a fraction such as 0.5",
                             row->long_name, text);
    *field = number;
    return 0;
}

static int choice_error(const struct jam_option *row, const char *text, struct jam_error *error)
{
    char list[512] = "";
    for (const char *const *choice = row->choices; *choice; choice++) {
        strncat(list, choice == row->choices ? "" : ", ", sizeof list - strlen(list) - 1);
        strncat(list, *choice, sizeof list - strlen(list) - 1);
    }
    return jam_error_set(error, JAM_ERROR_USAGE, "--%s: '%s' is none of %s", row->long_name, text,
                         list);
}

static int store_choice(const struct jam_option *row, int *field, const char *text,
                        struct jam_error *error)
{
    for (int i = 0; row->choices[i]; i++) {
        if (strcmp(row->choices[i], text) == 0) {
            *field = i;
            return 0;
        }
    }
    return choice_error(row, text, error);
}

int jam_options_store(const struct jam_option *row, void *values, const char *text,
                      struct jam_error *error)
{
    void *field = (char *)values + row->offset;
    switch (row->type) {
    case JAM_OPTION_FLAG:
        *(bool *)field = true;
        return 0;
    case JAM_OPTION_STRING:
        *(const char **)field = text;
        return 0;
    case JAM_OPTION_COUNT:
    case JAM_OPTION_SIZE:
        return store_number(row, field, text, error);
    case JAM_OPTION_FRACTION:
        return store_fraction(row, field, text, error);
    case JAM_OPTION_CHOICE:
        return store_choice(row, field, text, error);
    }
    return 0;
}

/* Takes the value from `attached` ("=x" or "-nx") or from the next argument. */
static int take_value(struct cursor *cursor, const struct jam_option *row, const char *attached)
{
    if (!attached && cursor->next < cursor->argc)
        attached = cursor->argv[cursor->next++];
    if (!attached)
        return jam_error_set(cursor->error, JAM_ERROR_USAGE, "option --%s needs a value",
                             row->long_name);
    return jam_options_store(row, cursor->values, attached, cursor->error);
}

static int parse_long(struct cursor *cursor, const char *text)
{
    const char *equals = strchr(text, '=');
    size_t length = equals ? (size_t)(equals - text) : strlen(text);
    const struct jam_option *row = find_prefix(cursor->rows, text, length);
    if (!row)
        return jam_error_set(cursor->error, JAM_ERROR_USAGE, "unknown option '--%.*s'",
                             (int)(length < 100 ? length : 100), text);
    if (row->type != JAM_OPTION_FLAG)
        return take_value(cursor, row, equals ? equals + 1 : NULL);
    if (equals)
        return jam_error_set(cursor->error, JAM_ERROR_USAGE, "option --%s takes no value",
                             row->long_name);
    return jam_options_store(row, cursor->values, NULL, cursor->error);
}

/* One argument such as -q, -qv, -n5 or "-n 5". */
static int parse_short(struct cursor *cursor, const char *letters)
{
    for (; *letters; letters++) {
        const struct jam_option *row = find_short(cursor->rows, *letters);
        if (!row)
            return jam_error_set(cursor->error, JAM_ERROR_USAGE, "unknown option '-%c'", *letters);
        if (row->type != JAM_OPTION_FLAG)
            return take_value(cursor, row, letters[1] ? letters + 1 : NULL);
        jam_options_store(row, cursor->values, NULL, cursor->error);
    }
    return 0;
}

static int take_operands(struct cursor *cursor)
{
    while (cursor->next < cursor->argc)
        cursor->argv[++cursor->operands] = cursor->argv[cursor->next++];
    return cursor->operands;
}

int jam_options_parse(const struct jam_option *rows, const struct jam_command_line *line,
                      void *values, struct jam_error *error)
{
    struct cursor cursor = {rows, values, line->argc, line->argv, 1, 0, error};
    while (cursor.next < line->argc) {
        char *argument = line->argv[cursor.next];
        bool is_option = argument[0] == '-' && argument[1];
        if (!is_option && line->operands == JAM_OPERANDS_COMMAND)
            break;
        cursor.next++;
        if (strcmp(argument, "--") == 0)
            break;
        int status = 0;
        if (!is_option)
            line->argv[++cursor.operands] = argument;
        else if (argument[1] == '-')
            status = parse_long(&cursor, argument + 2);
        else
            status = parse_short(&cursor, argument + 1);
        if (status)
            return status;
    }
    return take_operands(&cursor);
}
