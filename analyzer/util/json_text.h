/*
 * Strings of JSON, for output that is too large to be built in memory first.
 */
#ifndef JAM_UTIL_JSON_TEXT_H
#define JAM_UTIL_JSON_TEXT_H

#include <stdio.h>

/*
 * Prints the text as a JSON string, quotes included, made clean as by jam_human_clean. "<" is
 * written as an escape, so that the result may also stand inside a <script> of an HTML page. NULL
 * prints null.
 */
void jam_json_text(const char *text, FILE *out);

#endif
