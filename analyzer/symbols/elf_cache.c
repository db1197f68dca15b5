/* Looks up a name in the dynamic linker's cache; an odd cache is one without entries. */
#include "symbols/elf_cache.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define CACHE "/etc/ld.so.cache"
#define MAGIC "glibc-ld.so.cache1.1"

/* Library of ELF format (3) for x86-64 (0x300): FLAG_ELF_LIBC6 | FLAG_X8664_LIB64 of glibc. */
#define FLAGS_X86_64 0x303

/* A cache is some hundred KiB; what is larger than this is none. */
#define CACHE_BYTES_MAX (64 << 20)

struct header {
    char magic[sizeof(MAGIC) - 1];
    uint32_t count;
    uint32_t others[6];
};

struct entry {
    int32_t flags;
    uint32_t name;
    uint32_t path;
    uint32_t os_version;
    uint64_t hwcap;
};

struct cache {
    char *bytes; /* ends in a NUL that is not the file's */
    size_t size;
};

static int load(struct cache *cache)
{
    struct stat status;
    int fd = open(CACHE, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return -1;
    if (fstat(fd, &status) == 0 && status.st_size > 0 && status.st_size < CACHE_BYTES_MAX)
        cache->bytes = calloc(1, (size_t)status.st_size + 1);
    ssize_t got = cache->bytes ? read(fd, cache->bytes, (size_t)status.st_size) : -1;
    cache->size = got > 0 ? (size_t)got : 0;
    close(fd);
    return cache->size >= sizeof(struct header) ? 0 : -1;
}

static bool fits(const struct cache *cache, const struct entry *entry, const char *name)
{
    return entry->flags == FLAGS_X86_64 && entry->hwcap == 0 && entry->name < cache->size &&
           entry->path < cache->size && strcmp(cache->bytes + entry->name, name) == 0;
}

static char *find(const struct cache *cache, const char *name)
{
    struct header header;
    struct entry entry;
    memcpy(&header, cache->bytes, sizeof(header));
    if (memcmp(header.magic, MAGIC, sizeof(header.magic)) != 0)
        return NULL;
    size_t fitting = (cache->size - sizeof(header)) / sizeof(entry);
    for (size_t i = 0; i < header.count && i < fitting; i++) {
        memcpy(&entry, cache->bytes + sizeof(header) + i * sizeof(entry), sizeof(entry));
        if (fits(cache, &entry, name))
            return strdup(cache->bytes + entry.path);
    }
    return NULL;
}

char *jam_elf_cache_find(const char *name)
{
    struct cache cache = {0};
    char *path = load(&cache) == 0 ? find(&cache, name) : NULL;
    free(cache.bytes);
    return path;
}
