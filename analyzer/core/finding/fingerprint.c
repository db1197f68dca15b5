/* Hashes names: FNV-1a (Fowler, Noll, Vo) over the bytes, with the NUL that ends each text. */
#include "core/finding/fingerprint.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "core/function_name.h"

#define FNV_PRIME   0x100000001b3u
#define NAME_BYTES  1024
#define OFFSET_BITS 64

static uint64_t add_byte(uint64_t hash, unsigned char byte)
{
    return (hash ^ byte) * FNV_PRIME;
}

static uint64_t add_number(uint64_t hash, uint64_t number)
{
    for (unsigned shift = 0; shift < OFFSET_BITS; shift += 8)
        hash = add_byte(hash, (unsigned char)(number >> shift));
    return hash;
}

static uint64_t add_bytes(uint64_t hash, const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++)
        hash = add_byte(hash, (unsigned char)text[i]);
    return add_byte(hash, 0);
}

uint64_t jam_fingerprint_text(uint64_t hash, const char *text)
{
    return add_bytes(hash, text ? text : "", text ? strlen(text) : 0);
}

static const char *base_name(const char *path)
{
    const char *slash = path ? strrchr(path, '/') : NULL;
    return slash ? slash + 1 : path;
}

/* "libx.so.1.2.3" and "libx.so.1.2.4" are one module: an update of a library is not a new defect. */
static uint64_t add_module(uint64_t hash, const char *path)
{
    const char *name = base_name(path);
    if (!name)
        return jam_fingerprint_text(hash, NULL);
    const char *version = strstr(name, ".so.");
    return add_bytes(hash, name, version ? (size_t)(version - name) + 3 : strlen(name));
}

uint64_t jam_fingerprint_frame(uint64_t hash, const struct jam_fingerprint_frame *frame)
{
    char name[NAME_BYTES];
    if (!frame->function) {
        hash = add_module(hash, frame->module);
        return frame->module ? add_number(hash, frame->offset) : hash;
    }
    jam_function_shorten(frame->function, name, sizeof name);
    hash = jam_fingerprint_text(hash, name);
    hash = jam_fingerprint_text(hash, base_name(frame->file));
    return add_module(hash, frame->module);
}

static int compare_hashes(const void *left, const void *right)
{
    const uint64_t *a = left;
    const uint64_t *b = right;
    return (*a > *b) - (*a < *b);
}

uint64_t jam_fingerprint_join(uint64_t hash, uint64_t *parts, size_t count)
{
    if (count)
        qsort(parts, count, sizeof *parts, compare_hashes);
    for (size_t i = 0; i < count; i++)
        if (i == 0 || parts[i] != parts[i - 1])
            hash = add_number(hash, parts[i]);
    return hash;
}

/* Past "[12]"'s digits, NULL if it is no index. */
static const char *skip_index(const char *text)
{
    const char *end = text + 1;
    while (isdigit((unsigned char)*end))
        end++;
    return end > text + 1 && *end == ']' ? end : NULL;
}

char *jam_fingerprint_class(const char *name, char *buffer, size_t size)
{
    size_t used = 0;
    for (const char *at = name; *at && used + 1 < size; at++) {
        if (strncmp(at, "+0x", 3) == 0)
            break;
        buffer[used++] = *at;
        const char *index_end = *at == '[' ? skip_index(at) : NULL;
        if (index_end)
            at = index_end - 1;
    }
    buffer[used] = '\0';
    return buffer;
}
