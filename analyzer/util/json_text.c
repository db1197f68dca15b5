/* Escapes what JSON does not allow in a string, and what HTML would take for a tag. */
#include "util/json_text.h"

#include <string.h>

#include "util/human.h"

#define TEXT_BYTES 4096

void jam_json_text(const char *text, FILE *out)
{
    char clean[TEXT_BYTES];
    if (!text) {
        fputs("null", out);
        return;
    }
    fputc('"', out);
    for (const char *at = jam_human_clean(text, clean, sizeof clean); *at;) {
        size_t plain = strcspn(at, "\"\\<");
        fwrite(at, 1, plain, out);
        at += plain;
        if (*at)
            fprintf(out, "\\u%04x", (unsigned)*at++);
    }
    fputc('"', out);
}
