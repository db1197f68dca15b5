/*
 * Mappings and files of modules. One file may be mapped many times (dlopen, dlclose, dlopen), so
 * files are kept apart from mappings and opened once.
 */
#include "symbols/symbolize_modules.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/search.h"

/* What one path with one build-id is. */
struct jam_symbol_source {
    struct jam_symbol_module identity; /* of the first module that is this file */
    struct jam_symbol_source *next;
    bool is_usable;
    struct jam_symbol_file file;
};

static int compare_mappings(const void *left, const void *right)
{
    const struct jam_symbol_module *a = &((const struct jam_symbol_mapping *)left)->module;
    const struct jam_symbol_module *b = &((const struct jam_symbol_mapping *)right)->module;
    if (a->start != b->start)
        return a->start < b->start ? -1 : 1;
    return (a->first_generation > b->first_generation) -
           (a->first_generation < b->first_generation);
}

static bool copy_module(struct jam_symbol_module *copy, const struct jam_symbol_module *module)
{
    uint8_t *build_id = malloc(module->build_id_bytes + 1);
    *copy = *module;
    copy->path = strdup(module->path);
    copy->build_id = build_id;
    if (copy->path == NULL || build_id == NULL)
        return false;
    if (module->build_id_bytes > 0)
        memcpy(build_id, module->build_id, module->build_id_bytes);
    return true;
}

static bool copy_modules(struct jam_symbol_modules *modules, const struct jam_symbol_module *list,
                         size_t count)
{
    uint64_t end_so_far = 0;
    modules->mappings = calloc(count + 1, sizeof *modules->mappings);
    if (modules->mappings == NULL)
        return false;
    while (modules->mapping_count < count) {
        size_t i = modules->mapping_count++;
        if (!copy_module(&modules->mappings[i].module, &list[i]))
            return false;
    }
    qsort(modules->mappings, count, sizeof *modules->mappings, compare_mappings);
    for (size_t i = 0; i < count; i++) {
        struct jam_symbol_mapping *mapping = &modules->mappings[i];
        if (mapping->module.end > end_so_far)
            end_so_far = mapping->module.end;
        mapping->end_so_far = end_so_far;
    }
    return true;
}

static bool is_mapped_at(const struct jam_symbol_mapping *mapping, uint32_t generation,
                         uint64_t address)
{
    const struct jam_symbol_module *module = &mapping->module;
    return address >= module->start && address < module->end &&
           generation >= module->first_generation && generation <= module->last_generation;
}

static uint64_t mapping_key(const void *mappings, size_t index)
{
    return ((const struct jam_symbol_mapping *)mappings)[index].module.start;
}

struct jam_symbol_mapping *jam_symbol_modules_find(struct jam_symbol_modules *modules,
                                                   uint32_t generation, uint64_t address)
{
    size_t low =
        jam_search_behind(modules->mappings, 0, modules->mapping_count, address, mapping_key);
    for (; low > 0 && modules->mappings[low - 1].end_so_far > address; low--)
        if (is_mapped_at(&modules->mappings[low - 1], generation, address))
            return &modules->mappings[low - 1];
    return NULL;
}

static void warn(struct jam_symbol_modules *modules, const char *path, const char *problem)
{
    char *text;
    char **warnings = reallocarray(modules->warnings, modules->warning_count + 1, sizeof *warnings);
    if (warnings == NULL)
        return;
    modules->warnings = warnings;
    if (asprintf(&text, "%s %s: its addresses have no names", path, problem) >= 0)
        warnings[modules->warning_count++] = text;
}

static bool is_same_file(const struct jam_symbol_module *a, const struct jam_symbol_module *b)
{
    return a->build_id_bytes == b->build_id_bytes && strcmp(a->path, b->path) == 0 &&
           memcmp(a->build_id, b->build_id, a->build_id_bytes) == 0;
}

static void open_source(struct jam_symbol_modules *modules, struct jam_symbol_source *source)
{
    char *path;
    if (strcmp(source->identity.path, "[vdso]") == 0)
        return;
    if (source->identity.path[0] != '/') {
        warn(modules, source->identity.path, "is not an absolute path");
        return;
    }
    if (asprintf(&path, "%s%s", modules->sysroot, source->identity.path) < 0)
        return;
    struct jam_symbol_identity identity = {
        .path = path,
        .build_id = source->identity.build_id,
        .build_id_bytes = source->identity.build_id_bytes,
        .debug_path = modules->debug_path,
    };
    const char *problem = jam_symbol_file_open(&source->file, &identity);
    source->is_usable = problem == NULL;
    if (problem != NULL)
        warn(modules, path, problem);
    free(path);
}

static struct jam_symbol_source *find_source(struct jam_symbol_modules *modules,
                                             const struct jam_symbol_module *module)
{
    struct jam_symbol_source *source = modules->sources;
    while (source != NULL && !is_same_file(&source->identity, module))
        source = source->next;
    return source;
}

static struct jam_symbol_source *add_source(struct jam_symbol_modules *modules,
                                            const struct jam_symbol_module *module)
{
    struct jam_symbol_source *source = calloc(1, sizeof *source);
    if (source == NULL)
        return NULL;
    source->identity = *module;
    source->next = modules->sources;
    modules->sources = source;
    open_source(modules, source);
    return source;
}

struct jam_symbol_file *jam_symbol_modules_open(struct jam_symbol_modules *modules,
                                                struct jam_symbol_mapping *mapping)
{
    if (mapping->source == NULL)
        mapping->source = find_source(modules, &mapping->module);
    if (mapping->source == NULL)
        mapping->source = add_source(modules, &mapping->module);
    return mapping->source != NULL && mapping->source->is_usable ? &mapping->source->file : NULL;
}

/*
 * Separate debug files: beside the file, in its .debug folder, and in /usr/lib/debug, that of the
 * sysroot first. The plus sign has libdwfl check the checksum of a .gnu_debuglink.
 */
static bool set_paths(struct jam_symbol_modules *modules, const char *sysroot)
{
    const char *root = sysroot != NULL ? sysroot : "";
    modules->sysroot = strdup(root);
    int length = root[0] == '\0' ? asprintf(&modules->debug_path, "+:.debug:/usr/lib/debug")
                                 : asprintf(&modules->debug_path,
                                            "+:.debug:%s/usr/lib/debug:/usr/lib/debug", root);
    if (length < 0)
        modules->debug_path = NULL;
    return modules->sysroot != NULL && length >= 0;
}

bool jam_symbol_modules_init(struct jam_symbol_modules *modules,
                             const struct jam_symbol_module *list, size_t count,
                             const char *sysroot)
{
    return copy_modules(modules, list, count) && set_paths(modules, sysroot);
}

static void free_sources(struct jam_symbol_modules *modules)
{
    for (struct jam_symbol_source *source = modules->sources, *next; source != NULL;
         source = next) {
        next = source->next;
        if (source->is_usable)
            jam_symbol_file_close(&source->file);
        free(source);
    }
}

void jam_symbol_modules_fini(struct jam_symbol_modules *modules)
{
    free_sources(modules);
    for (size_t i = 0; i < modules->mapping_count; i++) {
        free((char *)modules->mappings[i].module.path);
        free((uint8_t *)modules->mappings[i].module.build_id);
    }
    for (size_t i = 0; i < modules->warning_count; i++)
        free(modules->warnings[i]);
    free(modules->mappings);
    free(modules->warnings);
    free(modules->sysroot);
    free(modules->debug_path);
}
