/*
 * Records of code objects: name, file and line table, copied when a code object is first seen.
 * Everything under the growth lock.
 *
 * Strings of the interpreter are read as they lie in memory; only compact ones exist here, because
 * names and file names are made by the compiler.
 */
#include "python/python.h"
#include "python/python_layout.h"
#include "session.h"

#include <stddef.h>
#include <string.h>

enum { NAME_BYTES_MAX = 1024, FILE_BYTES_MAX = 4096, LINES_BYTES_MAX = 64 << 10 };

/* Methods of Thread in which the semaphores for ends of threads are made, up to Python 3.12. */
static const struct {
    unsigned minor; /* from this version on */
    const char *name;
} end_makers[] = {
    {8, "_set_tstate_lock"}, {9, "_reset_internal_locks"}, /* anew, in the child of a fork */
};
enum { END_MAKERS = sizeof end_makers / sizeof *end_makers };

static struct {
    struct jam_shared_map
        index; /* code object and its mark, odd -> id; id, even -> record's offset */
    struct jam_area area;
    uint32_t count;
    uint64_t end_code[END_MAKERS]; /* code objects of the end makers, 0 = not seen */
} codes;

static void code_reset(void)
{
    memset(&codes, 0, sizeof codes);
    codes.area = (struct jam_area){.shape = {.kind = JAM_EXTENT_PYTHON}, .next_bytes = 16 << 10};
}
JAM_ON_RESET(code_reset);

/* --- strings --- */

/* One character as UTF-8 (RFC 3629); surrogates, which file names may have, as they are. */
static uint32_t put_character(uint32_t character, char *to)
{
    if (character < 0x80) {
        to[0] = (char)character;
        return 1;
    }
    uint32_t bytes = character < 0x800 ? 2 : character < 0x10000 ? 3 : 4;
    for (uint32_t i = bytes - 1; i > 0; i--, character >>= 6)
        to[i] = (char)(0x80 | (character & 0x3f));
    to[0] = (char)((0xf00 >> bytes & 0xff) | character);
    return bytes;
}

static uint32_t character_at(uint64_t data, unsigned width, uint64_t index)
{
    switch (width) {
    case 1:
        return ((const uint8_t *)data)[index];
    case 2:
        return ((const uint16_t *)data)[index];
    default:
        return ((const uint32_t *)data)[index];
    }
}

/* A str object as UTF-8, at most `max` bytes. Returns its length. */
static uint32_t copy_string(const struct jam_python_layout *layout, uint64_t string, char *to,
                            uint32_t max)
{
    uint64_t length = *(const uint64_t *)(string + JAM_STRING_LENGTH);
    uint32_t state = *(const uint32_t *)(string + JAM_STRING_STATE);
    unsigned width = state >> JAM_STRING_KIND_SHIFT & 7;
    uint64_t data =
        string + (state & JAM_STRING_ASCII ? layout->string_ascii : layout->string_wide);
    uint32_t used = 0;
    if (!(state & JAM_STRING_COMPACT))
        return 0;
    for (uint64_t i = 0; i < length && used + 4 <= max; i++)
        used += put_character(character_at(data, width, i), to + used);
    return used;
}

uint32_t jam_python_string(uint64_t string, char *to, uint32_t max)
{
    const struct jam_python_layout *layout = jam_python_layout_here();
    return layout ? copy_string(layout, string, to, max) : 0;
}

/* --- records --- */

static uint64_t key_of_id(uint32_t id)
{
    return (uint64_t)id << 1;
}

/* What a record will have to say, before its place is taken. */
struct code_text {
    char name[NAME_BYTES_MAX];
    char file[FILE_BYTES_MAX];
    uint32_t name_bytes, file_bytes;
    uint64_t lines; /* bytes object */
    uint32_t lines_bytes;
};

static struct code_text scratch;

static void code_read(const struct jam_python_layout *layout, uint64_t code)
{
    scratch.name_bytes = copy_string(layout, *(const uint64_t *)(code + layout->code_name),
                                     scratch.name, sizeof scratch.name);
    scratch.file_bytes = copy_string(layout, *(const uint64_t *)(code + layout->code_file),
                                     scratch.file, sizeof scratch.file);
    scratch.lines = *(const uint64_t *)(code + layout->code_lines);
    uint64_t bytes = *(const uint64_t *)(scratch.lines + JAM_BYTES_LENGTH);
    scratch.lines_bytes = bytes < LINES_BYTES_MAX ? (uint32_t)bytes : LINES_BYTES_MAX;
}

/* An empty record with the next id; `bytes` with its texts. NULL: no space. */
static struct jam_python_code *code_take(uint32_t bytes)
{
    uint64_t offset;
    if (codes.count == JAM_PYTHON_CODE_MASK)
        return NULL;
    struct jam_python_code *record = jam_area_take(&codes.area, bytes, &offset);
    if (!record)
        return NULL;
    record->record_bytes = bytes;
    record->id = ++codes.count;
    jam_shared_map_put(&codes.index, key_of_id(record->id), offset);
    return record;
}

static uint32_t code_append(const struct jam_python_layout *layout, uint64_t code)
{
    code_read(layout, code);
    uint32_t bytes = (uint32_t)sizeof(struct jam_python_code) + scratch.name_bytes +
                     scratch.file_bytes + scratch.lines_bytes;
    struct jam_python_code *record = code_take((bytes + 7) & ~7u);
    if (!record)
        return 0;
    record->minor = layout->minor;
    record->first_line = *(const uint32_t *)(code + layout->code_first_line);
    record->name_bytes = (uint16_t)scratch.name_bytes;
    record->file_bytes = (uint16_t)scratch.file_bytes;
    record->lines_bytes = scratch.lines_bytes;
    char *text = record->text;
    memcpy(text, scratch.name, scratch.name_bytes);
    memcpy(text += scratch.name_bytes, scratch.file, scratch.file_bytes);
    memcpy(text + scratch.file_bytes, (const void *)(scratch.lines + JAM_BYTES_DATA),
           scratch.lines_bytes);
    jam_area_publish(&codes.area, record->record_bytes);
    return record->id;
}

const struct jam_python_code *jam_python_code_record(uint32_t id)
{
    uint64_t offset = jam_shared_map_find(&codes.index, key_of_id(id));
    return offset ? jam_session_at(offset) : NULL;
}

uint32_t jam_python_code_import(const struct jam_python_code *original)
{
    enum { HEAD = offsetof(struct jam_python_code, minor) };
    struct jam_python_code *record = code_take(original->record_bytes);
    if (!record)
        return 0;
    memcpy((char *)record + HEAD, (const char *)original + HEAD, original->record_bytes - HEAD);
    jam_area_publish(&codes.area, record->record_bytes);
    return record->id;
}

/* From 3.11 on the class stands before the name. */
static bool code_is_called(const char *name)
{
    size_t bytes = strlen(name);
    return scratch.name_bytes >= bytes &&
           !memcmp(scratch.name + scratch.name_bytes - bytes, name, bytes);
}

static void code_note_end_maker(const struct jam_python_layout *layout, uint64_t code)
{
    for (unsigned i = 0; i < END_MAKERS; i++)
        if (layout->minor >= end_makers[i].minor && code_is_called(end_makers[i].name))
            __atomic_store_n(&codes.end_code[i], code, __ATOMIC_RELAXED);
}

bool jam_python_makes_end(void)
{
    struct jam_python_walk walk;
    if (!jam_python_first(&walk))
        return false;
    for (unsigned i = 0; i < END_MAKERS; i++)
        if (walk.frame.code == __atomic_load_n(&codes.end_code[i], __ATOMIC_RELAXED))
            return true;
    return false;
}

uint32_t jam_python_code_id(uint64_t code)
{
    uint64_t key = jam_hash_add(code, jam_python_code_mark(code)) | 1;
    uint32_t id = (uint32_t)jam_shared_map_find(&codes.index, key);
    if (id)
        return id;
    id = code_append(jam_python_layout_here(), code);
    if (id) {
        jam_shared_map_put(&codes.index, key, id);
        code_note_end_maker(jam_python_layout_here(), code);
    }
    return id;
}
