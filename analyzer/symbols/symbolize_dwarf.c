/*
 * Walks the trees of debug information entries. Whatever an entry lacks or has wrong makes one
 * name or line unknown; recursion is bounded, because a damaged file can nest without end.
 */
#include "symbols/symbolize_dwarf.h"

#include <dwarf.h>
#include <stdio.h>
#include <stdlib.h>

#define TREE_DEPTH_MAX 256

/* Namespaces, classes and functions around a function: more are not written out. */
#define QUALIFIERS_MAX 16

const char *jam_symbol_linkage_name(Dwarf_Die *die)
{
    Dwarf_Attribute attribute;
    if (dwarf_attr_integrate(die, DW_AT_linkage_name, &attribute) == NULL &&
        dwarf_attr_integrate(die, DW_AT_MIPS_linkage_name, &attribute) == NULL)
        return NULL;
    return dwarf_formstring(&attribute);
}

static void add_ranges(struct jam_ranges *ranges, Dwarf_Die *die, struct jam_range range)
{
    Dwarf_Addr base;
    ptrdiff_t offset = 0;
    while ((offset = dwarf_ranges(die, offset, &base, &range.low, &range.high)) > 0)
        jam_ranges_add(ranges, &range);
}

static struct jam_symbol_unit *append_unit(struct jam_symbol_file *file)
{
    size_t count = file->unit_count;
    if ((count & (count - 1)) == 0) {
        size_t capacity = count == 0 ? 1 : count * 2;
        struct jam_symbol_unit *units = reallocarray(file->units, capacity, sizeof *units);
        if (units == NULL)
            return NULL;
        file->units = units;
    }
    file->units[file->unit_count] = (struct jam_symbol_unit){0};
    return &file->units[file->unit_count++];
}

void jam_symbol_units_index(struct jam_symbol_file *file)
{
    Dwarf_CU *cu = NULL;
    Dwarf_Die lines, split;
    uint8_t type;
    while (dwarf_get_units(file->dwarf, cu, &cu, NULL, &type, &lines, &split) == 0) {
        if (type != DW_UT_compile && type != DW_UT_skeleton)
            continue;
        struct jam_symbol_unit *unit = append_unit(file);
        if (unit == NULL)
            break;
        unit->lines = lines;
        unit->root = type == DW_UT_skeleton && split.addr != NULL ? split : lines;
        struct jam_range range = {.unit = (uint32_t)(file->unit_count - 1)};
        add_ranges(&file->unit_ranges, &lines, range);
    }
    jam_ranges_sort(&file->unit_ranges);
}

/* Entries in which functions are defined: those of local classes stand inside functions. */
static bool may_have_functions(int tag)
{
    switch (tag) {
    case DW_TAG_subprogram:
    case DW_TAG_lexical_block:
    case DW_TAG_namespace:
    case DW_TAG_module:
    case DW_TAG_class_type:
    case DW_TAG_structure_type:
    case DW_TAG_union_type:
    case DW_TAG_enumeration_type:
        return true;
    default:
        return false;
    }
}

static void add_parent(struct jam_symbol_unit *unit, Dwarf_Die *die, Dwarf_Die *parent)
{
    Dwarf_Off offset = dwarf_dieoffset(die);
    jam_ranges_add(
        &unit->parents,
        &(struct jam_range){.low = offset, .high = offset + 1, .value = dwarf_dieoffset(parent)});
}

static void index_children(struct jam_symbol_unit *unit, Dwarf_Die *parent, unsigned depth)
{
    Dwarf_Die die;
    if (depth > TREE_DEPTH_MAX || dwarf_child(parent, &die) != 0)
        return;
    do {
        int tag = dwarf_tag(&die);
        if (tag == DW_TAG_subprogram)
            add_ranges(&unit->functions, &die, (struct jam_range){.value = dwarf_dieoffset(&die)});
        if (may_have_functions(tag)) {
            add_parent(unit, &die, parent);
            index_children(unit, &die, depth + 1);
        }
    } while (dwarf_siblingof(&die, &die) == 0);
}

static void index_unit(struct jam_symbol_unit *unit)
{
    if (unit->is_indexed)
        return;
    index_children(unit, &unit->root, 0);
    jam_ranges_sort(&unit->functions);
    jam_ranges_sort(&unit->parents);
    unit->is_indexed = true;
}

static bool find_function(struct jam_symbol_unit *unit, Dwarf_Addr pc, Dwarf_Die *function)
{
    index_unit(unit);
    const struct jam_range *range = jam_ranges_find(&unit->functions, pc);
    return range != NULL &&
           dwarf_offdie(dwarf_cu_getdwarf(unit->root.cu), range->value, function) != NULL;
}

/* A block without addresses of its own may still have inlined calls inside. */
static bool is_block_with(Dwarf_Die *die, Dwarf_Addr pc)
{
    Dwarf_Attribute attribute;
    int tag = dwarf_tag(die);
    if (tag != DW_TAG_lexical_block && tag != DW_TAG_try_block && tag != DW_TAG_catch_block)
        return false;
    return dwarf_haspc(die, pc) > 0 || (dwarf_attr(die, DW_AT_ranges, &attribute) == NULL &&
                                        dwarf_attr(die, DW_AT_low_pc, &attribute) == NULL);
}

/* The call that was inlined directly into `parent` and has the pc. */
static bool find_inlined(Dwarf_Die *parent, Dwarf_Addr pc, unsigned depth, Dwarf_Die *found)
{
    Dwarf_Die die;
    if (depth > TREE_DEPTH_MAX || dwarf_child(parent, &die) != 0)
        return false;
    do {
        if (dwarf_tag(&die) == DW_TAG_inlined_subroutine && dwarf_haspc(&die, pc) > 0) {
            *found = die;
            return true;
        }
        if (is_block_with(&die, pc) && find_inlined(&die, pc, depth + 1, found))
            return true;
    } while (dwarf_siblingof(&die, &die) == 0);
    return false;
}

/* The function, what was inlined into it, what was inlined into that, ... */
static size_t find_chain(struct jam_symbol_unit *unit, Dwarf_Addr pc, Dwarf_Die *chain)
{
    size_t count = 0;
    if (find_function(unit, pc, &chain[0]))
        count = 1;
    while (count > 0 && count < JAM_SYMBOL_SCOPES_MAX &&
           find_inlined(&chain[count - 1], pc, 0, &chain[count]))
        count++;
    return count;
}

/* The declaration that an inlined call or an out-of-class definition refers to. */
static Dwarf_Die declaration_of(Dwarf_Die *die)
{
    static const unsigned references[] = {DW_AT_abstract_origin, DW_AT_specification};
    Dwarf_Die found = *die, next;
    Dwarf_Attribute attribute;
    for (size_t i = 0; i < 2; i++)
        if (dwarf_attr(&found, references[i], &attribute) != NULL &&
            dwarf_formref_die(&attribute, &next) != NULL)
            found = next;
    return found;
}

/* Moves to the class, namespace or function around an entry; false at the outermost. */
static bool move_to_parent(struct jam_symbol_file *file, Dwarf_Die *die)
{
    for (size_t i = 0; i < file->unit_count; i++) {
        struct jam_symbol_unit *unit = &file->units[i];
        if (unit->root.cu != die->cu)
            continue;
        index_unit(unit);
        const struct jam_range *range = jam_ranges_find(&unit->parents, dwarf_dieoffset(die));
        return range != NULL &&
               dwarf_offdie(dwarf_cu_getdwarf(die->cu), range->value, die) != NULL &&
               dwarf_tag(die) != dwarf_tag(&unit->root);
    }
    return false;
}

static const char *qualifier(Dwarf_Die *die)
{
    const char *name = dwarf_diename(die);
    if (name == NULL && dwarf_tag(die) == DW_TAG_namespace)
        return "(anonymous namespace)";
    return name;
}

/* gcc gives no mangled name to what is not visible outside of its unit. */
static void write_plain_name(struct jam_symbol_file *file, Dwarf_Die *die, char *text)
{
    const char *names[QUALIFIERS_MAX];
    size_t count = 0, used = 0;
    Dwarf_Die scope = declaration_of(die);
    names[count++] = dwarf_diename(die);
    while (count < QUALIFIERS_MAX && move_to_parent(file, &scope))
        if (qualifier(&scope) != NULL)
            names[count++] = qualifier(&scope);
    while (names[0] != NULL && count-- > 0 && used < JAM_SYMBOL_SCOPE_BYTES)
        used += (size_t)snprintf(text + used, JAM_SYMBOL_SCOPE_BYTES - used, "%s%s", names[count],
                                 count > 0 ? "::" : "");
}

static void read_name(struct jam_symbol_file *file, Dwarf_Die *die, struct jam_symbol_scope *scope)
{
    scope->mangled = jam_symbol_linkage_name(die);
    if (scope->mangled == NULL)
        write_plain_name(file, die, scope->plain);
}

static Dwarf_Word unsigned_attribute(Dwarf_Die *die, unsigned name)
{
    Dwarf_Attribute attribute;
    Dwarf_Word value;
    if (dwarf_attr(die, name, &attribute) == NULL || dwarf_formudata(&attribute, &value) != 0)
        return 0;
    return value;
}

/* Where an inlined call was written. The file is a number in the unit's list of files. */
static void read_call_site(struct jam_symbol_unit *unit, Dwarf_Die *call,
                           struct jam_symbol_scope *caller)
{
    Dwarf_Files *files;
    size_t count;
    Dwarf_Word file = unsigned_attribute(call, DW_AT_call_file);
    caller->line = (unsigned)unsigned_attribute(call, DW_AT_call_line);
    if (dwarf_getsrcfiles(&unit->root, &files, &count) == 0 && file < count)
        caller->file = dwarf_filesrc(files, file, NULL, NULL);
}

static void read_line(struct jam_symbol_unit *unit, Dwarf_Addr pc, struct jam_symbol_scope *scope)
{
    int number = 0;
    Dwarf_Line *line = dwarf_getsrc_die(&unit->lines, pc);
    if (line == NULL)
        return;
    scope->file = dwarf_linesrc(line, NULL, NULL);
    if (dwarf_lineno(line, &number) == 0 && number > 0)
        scope->line = (unsigned)number;
}

size_t jam_symbol_scopes_find(struct jam_symbol_file *file, uint64_t address,
                              struct jam_symbol_scope *scopes)
{
    Dwarf_Die chain[JAM_SYMBOL_SCOPES_MAX];
    Dwarf_Addr pc = address - file->dwarf_bias;
    const struct jam_range *range = jam_ranges_find(&file->unit_ranges, pc);
    if (range == NULL)
        return 0;
    struct jam_symbol_unit *unit = &file->units[range->unit];
    size_t depth = find_chain(unit, pc, chain);
    size_t count = depth == 0 ? 1 : depth;
    for (size_t i = 0; i < count; i++)
        scopes[i] = (struct jam_symbol_scope){0};
    read_line(unit, pc, &scopes[0]);
    for (size_t i = 0; i < depth; i++) {
        read_name(file, &chain[depth - 1 - i], &scopes[i]);
        if (i > 0)
            read_call_site(unit, &chain[depth - i], &scopes[i]);
    }
    return count;
}
