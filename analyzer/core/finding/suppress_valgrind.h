/* Valgrind's form of suppressions, as Helgrind and DRD use it; see core/finding/suppress.h. */
#ifndef JAM_CORE_SUPPRESS_VALGRIND_H
#define JAM_CORE_SUPPRESS_VALGRIND_H

#include "core/finding/suppress_rule.h"

/* Parses a block whose first line was just read; 0 or an error. */
int jam_suppress_parse_valgrind(struct jam_suppress_parser *parser);

/* Whether a rule of Valgrind's form fits a stack. */
bool jam_suppress_fits_callers(const struct jam_names *callers,
                               const struct jam_suppress_stack *stack);

#endif
