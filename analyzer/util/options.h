/*
 * Command lines, driven by tables.
 *
 * A command describes its options as an array of struct jam_option and its settings as a plain
 * struct; the parser stores each value at the row's offset in that struct. The same rows make the
 * help text, the man page and the shell completion, so an option is written down once:
 *
 *     struct jam_report_options {
 *         uint64_t limit;
 *         const char *output;
 *         bool is_quiet;
 *     };
 *     static const struct jam_option rows[] = {
 *         {"limit", 'n', JAM_OPTION_COUNT, "N", "show N locks",
 *          JAM_OPTION_AT(struct jam_report_options, limit), .maximum = 1000000},
 *         {"output", 'o', JAM_OPTION_STRING, "FILE", "write to FILE", ...},
 *         {"quiet", 'q', JAM_OPTION_FLAG, NULL, "no notes on standard error", ...},
 *         {0},
 *     };
 *
 * Accepted spellings: --name=VALUE, --name VALUE, -n VALUE, -nVALUE, bundled flags (-qv), and "--"
 * which ends the options. The last one given wins. Defaults are whatever the caller put into the
 * struct before parsing.
 */
#ifndef JAM_OPTIONS_H
#define JAM_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/error.h"

/* Says how a value is written and what type the field at the row's offset has. */
enum jam_option_type {
    JAM_OPTION_FLAG,     /* bool: set to true, takes no value */
    JAM_OPTION_STRING,   /* const char *: points into argv */
    JAM_OPTION_COUNT,    /* uint64_t: a decimal number */
    JAM_OPTION_SIZE,     /* uint64_t: bytes, with K, M, G or T for powers of 1024 */
    JAM_OPTION_FRACTION, /* double: a decimal fraction such as 0.5 */
    JAM_OPTION_CHOICE,   /* int: index into `choices` */
};

struct jam_option {
    const char *long_name; /* without "--"; NULL ends the array */
    char short_name;       /* 0 = none */
    enum jam_option_type type;
    const char *argument; /* how the help calls the value ("FILE"); NULL for flags; choices without
                             one are listed in its place */
    const char *help;     /* one line, no full stop */
    size_t offset;        /* see JAM_OPTION_AT */
    const char *const *choices; /* CHOICE: spellings, NULL ends; the help lists them */
    uint64_t minimum;           /* COUNT and SIZE: inclusive bounds */
    uint64_t maximum;           /* 0 = no upper bound */
};

#define JAM_OPTION_AT(type, field) offsetof(type, field)

/* Where options may stand. */
enum jam_operands {
    JAM_OPERANDS_MIXED,  /* options may follow operands: `report a.jam --sort=hold` */
    JAM_OPERANDS_COMMAND /* the first operand ends the options: `record -o x CMD -v` */
};

/* A command line as main() gets it: argv[0] is the command, argv[argc] is NULL. */
struct jam_command_line {
    int argc;
    char **argv;
    enum jam_operands operands;
};

/*
 * Parses argv[1..argc-1] into the struct at `values`. The operands are moved behind argv[0], in
 * order: afterwards argv[1] .. argv[result] are the operands (a "--" is removed).
 *
 * Returns the number of operands, or JAM_ERROR_USAGE with a text that names the option and what
 * is wrong with it: unknown, no value, a value it does not take, not a number, out of range, none
 * of the choices. Nothing is stored for the option that failed.
 */
int jam_options_parse(const struct jam_option *rows, const struct jam_command_line *line,
                      void *values, struct jam_error *error);

/*
 * Parses one value as an option row would: for settings that come from elsewhere (environment).
 * Returns 0 or JAM_ERROR_USAGE.
 */
int jam_options_store(const struct jam_option *row, void *values, const char *text,
                      struct jam_error *error);

/* --- what several commands share --- */

/* Rows of options that mean the same everywhere; `type` and `field` as for JAM_OPTION_AT. */
#define JAM_OPTION_ROW_OUTPUT(type, field)                                                         \
    {                                                                                              \
        "output", 'o', JAM_OPTION_STRING, "FILE", "write to FILE instead of standard output",      \
            JAM_OPTION_AT(type, field), NULL, 0, 0                                                 \
    }
#define JAM_OPTION_ROW_COLOR(type, field)                                                          \
    {                                                                                              \
        "color", 0, JAM_OPTION_CHOICE, NULL, "colours; auto means on a terminal",                  \
            JAM_OPTION_AT(type, field), jam_color_choices, 0, 0                                    \
    }
#define JAM_OPTION_ROW_NO_PAGER(type, field)                                                       \
    {                                                                                              \
        "no-pager", 0, JAM_OPTION_FLAG, NULL, "print a long text on a terminal without stopping",  \
            JAM_OPTION_AT(type, field), NULL, 0, 0                                                 \
    }
#define JAM_OPTION_ROW_QUIET(type, field)                                                          \
    {                                                                                              \
        "quiet", 'q', JAM_OPTION_FLAG, NULL, "no notes on standard error",                         \
            JAM_OPTION_AT(type, field), NULL, 0, 0                                                 \
    }

/* Values of --color. */
enum jam_color { JAM_COLOR_AUTO, JAM_COLOR_ALWAYS, JAM_COLOR_NEVER };
extern const char *const jam_color_choices[];

/* Whether that means colours for a product that goes to a terminal, or does not. */
bool jam_color_is_on(int color, bool is_terminal);

#endif
