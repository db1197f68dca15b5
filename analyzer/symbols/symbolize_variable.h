/*
 * Names of variables, from debug information and symbols. Internal to symbolize*.c.
 */
#ifndef JAM_SYMBOLIZE_VARIABLE_H
#define JAM_SYMBOLIZE_VARIABLE_H

#include "util/data_name.h"
#include "symbols/symbolize_file.h"

/* Writes the name of what lies at an address of the file. False: no variable is known there. */
bool jam_symbol_variable_name(struct jam_symbol_file *file, uint64_t address,
                              struct jam_data_name *name);

/*
 * Adds the path from the start of an object of that type to the part `offset` bytes into it:
 * "[3].lock". It ends at a synchronisation object, else at the innermost part that starts there;
 * bytes that no part starts at are added as a distance.
 */
void jam_symbol_type_path(Dwarf_Die *type, uint64_t offset, struct jam_data_name *name);

/* The type of a variable or member; false if it has none that is known. */
bool jam_symbol_type_of(Dwarf_Die *die, Dwarf_Die *type);

#endif
