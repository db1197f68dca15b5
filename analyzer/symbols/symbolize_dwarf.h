/*
 * Functions, lines and inlined calls from DWARF. Internal to symbolize*.c.
 *
 * Neither .debug_aranges (clang writes none) nor dwarf_getscopes (which walks a whole unit for
 * each address, and does not look into the namespaces where clang keeps its functions) is used:
 * the ranges of the units, and of the functions of the units that are asked for, are indexed once.
 */
#ifndef JAM_SYMBOLIZE_DWARF_H
#define JAM_SYMBOLIZE_DWARF_H

#include "symbols/symbolize_file.h"

/* Deepest chain of inlined calls that is followed. */
#define JAM_SYMBOL_SCOPES_MAX 128

#define JAM_SYMBOL_SCOPE_BYTES 256

struct jam_symbol_scope {
    const char *mangled;                /* NULL: the debug information has none */
    char plain[JAM_SYMBOL_SCOPE_BYTES]; /* "Pool::take", cut if longer; "" = unknown */
    const char *file;                   /* NULL = unknown */
    unsigned line;                      /* 0 = unknown */
};

/* Fills the file's units and unit_ranges. Called once, when the file is opened. */
void jam_symbol_units_index(struct jam_symbol_file *file);

/*
 * What stands at an address of the file: inlined calls, innermost first, then the function.
 * Stores at most JAM_SYMBOL_SCOPES_MAX and returns how many, 0 if no unit has the address.
 */
size_t jam_symbol_scopes_find(struct jam_symbol_file *file, uint64_t address,
                              struct jam_symbol_scope *scopes);

/* The mangled name of a function or variable if it has one, else NULL. */
const char *jam_symbol_linkage_name(Dwarf_Die *die);

#endif
