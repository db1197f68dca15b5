/* Strings of names, and the names of locks that have not begun. */
#include "name.h"
#include "growth.h"
#include "map.h"
#include "session.h"

#include <string.h>

enum { TEXT_BYTES_MAX = 255 };

static struct {
    struct jam_area area;
    struct jam_map by_text; /* hash -> number */
    struct jam_map kept;    /* address -> number */
    uint32_t count;
} names;

static void name_reset(void)
{
    memset(&names, 0, sizeof names);
    names.area = (struct jam_area){.shape = {.kind = JAM_EXTENT_STRINGS}, .next_bytes = 4096};
}
JAM_ON_RESET(name_reset);

static uint32_t name_append(const char *text, size_t length)
{
    uint32_t bytes = (uint32_t)(sizeof(struct jam_string) + length + 3) & ~3u;
    struct jam_string *string = jam_area_take(&names.area, bytes, NULL);
    if (!string)
        return 0;
    string->key = JAM_STRING_NAME;
    string->length = (uint16_t)length;
    memcpy(string->text, text, length);
    jam_area_publish(&names.area, bytes);
    return ++names.count;
}

/* Two texts with one hash are one name: the chance is below 10^-11 for 10,000 names. */
static uint64_t name_hash(const char *text, size_t length)
{
    uint64_t hash = length;
    for (size_t i = 0; i < length; i++)
        hash = jam_hash_add(hash, (unsigned char)text[i]);
    return hash | 1;
}

uint32_t jam_name_number(const char *text)
{
    size_t length = strnlen(text, TEXT_BYTES_MAX);
    if (!length)
        return 0;
    if (!jam_growth_lock()) {
        jam_session_lose(JAM_LOSS_GROWTH_BUSY, 1);
        return 0;
    }
    uint64_t hash = name_hash(text, length);
    uint32_t number = (uint32_t)jam_map_find(&names.by_text, hash);
    if (!number && (number = name_append(text, length)))
        jam_map_put(&names.by_text, hash, number);
    jam_growth_unlock();
    return number;
}

void jam_name_keep(uint64_t address, uint32_t number)
{
    if (number || jam_map_find(&names.kept, address))
        jam_map_put(&names.kept, address, number);
}

uint32_t jam_name_take(uint64_t address)
{
    uint32_t number = names.kept.table ? (uint32_t)jam_map_find(&names.kept, address) : 0;
    if (number)
        jam_map_put(&names.kept, address, 0);
    return number;
}
