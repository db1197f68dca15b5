/* Fills the caller's error context. */
#include "util/error.h"

#include <stdarg.h>
#include <stdio.h>

int jam_error_set(struct jam_error *error, int code, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(error->text, sizeof error->text, format, arguments);
    va_end(arguments);
    error->code = code;
    return code;
}

int jam_error_memory(struct jam_error *error)
{
    return jam_error_set(error, JAM_ERROR_SYSTEM, "out of memory");
}
