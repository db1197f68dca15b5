/*
 * Valgrind's form of suppressions: a block with a name, the tool's kind of error, and the callers
 * of one stack. Its stacks begin in the tool's own wrappers, ours in their caller.
 */
#include "core/finding/suppress_valgrind.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/function_name.h"
#include "core/finding/pattern.h"
#include "util/demangle.h"

#define NAME_BYTES 1024

static const struct {
    const char *name;
    uint32_t kinds;
} helgrind_kinds[] = {
    {"UnlockUnlocked", JAM_SUPPRESS_KIND(UNLOCK_UNLOCKED)},
    {"UnlockForeign", JAM_SUPPRESS_KIND(UNLOCK_NOT_OWNER)},
    {"UnlockBogus", JAM_SUPPRESS_KIND(USE_AFTER_DESTROY) | JAM_SUPPRESS_KIND(TYPE_CONFUSION)},
    {"PthAPIerror", JAM_SUPPRESS_KIND(INVALID_ARGUMENT) | JAM_SUPPRESS_KIND(RELOCK) |
                        JAM_SUPPRESS_KIND(DESTROY_LOCKED)},
};

/* "Helgrind:LockOrder", with other tools before it or not; 0 = about other things. */
static uint32_t kinds_of(const char *line)
{
    const char *colon = strchr(line, ':');
    const char *tool = strstr(line, "Helgrind");
    if (!colon || !tool || tool > colon)
        return 0;
    if (strcmp(colon + 1, "LockOrder") == 0)
        return jam_suppress_order_kinds;
    if (strcmp(colon + 1, "Misc") == 0)
        return jam_suppress_misuse_kinds;
    for (size_t i = 0; i < sizeof helgrind_kinds / sizeof helgrind_kinds[0]; i++)
        if (strcmp(colon + 1, helgrind_kinds[i].name) == 0)
            return helgrind_kinds[i].kinds;
    return 0;
}

static bool is_caller(const char *line)
{
    return strcmp(line, "...") == 0 || strncmp(line, "fun:", 4) == 0 ||
           strncmp(line, "obj:", 4) == 0 || strncmp(line, "src:", 4) == 0;
}

/* The next line that says something, as Valgrind reads them; an error at the end of the file. */
static char *next_line(struct jam_suppress_parser *parser)
{
    char *line;
    do
        line = jam_text_lines_next(&parser->lines);
    while (line && (!*line || *line == '#'));
    if (!line)
        jam_text_lines_error(&parser->lines, parser->error, "the block has no end: '}' is missing");
    return line;
}

/*
 * Callers up to the '}'. Blocks of other tools may have one more line in front of them
 * ("Memcheck:Param" has), which we do not care for.
 */
static int parse_callers(struct jam_suppress_parser *parser, struct jam_suppress_rule *rule)
{
    char *line;
    while ((line = next_line(parser)) && strcmp(line, "}") != 0) {
        if (rule->kinds && !is_caller(line))
            return jam_text_lines_error(&parser->lines, parser->error,
                                        "'%.100s' is neither fun:, obj:, src:, ... nor }", line);
        if (jam_names_add(&rule->stacks, line) != 0)
            return jam_error_memory(parser->error);
    }
    if (!line)
        return parser->error->code;
    if (rule->kinds && !rule->stacks.count)
        return jam_text_lines_error(&parser->lines, parser->error,
                                    "the block names no caller: it would fit everything");
    return 0;
}

int jam_suppress_parse_valgrind(struct jam_suppress_parser *parser)
{
    unsigned first_line = parser->lines.number;
    const char *name = next_line(parser);
    if (!name)
        return parser->error->code;
    struct jam_suppress_rule *rule = jam_suppress_add(parser, JAM_SUPPRESS_VALGRIND, name);
    const char *kind = rule ? next_line(parser) : NULL;
    if (!kind)
        return parser->error->code;
    if (!strchr(kind, ':'))
        return jam_text_lines_error(&parser->lines, parser->error,
                                    "'%.100s' is no TOOL:KIND such as Helgrind:LockOrder", kind);
    rule->kinds = kinds_of(kind);
    rule->line = first_line;
    int status = parse_callers(parser, rule);
    if (!status && !rule->kinds)
        jam_suppress_drop(parser);
    return status;
}

/* --- matching -------------------------------------------------------------------------------- */

/*
 * "_ZN3Foo3ba*" as "Foo::ba*": the names that stand before the first wildcard, as far as they are
 * whole; the rest is a '*'. False if the pattern does not begin like that.
 */
static bool unmangle_beginning(const char *pattern, char *text, size_t size)
{
    size_t used = 0;
    bool is_nested = strncmp(pattern, "_ZN", 3) == 0;
    const char *at = pattern + (is_nested ? 3 : 2);
    at += *at == 'K';
    while (isdigit((unsigned char)*at) && used + 4 < size) {
        char *name;
        unsigned long length = strtoul(at, &name, 10);
        size_t there = strcspn(name, "*?");
        size_t part = length < there ? length : there;
        used +=
            (size_t)snprintf(text + used, size - used, "%s%.*s", used ? "::" : "", (int)part, name);
        at = name + part;
        if (part < length || !is_nested || used >= size)
            break;
    }
    if (!used || used + 2 > size)
        return false;
    text[used] = *at ? '*' : '\0';
    text[used + 1] = '\0';
    return true;
}

static bool is_function(const char *pattern, const char *function)
{
    char wanted[NAME_BYTES];
    char readable[NAME_BYTES];
    char name[NAME_BYTES];
    jam_function_shorten(function, name, sizeof name);
    if (strncmp(pattern, "_Z", 2) != 0)
        return jam_pattern_is_match(pattern, name) || jam_pattern_is_match(pattern, function);
    if (strpbrk(pattern, "*?"))
        return unmangle_beginning(pattern, wanted, sizeof wanted) &&
               jam_pattern_is_match(wanted, name);
    jam_demangle(pattern, readable, sizeof readable);
    jam_function_shorten(readable, wanted, sizeof wanted);
    return strcmp(wanted, name) == 0;
}

static bool is_source(const char *pattern, const struct jam_suppress_frame *frame)
{
    char place[NAME_BYTES];
    const char *slash = strrchr(frame->file, '/');
    snprintf(place, sizeof place, "%s:%u", slash ? slash + 1 : frame->file, frame->line);
    char *colon = strrchr(place, ':');
    if (jam_pattern_is_match(pattern, place))
        return true;
    *colon = '\0';
    return jam_pattern_is_match(pattern, place);
}

static bool fits_frame(const char *caller, const struct jam_suppress_frame *frame)
{
    if (strncmp(caller, "fun:", 4) == 0)
        return frame->function && is_function(caller + 4, frame->function);
    if (strncmp(caller, "obj:", 4) == 0)
        return frame->module && jam_pattern_is_match(caller + 4, frame->module);
    return frame->file && is_source(caller + 4, frame);
}

/* Inlined frames may be missing: whether Valgrind shows them depends on its options. */
struct walk {
    const struct jam_names *callers;
    const struct jam_suppress_stack *stack;
    bool has_inlined;
};

static size_t next_frame(const struct walk *walk, size_t frame)
{
    while (!walk->has_inlined && frame < walk->stack->count &&
           walk->stack->frames[frame].is_inlined)
        frame++;
    return frame;
}

/*
 * Callers from `caller` on against frames, innermost first. "..." stands for any frames, so as with
 * '*' in a pattern, the last one is the only place to come back to.
 */
static bool fits_from(const struct walk *walk, size_t caller)
{
    size_t frame = next_frame(walk, 0);
    size_t dots = SIZE_MAX;
    size_t dots_frame = 0;
    while (caller < walk->callers->count) {
        const char *line = walk->callers->items[caller];
        if (strcmp(line, "...") == 0) {
            dots = ++caller;
            dots_frame = frame;
        } else if (frame < walk->stack->count && fits_frame(line, &walk->stack->frames[frame])) {
            caller++;
            frame = next_frame(walk, frame + 1);
        } else if (dots != SIZE_MAX && dots_frame < walk->stack->count) {
            dots_frame = next_frame(walk, dots_frame + 1);
            frame = dots_frame;
            caller = dots;
        } else {
            return false;
        }
    }
    return true;
}

/* The frames of the tool and of libc that our stacks do not have. */
static bool is_wrapper(const char *caller)
{
    static const char *const beginnings[] = {"fun:pthread_", "fun:sem_", "fun:mtx_", "fun:cnd_"};
    if (strncmp(caller, "obj:", 4) == 0)
        return strstr(caller, "vgpreload_helgrind") != NULL;
    for (size_t i = 0; i < sizeof beginnings / sizeof beginnings[0]; i++)
        if (strncmp(caller, beginnings[i], strlen(beginnings[i])) == 0)
            return true;
    return strncmp(caller, "fun:", 4) == 0 && strstr(caller, "_WRK") != NULL;
}

bool jam_suppress_fits_callers(const struct jam_names *callers,
                               const struct jam_suppress_stack *stack)
{
    size_t first = 0;
    while (first < callers->count && is_wrapper(callers->items[first]))
        first++;
    if (!stack->count)
        return false;
    for (int has_inlined = 0; has_inlined < 2; has_inlined++) {
        const struct walk walk = {callers, stack, has_inlined != 0};
        if (fits_from(&walk, first))
            return true;
    }
    return false;
}
