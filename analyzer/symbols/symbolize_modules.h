/*
 * Which module was mapped at an address, and the file that it is. Internal to symbolize*.c.
 */
#ifndef JAM_SYMBOLIZE_MODULES_H
#define JAM_SYMBOLIZE_MODULES_H

#include "symbols/symbolize.h"
#include "symbols/symbolize_file.h"

struct jam_symbol_source;

struct jam_symbol_mapping {
    struct jam_symbol_module module;
    uint64_t end_so_far; /* highest end of this and all mappings that start before it */
    struct jam_symbol_source *source; /* NULL until first needed */
};

/* All zero is an empty set. */
struct jam_symbol_modules {
    struct jam_symbol_mapping *mappings; /* sorted by start */
    size_t mapping_count;
    struct jam_symbol_source *sources;
    char *sysroot;    /* "" = none */
    char *debug_path; /* where separate debug files are looked for */
    char **warnings;
    size_t warning_count;
};

/* Copies the modules. False when memory is short; call fini in any case. */
bool jam_symbol_modules_init(struct jam_symbol_modules *modules,
                             const struct jam_symbol_module *list, size_t count,
                             const char *sysroot);
void jam_symbol_modules_fini(struct jam_symbol_modules *modules);

/* The module that was mapped at the address in that generation, NULL if none was. */
struct jam_symbol_mapping *jam_symbol_modules_find(struct jam_symbol_modules *modules,
                                                   uint32_t generation, uint64_t address);

/*
 * The file of a mapping, opened now if nobody needed it before. NULL if there is no usable one;
 * the first time, that adds a warning (the vDSO has no file and gets none).
 */
struct jam_symbol_file *jam_symbol_modules_open(struct jam_symbol_modules *modules,
                                                struct jam_symbol_mapping *mapping);

#endif
