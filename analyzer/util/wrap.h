/*
 * Text in lines of a limited width.
 */
#ifndef JAM_UTIL_WRAP_H
#define JAM_UTIL_WRAP_H

#include <stddef.h>
#include <stdio.h>

/*
 * Prints a clean UTF-8 text, broken at blanks into lines of at most `columns`, and ends the last
 * line. The first line continues at column `at`; the others are indented by `indent`. A word that
 * is longer than a line gets a line of its own and sticks out: paths and names are never cut.
 */
struct jam_wrap {
    size_t at, indent, columns;
};
void jam_wrap_print(const struct jam_wrap *wrap, const char *text, FILE *out);

#endif
