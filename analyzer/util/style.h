/*
 * Colours for terminals. A style that is off prints nothing, so callers need not ask.
 */
#ifndef JAM_UTIL_STYLE_H
#define JAM_UTIL_STYLE_H

#include <stdbool.h>

enum jam_style { JAM_STYLE_BOLD, JAM_STYLE_DIM, JAM_STYLE_WAITER, JAM_STYLE_BLOCKER };

/* What to print to begin a style, and to end all; "" if !is_color. */
const char *jam_style_on(bool is_color, enum jam_style style);
const char *jam_style_off(bool is_color);

#endif
