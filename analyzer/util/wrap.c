/* Breaks lines greedily. */
#include "util/wrap.h"

#include <string.h>

/* Columns of `length` bytes: every byte that does not continue a character counts. */
static size_t count_columns(const char *text, size_t length)
{
    size_t columns = 0;
    for (size_t i = 0; i < length; i++)
        columns += ((unsigned char)text[i] & 0xc0) != 0x80;
    return columns;
}

void jam_wrap_print(const struct jam_wrap *wrap, const char *text, FILE *out)
{
    size_t at = wrap->at;
    size_t words_in_line = 0;
    while (*text) {
        size_t bytes = strcspn(text, " ");
        size_t width = count_columns(text, bytes);
        if (words_in_line && at + 1 + width > wrap->columns) {
            fprintf(out, "\n%*s", (int)wrap->indent, "");
            at = wrap->indent;
            words_in_line = 0;
        }
        fprintf(out, "%s%.*s", words_in_line ? " " : "", (int)bytes, text);
        at += width + (words_in_line ? 1 : 0);
        words_in_line++;
        text += bytes + (text[bytes] == ' ');
    }
    fputc('\n', out);
}
