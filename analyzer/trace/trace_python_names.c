/* An index of the code records by id, with names as C strings. */
#include "trace/trace_python_names.h"

#include <stdlib.h>
#include <string.h>

#include "core/python/python_lines.h"
#include "trace/trace_record.h"
#include "util/array.h"
#include "util/map.h"

struct code {
    char *name, *file;
    struct jam_python_lines lines;
};

struct jam_python_names {
    struct code *codes;
    size_t count, capacity;
    struct jam_map by_id;
};

static int add_code(struct jam_python_names *names, const struct jam_python_code *record)
{
    const char *file = record->text + record->name_bytes;
    uint32_t next = (uint32_t)names->count;
    if (jam_array_reserve(&names->codes, &names->capacity, names->count, sizeof *names->codes) != 0)
        return -1;
    uint32_t at = jam_map_insert(&names->by_id, record->id, 0, next);
    if (at != next)
        return at == JAM_MAP_NONE ? -1 : 0;
    names->codes[names->count++] = (struct code){
        .name = strndup(record->text, record->name_bytes),
        .file = strndup(file, record->file_bytes),
        .lines = {record->minor, record->first_line,
                  (const unsigned char *)file + record->file_bytes, record->lines_bytes},
    };
    return 0;
}

struct jam_python_names *jam_python_names_new(struct jam_trace *trace)
{
    struct jam_python_names *names = calloc(1, sizeof *names);
    struct jam_cursor cursor;
    const struct jam_python_code *record;
    int status = names ? 0 : -1;
    jam_cursor_start(&cursor, trace, JAM_EXTENT_PYTHON);
    while (!status && (record = jam_cursor_next(&cursor)))
        status = add_code(names, record);
    if (!status)
        return names;
    jam_python_names_free(names);
    return NULL;
}

void jam_python_names_free(struct jam_python_names *names)
{
    if (!names)
        return;
    for (size_t i = 0; i < names->count; i++) {
        free(names->codes[i].name);
        free(names->codes[i].file);
    }
    free(names->codes);
    jam_map_fini(&names->by_id);
    free(names);
}

struct jam_symbol_frame jam_python_names_frame(const struct jam_python_names *names, uint64_t word)
{
    struct jam_symbol_frame frame = {.is_python = true};
    uint32_t id = (uint32_t)(word >> JAM_PYTHON_CODE_SHIFT) & JAM_PYTHON_CODE_MASK;
    uint32_t at = jam_map_find(&names->by_id, id, 0);
    frame.offset = (uint32_t)word;
    if (at == JAM_MAP_NONE)
        return frame;
    const struct code *code = &names->codes[at];
    frame.function = code->name;
    frame.file = code->file;
    frame.line = jam_python_line(&code->lines, (uint32_t)word);
    return frame;
}

unsigned jam_python_names_column(const struct jam_python_names *names, uint64_t word)
{
    uint32_t id = (uint32_t)(word >> JAM_PYTHON_CODE_SHIFT) & JAM_PYTHON_CODE_MASK;
    uint32_t at = jam_map_find(&names->by_id, id, 0);
    return at == JAM_MAP_NONE ? 0 : jam_python_column(&names->codes[at].lines, (uint32_t)word);
}

bool jam_python_word_is_entry(uint64_t word)
{
    return word & JAM_PYTHON_ENTRY;
}
