/* Appending with vsnprintf(3), which says how much it would have written. */
#include "util/text.h"

#include <stdarg.h>
#include <stdio.h>

void jam_text_put(struct jam_text *text, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    size_t room = sizeof text->bytes - text->used;
    int length = vsnprintf(text->bytes + text->used, room, format, arguments);
    va_end(arguments);
    if (length > 0)
        text->used += (size_t)length < room ? (size_t)length : room - 1;
}
