/*
 * From an offset inside an object to the path that a programmer would write.
 *
 * Types come from a file that may be damaged: a structure can claim to contain itself. Each walk
 * has a budget of steps; when it is used up, the rest of the path is a distance.
 */
#include <dwarf.h>
#include <string.h>

#include "symbols/symbolize_variable.h"

#define STEPS_MAX 512

struct walk {
    struct jam_data_name *name;
    unsigned steps;
    bool wants_lock; /* only a path that ends at a synchronisation object will do */
};

static bool walk_type(struct walk *walk, Dwarf_Die *type, uint64_t offset);

bool jam_symbol_type_of(Dwarf_Die *die, Dwarf_Die *type)
{
    Dwarf_Attribute attribute;
    return dwarf_attr_integrate(die, DW_AT_type, &attribute) != NULL &&
           dwarf_formref_die(&attribute, type) != NULL;
}

/* May a path end `offset` bytes into something that is no synchronisation object? */
static bool may_end(const struct walk *walk, uint64_t offset)
{
    return offset == 0 && !walk->wants_lock;
}

/* What to do when the part just named has no part at the offset. */
static bool end_with_distance(const struct walk *walk, uint64_t offset, size_t mark)
{
    if (walk->wants_lock)
        jam_data_name_cut(walk->name, mark);
    else
        jam_data_name_add_distance(walk->name, offset);
    return !walk->wants_lock;
}

static bool is_lock_type(Dwarf_Die *type)
{
    const char *name = dwarf_diename(type);
    return name != NULL && jam_data_name_is_lock_type(name);
}

/* Goes behind typedefs and qualifiers, but not behind the name of a lock type. */
static void peel(Dwarf_Die *type)
{
    Dwarf_Die next;
    for (unsigned steps = 0; steps < STEPS_MAX && !is_lock_type(type); steps++) {
        switch (dwarf_tag(type)) {
        case DW_TAG_typedef:
        case DW_TAG_const_type:
        case DW_TAG_volatile_type:
        case DW_TAG_restrict_type:
        case DW_TAG_atomic_type:
            break;
        default:
            return;
        }
        if (!jam_symbol_type_of(type, &next))
            return;
        *type = next;
    }
}

static uint64_t size_of(Dwarf_Die *type)
{
    Dwarf_Word size;
    return dwarf_aggregate_size(type, &size) == 0 ? size : 0;
}

static uint64_t unsigned_or(Dwarf_Die *die, unsigned name, uint64_t otherwise)
{
    Dwarf_Attribute attribute;
    Dwarf_Word value;
    if (dwarf_attr(die, name, &attribute) == NULL || dwarf_formudata(&attribute, &value) != 0)
        return otherwise;
    return value;
}

/* Elements of the array below one index of dimension `dimension`: the product of the later ones. */
static uint64_t count_below(Dwarf_Die *array, unsigned dimension)
{
    Dwarf_Die die;
    uint64_t product = 1;
    unsigned position = 0;
    if (dwarf_child(array, &die) != 0)
        return 1;
    do {
        if (dwarf_tag(&die) != DW_TAG_subrange_type || position++ <= dimension)
            continue;
        uint64_t upper = unsigned_or(&die, DW_AT_upper_bound, 0);
        product *= unsigned_or(&die, DW_AT_count, upper + 1);
    } while (dwarf_siblingof(&die, &die) == 0);
    return product == 0 ? 1 : product;
}

static unsigned count_dimensions(Dwarf_Die *array)
{
    Dwarf_Die die;
    unsigned count = 0;
    if (dwarf_child(array, &die) == 0)
        do
            count += dwarf_tag(&die) == DW_TAG_subrange_type;
        while (dwarf_siblingof(&die, &die) == 0);
    return count == 0 ? 1 : count < 16 ? count : 16;
}

static bool walk_array(struct walk *walk, Dwarf_Die *array, uint64_t offset)
{
    Dwarf_Die element;
    if (!jam_symbol_type_of(array, &element))
        return false;
    uint64_t element_bytes = size_of(&element);
    if (element_bytes == 0)
        return false;
    uint64_t index = offset / element_bytes;
    unsigned dimensions = count_dimensions(array);
    size_t mark = walk->name->used;
    for (unsigned i = 0; i < dimensions; i++) {
        uint64_t below = count_below(array, i);
        jam_data_name_add_index(walk->name, index / below);
        index %= below;
    }
    return walk_type(walk, &element, offset % element_bytes) ||
           end_with_distance(walk, offset % element_bytes, mark);
}

/*
 * Has the object got this member at all (static members have not), and does it have the offset?
 * clang only declares classes that a library instantiates (std::condition_variable): of a type
 * without a size the start is known at least.
 */
static bool member_has(Dwarf_Die *member, uint64_t offset, uint64_t *member_offset, Dwarf_Die *type)
{
    int tag = dwarf_tag(member);
    if ((tag != DW_TAG_member && tag != DW_TAG_inheritance) ||
        dwarf_hasattr(member, DW_AT_external) || dwarf_hasattr(member, DW_AT_declaration) ||
        !jam_symbol_type_of(member, type))
        return false;
    *member_offset = unsigned_or(member, DW_AT_data_member_location, 0);
    uint64_t size = size_of(type);
    if (size == 0)
        return offset == *member_offset;
    return offset >= *member_offset && offset - *member_offset < size;
}

/* Members of these are how a library made the type, not what the programmer wrote. */
static bool is_library_array(Dwarf_Die *structure)
{
    const char *name = dwarf_diename(structure);
    return name != NULL && strncmp(name, "array<", 6) == 0;
}

/* Bases and anonymous members have no name; their parts are the structure's own. */
static bool walk_member(struct walk *walk, Dwarf_Die *structure, Dwarf_Die *member, uint64_t offset)
{
    Dwarf_Die type;
    uint64_t member_offset;
    if (!member_has(member, offset, &member_offset, &type))
        return false;
    size_t mark = walk->name->used;
    const char *name = dwarf_tag(member) == DW_TAG_member ? dwarf_diename(member) : NULL;
    bool is_named = name != NULL && !is_library_array(structure);
    if (is_named)
        jam_data_name_add_member(walk->name, name);
    if (walk_type(walk, &type, offset - member_offset))
        return true;
    if (is_named)
        return end_with_distance(walk, offset - member_offset, mark);
    jam_data_name_cut(walk->name, mark);
    return false;
}

static bool walk_structure(struct walk *walk, Dwarf_Die *structure, uint64_t offset)
{
    Dwarf_Die member;
    if (dwarf_child(structure, &member) != 0)
        return may_end(walk, offset);
    do
        if (walk_member(walk, structure, &member, offset))
            return true;
    while (dwarf_siblingof(&member, &member) == 0);
    return may_end(walk, offset);
}

/* False, and nothing added: the type has no part that starts at the offset. */
static bool walk_type(struct walk *walk, Dwarf_Die *type, uint64_t offset)
{
    if (walk->steps++ >= STEPS_MAX)
        return may_end(walk, offset);
    peel(type);
    if (is_lock_type(type))
        return offset == 0;
    switch (dwarf_tag(type)) {
    case DW_TAG_array_type:
        return walk_array(walk, type, offset) || may_end(walk, offset);
    case DW_TAG_structure_type:
    case DW_TAG_class_type:
    case DW_TAG_union_type:
        return walk_structure(walk, type, offset);
    default:
        return may_end(walk, offset);
    }
}

/*
 * A first walk looks for a synchronisation object, so that unions (a lock and its padding) and
 * empty base classes do not hide it.
 */
void jam_symbol_type_path(Dwarf_Die *type, uint64_t offset, struct jam_data_name *name)
{
    Dwarf_Die start = *type, again = *type;
    struct walk locks = {.name = name, .wants_lock = true};
    struct walk parts = {.name = name};
    if (!walk_type(&locks, &start, offset) && !walk_type(&parts, &again, offset))
        jam_data_name_add_distance(name, offset);
}
