/*
 * One ELF file, opened through libdwfl such that addresses are those in the file (bias 0), with
 * the indexes that make lookups cheap: its symbols, and, if it has debug information, its units.
 * Internal to symbolize*.c.
 */
#ifndef JAM_SYMBOLIZE_FILE_H
#define JAM_SYMBOLIZE_FILE_H

#include <elfutils/libdwfl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "symbols/symbolize_ranges.h"

/* A compilation unit. With split debug information (-gsplit-dwarf) the two entries differ. */
struct jam_symbol_unit {
    Dwarf_Die lines; /* the unit that has the line table */
    Dwarf_Die root;  /* the unit that has the functions and variables */
    bool is_indexed; /* the following are filled when first needed; all offsets are those of DIEs */
    struct jam_ranges functions; /* addresses; value = offset */
    struct jam_ranges parents;   /* low = offset of a function, class, namespace; value = where
                                    it is declared */
};

/* Must not move while it is open: libdwfl keeps the address of `callbacks`. */
struct jam_symbol_file {
    Dwfl *dwfl;
    Dwfl_Callbacks callbacks;
    char *debug_path; /* the caller's */
    Dwfl_Module *module;
    Dwarf *dwarf;                /* NULL: no debug information */
    Dwarf_Addr dwarf_bias;       /* address in the file minus address in the debug information */
    struct jam_ranges functions; /* symbols: value = pointer to the name */
    struct jam_ranges variables;
    struct jam_symbol_unit *units;
    size_t unit_count;
    struct jam_ranges unit_ranges;     /* unit = index into units */
    struct jam_ranges debug_variables; /* value = offset of the DIE, unit = index into units */
    bool has_debug_variables;          /* debug_variables is filled */
};

/* What the file at `path` has to be. */
struct jam_symbol_identity {
    const char *path;
    const uint8_t *build_id;
    size_t build_id_bytes; /* 0: the mapped file had none */
    char *
        debug_path; /* where separate debug files are, as libdwfl takes it; must outlive the file */
};

/*
 * Opens and indexes. Returns NULL if the file can be used, else why not, in words that can follow
 * the file's name. `file` can be closed in both cases.
 */
const char *jam_symbol_file_open(struct jam_symbol_file *file,
                                 const struct jam_symbol_identity *identity);
void jam_symbol_file_close(struct jam_symbol_file *file);

/* Name of the symbol whose bytes have the address, *start its first; NULL if there is none. */
const char *jam_symbol_file_symbol(const struct jam_ranges *symbols, uint64_t address,
                                   uint64_t *start);

#endif
