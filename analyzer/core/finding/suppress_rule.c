/* The list that the parsers fill. */
#include "core/finding/suppress_rule.h"

#include <stdlib.h>
#include <string.h>

#include "util/array.h"

#define FROM_TO(first, last) ((2u << JAM_FINDING_##last) - (1u << JAM_FINDING_##first))

const uint32_t jam_suppress_order_kinds = FROM_TO(DEADLOCK, RWLOCK_UPGRADE);
const uint32_t jam_suppress_misuse_kinds =
    FROM_TO(UNLOCK_NOT_OWNER, SEM_OVERPOST) | JAM_SUPPRESS_KIND(SELF_DEADLOCK);

struct jam_suppress_rule *jam_suppress_add(struct jam_suppress_parser *parser,
                                           enum jam_suppress_form form, const char *label)
{
    struct jam_suppressions *list = parser->list;
    if (jam_array_reserve(&list->rules, &list->capacity, list->count, sizeof *list->rules) != 0) {
        jam_error_memory(parser->error);
        return NULL;
    }
    struct jam_suppress_rule *rule = &list->rules[list->count++];
    *rule = (struct jam_suppress_rule){
        .form = form,
        .file = strdup(parser->lines.name),
        .line = parser->lines.number,
        .label = strdup(label),
    };
    if (rule->file && rule->label)
        return rule;
    jam_error_memory(parser->error);
    return NULL;
}

static void fini_rule(struct jam_suppress_rule *rule)
{
    free(rule->file);
    free(rule->label);
    free(rule->reason);
    free(rule->id);
    jam_names_fini(&rule->locks);
    jam_names_fini(&rule->created);
    jam_names_fini(&rule->edges);
    jam_names_fini(&rule->stacks);
}

void jam_suppress_drop(struct jam_suppress_parser *parser)
{
    fini_rule(&parser->list->rules[--parser->list->count]);
}

void jam_suppressions_fini(struct jam_suppressions *list)
{
    for (size_t i = 0; i < list->count; i++)
        fini_rule(&list->rules[i]);
    free(list->rules);
    *list = (struct jam_suppressions){0};
}
