/*
 * A text that is put together bit by bit, in place.
 */
#ifndef JAM_UTIL_TEXT_H
#define JAM_UTIL_TEXT_H

#include <stddef.h>

#define JAM_TEXT_BYTES 8192

/* Empty when zeroed; `bytes` always ends with a NUL. */
struct jam_text {
    char bytes[JAM_TEXT_BYTES];
    size_t used; /* without the NUL */
};

/* Appends; what does not fit is cut. */
__attribute__((format(printf, 2, 3))) void jam_text_put(struct jam_text *text, const char *format,
                                                        ...);

#endif
