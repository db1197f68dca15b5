/* Dynamic symbols through DT_GNU_HASH, which every linker of today writes. */
#include "symbol.h"

#include <stddef.h>
#include <string.h>

/* The tables of one file, as addresses in this process. */
struct symbol_tables {
    const uint32_t *hash;
    const Elf64_Sym *symbols;
    const char *strings;
    uint64_t string_bytes;
};

/* DT_GNU_HASH begins with these words, then the Bloom filter, the buckets and the chains. */
struct gnu_hash {
    uint32_t bucket_count;
    uint32_t first_symbol;
    uint32_t bloom_words;
    uint32_t bloom_shift;
};

/* ld.so has made the addresses in the table absolute; not so in the vDSO. */
static uint64_t symbol_address(const struct jam_image *image, uint64_t value)
{
    return value < image->start ? value + image->bias : value;
}

static bool symbol_read_tables(const struct jam_image *image, const Elf64_Dyn *entry,
                               struct symbol_tables *tables)
{
    for (; entry->d_tag != DT_NULL; entry++) {
        uint64_t address = symbol_address(image, entry->d_un.d_ptr);
        switch (entry->d_tag) {
        case DT_GNU_HASH:
            tables->hash = (const uint32_t *)address;
            break;
        case DT_SYMTAB:
            tables->symbols = (const Elf64_Sym *)address;
            break;
        case DT_STRTAB:
            tables->strings = (const char *)address;
            break;
        case DT_STRSZ:
            tables->string_bytes = entry->d_un.d_val;
            break;
        }
    }
    return tables->hash && tables->symbols && tables->strings;
}

static bool symbol_find_tables(const struct jam_image *image, struct symbol_tables *tables)
{
    for (uint32_t i = 0; image->segment && i < image->segment_count; i++) {
        const Elf64_Phdr *segment = &image->segment[i];
        if (segment->p_type == PT_DYNAMIC)
            return symbol_read_tables(image, (const Elf64_Dyn *)(image->bias + segment->p_vaddr),
                                      tables);
    }
    return false;
}

static uint32_t symbol_hash(const char *name)
{
    uint32_t hash = 5381;
    for (; *name; name++)
        hash = hash * 33 + (unsigned char)*name;
    return hash;
}

static const Elf64_Sym *symbol_search(const struct symbol_tables *tables, const char *name)
{
    const struct gnu_hash *head = (const struct gnu_hash *)tables->hash;
    const uint64_t *bloom = (const uint64_t *)(head + 1);
    const uint32_t *buckets = (const uint32_t *)(bloom + head->bloom_words);
    const uint32_t *chains = buckets + head->bucket_count;
    uint32_t hash = symbol_hash(name);
    uint64_t word = bloom[hash / 64 % head->bloom_words];
    if (!(word >> hash % 64 & word >> (hash >> head->bloom_shift) % 64 & 1))
        return NULL;
    uint32_t index = buckets[hash % head->bucket_count];
    for (; index >= head->first_symbol; index++) {
        uint32_t chain = chains[index - head->first_symbol];
        const Elf64_Sym *symbol = &tables->symbols[index];
        if ((chain ^ hash) < 2 && symbol->st_name < tables->string_bytes &&
            !strcmp(tables->strings + symbol->st_name, name))
            return symbol;
        if (chain & 1)
            break;
    }
    return NULL;
}

uint64_t jam_symbol_find(const struct jam_image *image, const char *name)
{
    struct symbol_tables tables = {0};
    if (!symbol_find_tables(image, &tables) || !tables.hash[0] || !tables.hash[2])
        return 0;
    const Elf64_Sym *symbol = symbol_search(&tables, name);
    return symbol && symbol->st_shndx != SHN_UNDEF ? image->bias + symbol->st_value : 0;
}
