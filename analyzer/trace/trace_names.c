/* Strings of key JAM_STRING_NAME, in the order of the file. */
#include "trace/trace_names.h"

#include <stdlib.h>
#include <string.h>

#include "trace/trace_record.h"
#include "util/array.h"

struct jam_names {
    char **texts;
    size_t count, capacity;
};

static int add_name(struct jam_names *names, const struct jam_string *string)
{
    if (jam_array_reserve(&names->texts, &names->capacity, names->count, sizeof *names->texts) != 0)
        return -1;
    char *text = strndup(string->text, string->length);
    if (!text)
        return -1;
    names->texts[names->count++] = text;
    return 0;
}

struct jam_names *jam_names_new(struct jam_trace *trace)
{
    struct jam_names *names = calloc(1, sizeof *names);
    struct jam_cursor cursor;
    const struct jam_string *string;
    int status = names ? 0 : -1;
    jam_cursor_start(&cursor, trace, JAM_EXTENT_STRINGS);
    while (!status && (string = jam_cursor_next(&cursor)))
        if (string->key == JAM_STRING_NAME)
            status = add_name(names, string);
    if (!status)
        return names;
    jam_names_free(names);
    return NULL;
}

void jam_names_free(struct jam_names *names)
{
    if (!names)
        return;
    for (size_t i = 0; i < names->count; i++)
        free(names->texts[i]);
    free(names->texts);
    free(names);
}

const char *jam_names_text(const struct jam_names *names, uint32_t number)
{
    return number && number <= names->count ? names->texts[number - 1] : NULL;
}
