/*
 * Which variable lies at an address. The symbol table knows the outermost object and, in C++ and
 * Rust, its full name; the debug information knows types, and in C the function that a static
 * variable belongs to. The list of variables is made when the first name of a file is asked for:
 * it takes a walk over all of its debug information.
 */
#include "symbols/symbolize_variable.h"

#include <dwarf.h>
#include <stdlib.h>
#include <string.h>

#include "util/demangle.h"
#include "symbols/symbolize_dwarf.h"

#define TREE_DEPTH_MAX 256
#define SCOPES_MAX     32

/* An address of its own: DW_OP_addr or its indexed forms, as the first byte of an expression. */
static bool static_address(Dwarf_Die *die, Dwarf_Addr *address)
{
    Dwarf_Attribute attribute, indirect;
    Dwarf_Block block;
    Dwarf_Op *operations;
    size_t count;
    if (dwarf_attr(die, DW_AT_location, &attribute) == NULL ||
        dwarf_formblock(&attribute, &block) != 0 || block.length == 0)
        return false;
    uint8_t code = block.data[0];
    if ((code != DW_OP_addr && code != DW_OP_addrx && code != DW_OP_GNU_addr_index) ||
        dwarf_getlocation(&attribute, &operations, &count) != 0 || count != 1)
        return false;
    if (code == DW_OP_addr) {
        *address = operations[0].number;
        return true;
    }
    return dwarf_getlocation_attr(&attribute, operations, &indirect) == 0 &&
           dwarf_formaddr(&indirect, address) == 0;
}

static void add_variable(struct jam_ranges *variables, Dwarf_Die *die, uint32_t unit)
{
    Dwarf_Addr address;
    Dwarf_Die type;
    Dwarf_Word size;
    if (!static_address(die, &address) || !jam_symbol_type_of(die, &type) ||
        dwarf_aggregate_size(&type, &size) != 0)
        return;
    jam_ranges_add(variables, &(struct jam_range){.low = address,
                                                  .high = address + size,
                                                  .value = dwarf_dieoffset(die),
                                                  .unit = unit});
}

static bool may_have_variables(int tag)
{
    return tag == DW_TAG_subprogram || tag == DW_TAG_lexical_block || tag == DW_TAG_namespace ||
           tag == DW_TAG_inlined_subroutine || tag == DW_TAG_module;
}

static void index_variables(struct jam_symbol_file *file, Dwarf_Die *parent, uint32_t unit,
                            unsigned depth)
{
    Dwarf_Die die;
    if (depth > TREE_DEPTH_MAX || dwarf_child(parent, &die) != 0)
        return;
    do {
        int tag = dwarf_tag(&die);
        if (tag == DW_TAG_variable)
            add_variable(&file->debug_variables, &die, unit);
        else if (may_have_variables(tag))
            index_variables(file, &die, unit, depth + 1);
    } while (dwarf_siblingof(&die, &die) == 0);
}

static bool find_debug_variable(struct jam_symbol_file *file, uint64_t address, Dwarf_Die *die,
                                uint64_t *start)
{
    if (!file->has_debug_variables) {
        for (size_t i = 0; i < file->unit_count; i++)
            index_variables(file, &file->units[i].root, (uint32_t)i, 0);
        jam_ranges_sort(&file->debug_variables);
        file->has_debug_variables = true;
    }
    const struct jam_range *range =
        jam_ranges_find(&file->debug_variables, address - file->dwarf_bias);
    if (range == NULL)
        return false;
    *start = range->low + file->dwarf_bias;
    Dwarf *dwarf = dwarf_cu_getdwarf(file->units[range->unit].root.cu);
    return dwarf_offdie(dwarf, range->value, die) != NULL;
}

static void add_demangled(struct jam_data_name *name, const char *symbol)
{
    char text[JAM_DEMANGLE_BYTES];
    jam_demangle(symbol, text, sizeof text);
    jam_data_name_add(name, text);
}

/* "function::" and "namespace::" before the name of a variable that stands inside them. */
static void add_scopes(struct jam_data_name *name, Dwarf_Die *variable)
{
    Dwarf_Die *scopes = NULL;
    int count = dwarf_getscopes_die(variable, &scopes);
    for (int i = count < SCOPES_MAX ? count - 1 : SCOPES_MAX; i > 0; i--) {
        int tag = dwarf_tag(&scopes[i]);
        const char *scope = dwarf_diename(&scopes[i]);
        if (scope == NULL || tag == DW_TAG_lexical_block || tag == DW_TAG_compile_unit)
            continue;
        jam_data_name_add(name, scope);
        jam_data_name_add(name, "::");
    }
    free(scopes);
    const char *own = dwarf_diename(variable);
    jam_data_name_add(name, own != NULL ? own : "?");
}

static bool is_mangled(const char *symbol)
{
    return symbol != NULL && (strncmp(symbol, "_Z", 2) == 0 || strncmp(symbol, "_R", 2) == 0);
}

/* A mangled name says more than the debug information: all scopes, template arguments. */
static void add_debug_name(struct jam_data_name *name, Dwarf_Die *variable, const char *symbol)
{
    const char *linkage = jam_symbol_linkage_name(variable);
    if (is_mangled(symbol))
        add_demangled(name, symbol);
    else if (is_mangled(linkage))
        add_demangled(name, linkage);
    else
        add_scopes(name, variable);
}

bool jam_symbol_variable_name(struct jam_symbol_file *file, uint64_t address,
                              struct jam_data_name *name)
{
    Dwarf_Die variable, type;
    uint64_t symbol_start = 0, start = 0;
    const char *symbol = jam_symbol_file_symbol(&file->variables, address, &symbol_start);
    if (find_debug_variable(file, address, &variable, &start)) {
        add_debug_name(name, &variable, symbol_start == start ? symbol : NULL);
        if (jam_symbol_type_of(&variable, &type))
            jam_symbol_type_path(&type, address - start, name);
        return true;
    }
    if (symbol == NULL)
        return false;
    add_demangled(name, symbol);
    if (address > symbol_start)
        jam_data_name_add_distance(name, address - symbol_start);
    return true;
}
