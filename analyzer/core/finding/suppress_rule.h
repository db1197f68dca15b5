/* What the parsers of the three forms share; see core/finding/suppress.h. */
#ifndef JAM_CORE_SUPPRESS_RULE_H
#define JAM_CORE_SUPPRESS_RULE_H

#include "core/finding/suppress.h"
#include "util/text_file.h"

struct jam_suppress_parser {
    struct jam_suppressions *list;
    struct jam_text_lines lines;
    struct jam_error *error;
};

/* Appends an empty rule at the current line; NULL without memory (the error is set). */
struct jam_suppress_rule *jam_suppress_add(struct jam_suppress_parser *parser,
                                           enum jam_suppress_form form, const char *label);

/* Drops the rule that was added last: it is about other things. */
void jam_suppress_drop(struct jam_suppress_parser *parser);

/* The kinds of a family. */
#define JAM_SUPPRESS_KIND(kind) (1u << JAM_FINDING_##kind)
extern const uint32_t jam_suppress_order_kinds;  /* predicted and real cycles */
extern const uint32_t jam_suppress_misuse_kinds; /* what a tool calls misuse of a mutex */

#endif
