/* Escape sequences of ECMA-48 that every terminal understands. */
#include "util/style.h"

const char *jam_style_on(bool is_color, enum jam_style style)
{
    static const char *const codes[] = {
        [JAM_STYLE_BOLD] = "\033[1m",
        [JAM_STYLE_DIM] = "\033[2m",
        [JAM_STYLE_WAITER] = "\033[33m",
        [JAM_STYLE_BLOCKER] = "\033[31m",
    };
    return is_color ? codes[style] : "";
}

const char *jam_style_off(bool is_color)
{
    return is_color ? "\033[0m" : "";
}
