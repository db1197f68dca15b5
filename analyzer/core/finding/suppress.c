/* Compares findings with rules. */
#include "core/finding/suppress.h"

#include <string.h>

#include "core/function_name.h"
#include "core/finding/pattern.h"
#include "core/finding/suppress_valgrind.h"

#define NAME_BYTES 1024

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

static bool fits_path(const char *pattern, const char *path)
{
    return path &&
           (jam_pattern_is_match(pattern, path) || jam_pattern_is_match(pattern, base_name(path)));
}

/* pattern[0 .. length) is one frame of a chain. */
static bool fits_frame(const char *chain, size_t length, const struct jam_suppress_frame *frame)
{
    char pattern[NAME_BYTES];
    char name[NAME_BYTES];
    if (length >= sizeof pattern)
        return false;
    memcpy(pattern, chain, length);
    pattern[length] = '\0';
    if (fits_path(pattern, frame->file) || fits_path(pattern, frame->module))
        return true;
    if (!frame->function)
        return false;
    jam_function_shorten(frame->function, name, sizeof name);
    return jam_pattern_is_match(pattern, name) || jam_pattern_is_match(pattern, frame->function);
}

/* A chain "inner < outer < ..." against frames[from ...], one after the other. */
static bool fits_chain_at(const char *chain, const struct jam_suppress_stack *stack, size_t from)
{
    for (size_t i = from; i < stack->count; i++) {
        const char *end = strstr(chain, " < ");
        size_t length = end ? (size_t)(end - chain) : strlen(chain);
        if (!fits_frame(chain, length, &stack->frames[i]))
            return false;
        if (!end)
            return true;
        chain = end + 3;
    }
    return false;
}

/* A "*" alone fits also a stack that was not recorded. */
static bool fits_chain(const char *chain, const struct jam_suppress_stack *stack)
{
    if (strcmp(chain, "*") == 0)
        return true;
    for (size_t i = 0; i < stack->count; i++)
        if (fits_chain_at(chain, stack, i))
            return true;
    return false;
}

static bool fits_edge(const struct jam_suppress_rule *rule, size_t pair,
                      const struct jam_suppress_subject *subject, size_t edge)
{
    return fits_chain(rule->edges.items[pair], &subject->stacks[2 * edge]) &&
           fits_chain(rule->edges.items[pair + 1], &subject->stacks[2 * edge + 1]);
}

static bool fits_pair(const struct jam_suppress_rule *rule, size_t pair,
                      const struct jam_suppress_subject *subject)
{
    for (size_t i = 0; i < subject->edge_count; i++)
        if (fits_edge(rule, pair, subject, i))
            return true;
    return false;
}

static bool has_pair(const struct jam_suppress_rule *rule,
                     const struct jam_suppress_subject *subject, size_t edge)
{
    for (size_t pair = 0; pair < rule->edges.count; pair += 2)
        if (fits_edge(rule, pair, subject, edge))
            return true;
    return false;
}

/* The whole cycle: no edge without a pair, no pair without an edge. */
static bool fits_edges(const struct jam_suppress_rule *rule,
                       const struct jam_suppress_subject *subject)
{
    if (!rule->edges.count)
        return true;
    for (size_t pair = 0; pair < rule->edges.count; pair += 2)
        if (!fits_pair(rule, pair, subject))
            return false;
    for (size_t i = 0; i < subject->edge_count; i++)
        if (!has_pair(rule, subject, i))
            return false;
    return true;
}

static bool fits_lock(const char *pattern, const struct jam_suppress_subject *subject)
{
    for (size_t i = 0; i < subject->lock_count; i++)
        if (jam_pattern_is_match(pattern, subject->locks[i].name) ||
            jam_pattern_is_match(pattern, subject->locks[i].class_name))
            return true;
    return false;
}

static bool fits_created(const char *chain, const struct jam_suppress_subject *subject)
{
    for (size_t i = 0; i < subject->lock_count; i++)
        if (fits_chain(chain, &subject->locks[i].created))
            return true;
    return false;
}

static bool fits_stack(const char *chain, const struct jam_suppress_subject *subject)
{
    for (size_t i = 0; i < subject->stack_count; i++)
        if (fits_chain(chain, &subject->stacks[i]))
            return true;
    return false;
}

static bool fits_all(const struct jam_names *patterns, const struct jam_suppress_subject *subject,
                     bool (*fits)(const char *, const struct jam_suppress_subject *))
{
    for (size_t i = 0; i < patterns->count; i++)
        if (!fits(patterns->items[i], subject))
            return false;
    return true;
}

static bool fits_own(const struct jam_suppress_rule *rule,
                     const struct jam_suppress_subject *subject)
{
    return (!rule->id || strcmp(rule->id, subject->id) == 0) &&
           fits_all(&rule->locks, subject, fits_lock) &&
           fits_all(&rule->created, subject, fits_created) &&
           fits_all(&rule->stacks, subject, fits_stack) && fits_edges(rule, subject);
}

static bool has_part(const char *pattern, const struct jam_suppress_frame *frame)
{
    return (frame->function && jam_pattern_is_part(pattern, frame->function)) ||
           (frame->file && jam_pattern_is_part(pattern, frame->file)) ||
           (frame->module && jam_pattern_is_part(pattern, frame->module));
}

static bool fits_tsan(const struct jam_suppress_rule *rule,
                      const struct jam_suppress_subject *subject)
{
    for (size_t i = 0; i < subject->stack_count; i++)
        for (size_t j = 0; j < subject->stacks[i].count; j++)
            if (has_part(rule->stacks.items[0], &subject->stacks[i].frames[j]))
                return true;
    return false;
}

/* Valgrind compares the stack of the acquisition that closed the cycle: that is a wish of ours. */
static bool fits_valgrind(const struct jam_suppress_rule *rule,
                          const struct jam_suppress_subject *subject)
{
    for (size_t i = 0; i < subject->stack_count; i++) {
        bool is_hold = i < 2 * subject->edge_count && i % 2 == 0;
        if (!is_hold && jam_suppress_fits_callers(&rule->stacks, &subject->stacks[i]))
            return true;
    }
    return false;
}

bool jam_suppress_is_expired(const struct jam_suppressions *list,
                             const struct jam_suppress_rule *rule)
{
    return rule->expires && list->today > rule->expires;
}

struct jam_suppress_rule *jam_suppressions_find(struct jam_suppressions *list,
                                                const struct jam_suppress_subject *subject)
{
    static bool (*const fits[])(const struct jam_suppress_rule *,
                                const struct jam_suppress_subject *) = {
        [JAM_SUPPRESS_OWN] = fits_own,
        [JAM_SUPPRESS_TSAN] = fits_tsan,
        [JAM_SUPPRESS_VALGRIND] = fits_valgrind,
    };
    for (size_t i = 0; i < list->count; i++) {
        struct jam_suppress_rule *rule = &list->rules[i];
        if (!(rule->kinds >> subject->kind & 1) || jam_suppress_is_expired(list, rule))
            continue;
        if (fits[rule->form](rule, subject)) {
            rule->hits++;
            return rule;
        }
    }
    return NULL;
}
