/* Writes the facts of the process into a new session: the STRINGS extent. A missing fact is left
 * out. */
#include "session.h"
#include "session_facts.h"

#include <string.h>

static void strings_write(struct jam_area *area, uint16_t key, const char *text, size_t length)
{
    if (length > UINT16_MAX)
        length = UINT16_MAX;
    uint32_t bytes = (uint32_t)(sizeof(struct jam_string) + length + 3) & ~3u;
    struct jam_string *string = jam_area_take(area, bytes, NULL);
    if (!string)
        return;
    string->key = key;
    string->length = (uint16_t)length;
    memcpy(string->text, text, length);
    jam_area_publish(area, bytes);
}

static void strings_write_all(void)
{
    struct jam_area area = {.shape = {.kind = JAM_EXTENT_STRINGS}, .next_bytes = 4096};
    const char *text = JAM_PRELOAD_VERSION;
    strings_write(&area, JAM_STRING_VERSION, text, strlen(text));
    text = jam_facts_executable();
    strings_write(&area, JAM_STRING_EXECUTABLE, text, strlen(text));
    size_t bytes = jam_facts_directory(&text);
    if (bytes)
        strings_write(&area, JAM_STRING_DIRECTORY, text, bytes);
    bytes = jam_facts_arguments(&text);
    for (const char *at = text; at < text + bytes; at += strlen(at) + 1)
        strings_write(&area, JAM_STRING_ARGUMENT, at, strlen(at));
}
JAM_ON_OPEN(strings_write_all);
