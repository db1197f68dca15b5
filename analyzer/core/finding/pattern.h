/*
 * Patterns for names, as two families of suppression files write them.
 */
#ifndef JAM_CORE_PATTERN_H
#define JAM_CORE_PATTERN_H

#include <stdbool.h>

/* The whole text: '*' stands for any characters, '?' for one. No other character is special. */
bool jam_pattern_is_match(const char *pattern, const char *text);

/*
 * Any part of the text, as ThreadSanitizer's suppressions: '*' stands for any characters, '^' at
 * the beginning and '$' at the end tie the pattern to the text's ends.
 */
bool jam_pattern_is_part(const char *pattern, const char *text);

#endif
