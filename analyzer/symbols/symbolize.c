/*
 * The symbolizer: puts together what symbolize_modules (whose address is it), symbolize_dwarf and
 * symbolize_file (what is there) and demangle say, and remembers the answers.
 */
#include "symbols/symbolize.h"

#include <stdlib.h>
#include <string.h>

#include "util/demangle.h"
#include "symbols/symbolize_dwarf.h"
#include "symbols/symbolize_modules.h"
#include "symbols/symbolize_variable.h"

/* A resolved address. The frames lie behind it. */
struct answer {
    struct answer *next;
    uint64_t address;
    uint32_t generation;
    bool is_return_address;
    size_t count;
    struct jam_symbol_frame frames[];
};

struct jam_symbolizer {
    struct jam_symbol_modules modules;
    struct answer **buckets;
    size_t bucket_count; /* a power of two */
    size_t answer_count;
    struct jam_symbol_frame fallback; /* the answer when memory is short */
};

static size_t bucket_of(const struct jam_symbolizer *symbolizer, const struct answer *key)
{
    uint64_t mixed =
        (key->address * 2 + key->is_return_address) ^ ((uint64_t)key->generation << 40);
    return (size_t)((mixed * 0x9e3779b97f4a7c15u) >> 32) & (symbolizer->bucket_count - 1);
}

static struct answer *find_answer(const struct jam_symbolizer *symbolizer, const struct answer *key)
{
    struct answer *answer = NULL;
    if (symbolizer->bucket_count > 0)
        answer = symbolizer->buckets[bucket_of(symbolizer, key)];
    while (answer != NULL &&
           (answer->address != key->address || answer->generation != key->generation ||
            answer->is_return_address != key->is_return_address))
        answer = answer->next;
    return answer;
}

static bool grow_buckets(struct jam_symbolizer *symbolizer)
{
    struct jam_symbolizer old = *symbolizer;
    symbolizer->bucket_count = old.bucket_count == 0 ? 1024 : old.bucket_count * 2;
    symbolizer->buckets = calloc(symbolizer->bucket_count, sizeof *symbolizer->buckets);
    if (symbolizer->buckets == NULL) {
        *symbolizer = old;
        return old.bucket_count > 0;
    }
    for (size_t i = 0; i < old.bucket_count; i++) {
        for (struct answer *answer = old.buckets[i], *next; answer != NULL; answer = next) {
            struct answer **bucket = &symbolizer->buckets[bucket_of(symbolizer, answer)];
            next = answer->next;
            answer->next = *bucket;
            *bucket = answer;
        }
    }
    free(old.buckets);
    return true;
}

static bool keep_answer(struct jam_symbolizer *symbolizer, struct answer *answer)
{
    if (symbolizer->answer_count >= symbolizer->bucket_count && !grow_buckets(symbolizer))
        return false;
    struct answer **bucket = &symbolizer->buckets[bucket_of(symbolizer, answer)];
    answer->next = *bucket;
    *bucket = answer;
    symbolizer->answer_count++;
    return true;
}

/*
 * The function that the code belongs to may have no mangled name in the debug information ("take")
 * that the symbol has ("_ZN4Pool4takeEv"), or no debug information at all.
 */
static void add_symbol(struct jam_symbol_file *file, uint64_t address,
                       struct jam_symbol_scope *scope)
{
    uint64_t start;
    const char *own = strrchr(scope->plain, ':');
    own = own != NULL ? own + 1 : scope->plain;
    const char *symbol = jam_symbol_file_symbol(&file->functions, address, &start);
    if (scope->mangled != NULL || symbol == NULL)
        return;
    if (scope->plain[0] == '\0' || (symbol[0] == '_' && own[0] != '_' && strstr(symbol, own)))
        scope->mangled = symbol;
}

static size_t find_scopes(struct jam_symbol_file *file, uint64_t address,
                          struct jam_symbol_scope *scopes)
{
    size_t count = 0;
    scopes[0] = (struct jam_symbol_scope){0};
    if (file != NULL)
        count = jam_symbol_scopes_find(file, address, scopes);
    if (count == 0)
        count = 1;
    if (file != NULL)
        add_symbol(file, address, &scopes[count - 1]);
    return count;
}

static char *copy_name(const struct jam_symbol_scope *scope)
{
    char text[JAM_DEMANGLE_BYTES];
    if (scope->mangled == NULL)
        return scope->plain[0] != '\0' ? strdup(scope->plain) : NULL;
    jam_demangle(scope->mangled, text, sizeof text);
    return strdup(text);
}

static struct answer *make_answer(const struct answer *key, const struct jam_symbol_frame *common,
                                  const struct jam_symbol_scope *scopes, size_t count)
{
    struct answer *answer = calloc(1, sizeof *answer + count * sizeof answer->frames[0]);
    if (answer == NULL)
        return NULL;
    *answer = *key;
    answer->count = count;
    for (size_t i = 0; i < count; i++) {
        struct jam_symbol_frame *frame = &answer->frames[i];
        *frame = *common;
        frame->function = copy_name(&scopes[i]);
        frame->file = scopes[i].file;
        frame->line = scopes[i].line;
        frame->is_inlined = i + 1 < count;
    }
    return answer;
}

static void free_answer(struct answer *answer)
{
    for (size_t i = 0; i < answer->count; i++)
        free((char *)answer->frames[i].function);
    free(answer);
}

static struct answer *resolve(struct jam_symbolizer *symbolizer, const struct answer *key)
{
    struct jam_symbol_scope scopes[JAM_SYMBOL_SCOPES_MAX];
    struct jam_symbol_file *file = NULL;
    uint64_t lookup = key->address - key->is_return_address, bias = 0;
    struct jam_symbol_mapping *mapping =
        jam_symbol_modules_find(&symbolizer->modules, key->generation, lookup);
    symbolizer->fallback = (struct jam_symbol_frame){.offset = key->address};
    if (mapping != NULL) {
        file = jam_symbol_modules_open(&symbolizer->modules, mapping);
        bias = mapping->module.bias;
        symbolizer->fallback.module = mapping->module.path;
        symbolizer->fallback.offset = key->address - bias;
    }
    size_t count = find_scopes(file, lookup - bias, scopes);
    struct answer *answer = make_answer(key, &symbolizer->fallback, scopes, count);
    if (answer != NULL && !keep_answer(symbolizer, answer)) {
        free_answer(answer);
        return NULL;
    }
    return answer;
}

size_t jam_symbolizer_resolve(struct jam_symbolizer *symbolizer, uint32_t generation,
                              uint64_t address, bool is_return_address,
                              const struct jam_symbol_frame **frames)
{
    struct answer key = {
        .address = address, .generation = generation, .is_return_address = is_return_address};
    struct answer *answer = find_answer(symbolizer, &key);
    if (answer == NULL)
        answer = resolve(symbolizer, &key);
    *frames = answer != NULL ? answer->frames : &symbolizer->fallback;
    return answer != NULL ? answer->count : 1;
}

bool jam_symbolizer_data_name(struct jam_symbolizer *symbolizer, uint32_t generation,
                              uint64_t address, char *name, size_t size)
{
    struct jam_data_name text;
    if (size == 0)
        return false;
    jam_data_name_init(&text, name, size);
    struct jam_symbol_mapping *mapping =
        jam_symbol_modules_find(&symbolizer->modules, generation, address);
    struct jam_symbol_file *file =
        mapping != NULL ? jam_symbol_modules_open(&symbolizer->modules, mapping) : NULL;
    return file != NULL && jam_symbol_variable_name(file, address - mapping->module.bias, &text);
}

const char *jam_symbolizer_warning(const struct jam_symbolizer *symbolizer, size_t index)
{
    const struct jam_symbol_modules *modules = &symbolizer->modules;
    return index < modules->warning_count ? modules->warnings[index] : NULL;
}

struct jam_symbolizer *jam_symbolizer_new(const struct jam_symbol_module *modules, size_t count,
                                          const char *sysroot)
{
    struct jam_symbolizer *symbolizer = calloc(1, sizeof *symbolizer);
    if (symbolizer == NULL)
        return NULL;
    if (!jam_symbol_modules_init(&symbolizer->modules, modules, count, sysroot)) {
        jam_symbolizer_free(symbolizer);
        return NULL;
    }
    return symbolizer;
}

static void free_answers(struct jam_symbolizer *symbolizer)
{
    for (size_t i = 0; i < symbolizer->bucket_count; i++) {
        for (struct answer *answer = symbolizer->buckets[i], *next; answer != NULL; answer = next) {
            next = answer->next;
            free_answer(answer);
        }
    }
    free(symbolizer->buckets);
}

void jam_symbolizer_free(struct jam_symbolizer *symbolizer)
{
    if (symbolizer == NULL)
        return;
    free_answers(symbolizer);
    jam_symbol_modules_fini(&symbolizer->modules);
    free(symbolizer);
}
