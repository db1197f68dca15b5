/* Reads suppression files: the list, our own form and ThreadSanitizer's. */
#include "core/finding/suppress_rule.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/finding/suppress_valgrind.h"

/* --- our own form ---------------------------------------------------------------------------- */

static int add_name(struct jam_suppress_parser *parser, struct jam_names *names, const char *text)
{
    return jam_names_add(names, text) == 0 ? 0 : jam_error_memory(parser->error);
}

static int set_text(struct jam_suppress_parser *parser, char **field, const char *text)
{
    free(*field);
    *field = strdup(text);
    return *field ? 0 : jam_error_memory(parser->error);
}

static int set_id(struct jam_suppress_parser *parser, struct jam_suppress_rule *rule, char *value)
{
    if (strspn(value, "0123456789abcdef") != 16 || value[16])
        return jam_text_lines_error(&parser->lines, parser->error,
                                    "'%.100s' is no id: 16 digits of 0-9 and a-f", value);
    return set_text(parser, &rule->id, value);
}

static int set_reason(struct jam_suppress_parser *parser, struct jam_suppress_rule *rule,
                      char *value)
{
    return set_text(parser, &rule->reason, value);
}

static int add_lock(struct jam_suppress_parser *parser, struct jam_suppress_rule *rule, char *value)
{
    return add_name(parser, &rule->locks, value);
}

static int add_created(struct jam_suppress_parser *parser, struct jam_suppress_rule *rule,
                       char *value)
{
    return add_name(parser, &rule->created, value);
}

static int add_stack(struct jam_suppress_parser *parser, struct jam_suppress_rule *rule,
                     char *value)
{
    return add_name(parser, &rule->stacks, value);
}

static int add_edge(struct jam_suppress_parser *parser, struct jam_suppress_rule *rule, char *value)
{
    char *arrow = strstr(value, "->");
    if (!arrow)
        return jam_text_lines_error(&parser->lines, parser->error,
                                    "an edge is 'HOLDS -> WANTS', the arrow is missing");
    *arrow = '\0';
    const char *holds = jam_text_trim(value);
    const char *wants = jam_text_trim(arrow + 2);
    if (!*holds || !*wants)
        return jam_text_lines_error(&parser->lines, parser->error,
                                    "an edge is 'HOLDS -> WANTS', one side is empty");
    int status = add_name(parser, &rule->edges, holds);
    return status ? status : add_name(parser, &rule->edges, wants);
}

static bool is_digits(const char *text, size_t count)
{
    return strspn(text, "0123456789") >= count;
}

static int set_expires(struct jam_suppress_parser *parser, struct jam_suppress_rule *rule,
                       char *value)
{
    unsigned long year = strtoul(value, NULL, 10);
    bool is_shaped = strlen(value) == 10 && is_digits(value, 4) && value[4] == '-' &&
                     is_digits(value + 5, 2) && value[7] == '-' && is_digits(value + 8, 2);
    unsigned long month = is_shaped ? strtoul(value + 5, NULL, 10) : 0;
    unsigned long day = is_shaped ? strtoul(value + 8, NULL, 10) : 0;
    if (month < 1 || month > 12 || day < 1 || day > 31)
        return jam_text_lines_error(&parser->lines, parser->error,
                                    "'%.100s' is no date such as 2027-06-30", value);
    rule->expires = (uint32_t)(year * 10000 + month * 100 + day);
    return 0;
}

static const struct {
    const char *name;
    int (*set)(struct jam_suppress_parser *, struct jam_suppress_rule *, char *);
} keys[] = {
    {"id", set_id},       {"lock", add_lock},     {"created", add_created}, {"edge", add_edge},
    {"stack", add_stack}, {"reason", set_reason}, {"expires", set_expires},
};

static int parse_key(struct jam_suppress_parser *parser, struct jam_suppress_rule *rule, char *line)
{
    char *equals = strchr(line, '=');
    if (!equals)
        return jam_text_lines_error(&parser->lines, parser->error,
                                    "'%.100s' is neither 'KEY = VALUE' nor '}'", line);
    *equals = '\0';
    const char *key = jam_text_trim(line);
    char *value = jam_text_trim(equals + 1);
    if (!*value)
        return jam_text_lines_error(&parser->lines, parser->error, "%.100s has no value", key);
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
        if (strcmp(keys[i].name, key) == 0)
            return keys[i].set(parser, rule, value);
    return jam_text_lines_error(
        &parser->lines, parser->error,
        "unknown key '%.100s': there are id, lock, created, edge, stack, reason, expires", key);
}

static uint32_t find_kind(const char *name)
{
    if (strcmp(name, "*") == 0)
        return UINT32_MAX;
    for (unsigned i = 0; i < JAM_FINDING_KINDS; i++)
        if (strcmp(jam_finding_kind_name(i), name) == 0)
            return 1u << i;
    return 0;
}

static int parse_block(struct jam_suppress_parser *parser, struct jam_suppress_rule *rule)
{
    char *line;
    int status = 0;
    while (!status && (line = jam_text_lines_next(&parser->lines))) {
        if (strcmp(line, "}") == 0)
            return 0;
        if (*line && *line != '#')
            status = parse_key(parser, rule, line);
    }
    if (status)
        return status;
    parser->lines.number = rule->line;
    return jam_text_lines_error(&parser->lines, parser->error,
                                "the block has no end: '}' is missing");
}

static int parse_own(struct jam_suppress_parser *parser, char *line)
{
    size_t length = strlen(line);
    if (line[length - 1] != '{')
        return jam_text_lines_error(&parser->lines, parser->error,
                                    "a suppression begins with 'suppress KIND {'");
    line[length - 1] = '\0';
    char *kind = jam_text_trim(line + strlen("suppress"));
    uint32_t kinds = find_kind(kind);
    if (!kinds)
        return jam_text_lines_error(&parser->lines, parser->error,
                                    "'%.100s' is no kind of finding; * means all", kind);
    struct jam_suppress_rule *rule =
        jam_suppress_add(parser, JAM_SUPPRESS_OWN, jam_text_trim(line));
    if (!rule)
        return JAM_ERROR_SYSTEM;
    rule->kinds = kinds;
    return parse_block(parser, rule);
}

/* --- ThreadSanitizer's form ------------------------------------------------------------------ */

static const struct {
    const char *type;
    const uint32_t *kinds; /* NULL = about other things */
} tsan_types[] = {
    {"deadlock", &jam_suppress_order_kinds},
    {"mutex", &jam_suppress_misuse_kinds},
    {"race", NULL},
    {"race_top", NULL},
    {"thread", NULL},
    {"signal", NULL},
    {"called_from_lib", NULL},
};

/* Number of the type before the ':', -1 if it is none. */
static int find_tsan_type(const char *line, size_t length)
{
    for (size_t i = 0; i < sizeof tsan_types / sizeof tsan_types[0]; i++)
        if (strlen(tsan_types[i].type) == length && strncmp(tsan_types[i].type, line, length) == 0)
            return (int)i;
    return -1;
}

static int parse_tsan(struct jam_suppress_parser *parser, char *line)
{
    const char *colon = strchr(line, ':');
    int type = colon ? find_tsan_type(line, (size_t)(colon - line)) : -1;
    if (!colon || type < 0)
        return jam_text_lines_error(&parser->lines, parser->error,
                                    "'%.100s' is no suppression: neither 'suppress KIND {', nor "
                                    "ThreadSanitizer's 'deadlock:...', nor Valgrind's '{'",
                                    line);
    if (!colon[1])
        return jam_text_lines_error(&parser->lines, parser->error, "no pattern behind the ':'");
    if (!tsan_types[type].kinds)
        return 0;
    struct jam_suppress_rule *rule = jam_suppress_add(parser, JAM_SUPPRESS_TSAN, line);
    if (!rule)
        return JAM_ERROR_SYSTEM;
    rule->kinds = *tsan_types[type].kinds;
    return add_name(parser, &rule->stacks, colon + 1);
}

/* --- the file -------------------------------------------------------------------------------- */

static int parse_line(struct jam_suppress_parser *parser, char *line)
{
    static const char own[] = "suppress";
    size_t length = sizeof own - 1;
    if (!*line || *line == '#')
        return 0;
    if (strcmp(line, "{") == 0)
        return jam_suppress_parse_valgrind(parser);
    if (strncmp(line, own, length) == 0 && (line[length] == ' ' || !line[length]))
        return parse_own(parser, line);
    return parse_tsan(parser, line);
}

int jam_suppressions_parse(struct jam_suppressions *list, const char *name, char *text,
                           struct jam_error *error)
{
    struct jam_suppress_parser parser = {list, {.name = name, .next = text}, error};
    char *line;
    int status = 0;
    while (!status && (line = jam_text_lines_next(&parser.lines)))
        status = parse_line(&parser, line);
    return status;
}
