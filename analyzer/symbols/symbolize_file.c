/*
 * Opening a module's file. Its path comes from a trace, so it may name anything: it is opened
 * without blocking, must be a regular file and an ELF program or library, and must have the
 * build-id that was mapped, before any of its contents are believed.
 */
#include "symbols/symbolize_file.h"

#include <elfutils/libdwelf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "symbols/symbolize_dwarf.h"

/* Longest build-id that a trace stores; a module with a longer one has none there. */
#define BUILD_ID_BYTES_MAX 32

static const char *check_build_id(Elf *elf, const struct jam_symbol_identity *identity)
{
    const void *found = NULL;
    ssize_t found_bytes = dwelf_elf_gnu_build_id(elf, &found);
    bool is_stored = found_bytes > 0 && found_bytes <= BUILD_ID_BYTES_MAX;
    size_t bytes = is_stored ? (size_t)found_bytes : 0;
    if (bytes != identity->build_id_bytes ||
        (bytes > 0 && memcmp(found, identity->build_id, bytes) != 0))
        return "is not the file that was recorded (the build-id differs)";
    return NULL;
}

static const char *check_elf(int fd, const struct jam_symbol_identity *identity)
{
    Elf *elf = elf_begin(fd, ELF_C_READ_MMAP, NULL);
    GElf_Ehdr header;
    const char *problem = NULL;
    if (elf == NULL || elf_kind(elf) != ELF_K_ELF || gelf_getehdr(elf, &header) == NULL)
        problem = "is not an ELF file";
    else if (header.e_type != ET_EXEC && header.e_type != ET_DYN)
        problem = "is neither a program nor a shared library";
    else
        problem = check_build_id(elf, identity);
    elf_end(elf);
    return problem;
}

/* O_NONBLOCK: opening a FIFO or a device must not wait for its other end. */
static const char *open_regular(const char *path, int *fd)
{
    struct stat status;
    *fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (*fd < 0)
        return errno == ENOENT ? "does not exist" : strerror(errno);
    if (fstat(*fd, &status) != 0)
        return strerror(errno);
    return S_ISREG(status.st_mode) ? NULL : "is not a regular file";
}

/*
 * Separate debug files by build-id, by .gnu_debuglink, and from debuginfod, which does nothing
 * unless DEBUGINFOD_URLS is set. A debuglink is the name of a file; one with folders in it is an
 * attempt to make us open something else. (A callback: the parameters are libdwfl's.)
 */
static int find_debug_file(Dwfl_Module *module, void **user_data, const char *module_name,
                           Dwarf_Addr base, const char *file_name, const char *debuglink_file,
                           GElf_Word debuglink_crc, char **debug_file_name)
{
    if (debuglink_file != NULL && strchr(debuglink_file, '/') != NULL)
        return -1;
    return dwfl_standard_find_debuginfo(module, user_data, module_name, base, file_name,
                                        debuglink_file, debuglink_crc, debug_file_name);
}

static Dwfl *begin(struct jam_symbol_file *file, const struct jam_symbol_identity *identity)
{
    file->debug_path = identity->debug_path;
    file->callbacks = (Dwfl_Callbacks){
        .find_elf = dwfl_build_id_find_elf,
        .find_debuginfo = find_debug_file,
        .section_address = dwfl_offline_section_address,
        .debuginfo_path = &file->debug_path,
    };
    return dwfl_begin(&file->callbacks);
}

/* Symbols with a size only: anything else would make the name of one function cover others. */
static void add_symbol(struct jam_symbol_file *file, int index)
{
    GElf_Sym symbol;
    GElf_Addr address;
    GElf_Word section;
    const char *name =
        dwfl_module_getsym_info(file->module, index, &symbol, &address, &section, NULL, NULL);
    if (name == NULL || name[0] == '\0' || section == SHN_UNDEF || symbol.st_size == 0)
        return;
    static const uint8_t binding_ranks[16] = {[STB_WEAK] = 1, [STB_GLOBAL] = 2};
    struct jam_range range = {
        .low = address,
        .high = address + symbol.st_size,
        .value = (uintptr_t)name,
        .rank = binding_ranks[GELF_ST_BIND(symbol.st_info)],
    };
    int type = GELF_ST_TYPE(symbol.st_info);
    if (type == STT_FUNC || type == STT_GNU_IFUNC)
        jam_ranges_add(&file->functions, &range);
    else if (type == STT_OBJECT || type == STT_COMMON)
        jam_ranges_add(&file->variables, &range);
}

static void index_symbols(struct jam_symbol_file *file)
{
    int count = dwfl_module_getsymtab(file->module);
    for (int i = 1; i < count; i++)
        add_symbol(file, i);
    jam_ranges_sort(&file->functions);
    jam_ranges_sort(&file->variables);
}

/* Hands fd over to libdwfl, which closes it when the file is closed. */
static const char *report_to_dwfl(struct jam_symbol_file *file, int fd,
                                  const struct jam_symbol_identity *identity)
{
    file->dwfl = begin(file, identity);
    if (file->dwfl == NULL)
        return "cannot be read (out of memory)";
    file->module = dwfl_report_elf(file->dwfl, identity->path, identity->path, fd, 0, true);
    if (file->module == NULL)
        return dwfl_errmsg(-1);
    dwfl_report_end(file->dwfl, NULL, NULL);
    return NULL;
}

const char *jam_symbol_file_open(struct jam_symbol_file *file,
                                 const struct jam_symbol_identity *identity)
{
    int fd;
    *file = (struct jam_symbol_file){0};
    elf_version(EV_CURRENT);
    const char *problem = open_regular(identity->path, &fd);
    if (problem == NULL)
        problem = check_elf(fd, identity);
    if (problem == NULL)
        problem = report_to_dwfl(file, fd, identity);
    if (problem != NULL) {
        if (fd >= 0 && file->module == NULL)
            close(fd);
        jam_symbol_file_close(file);
        return problem;
    }
    file->dwarf = dwfl_module_getdwarf(file->module, &file->dwarf_bias);
    if (file->dwarf != NULL)
        jam_symbol_units_index(file);
    index_symbols(file);
    return NULL;
}

void jam_symbol_file_close(struct jam_symbol_file *file)
{
    for (size_t i = 0; i < file->unit_count; i++) {
        jam_ranges_fini(&file->units[i].functions);
        jam_ranges_fini(&file->units[i].parents);
    }
    free(file->units);
    jam_ranges_fini(&file->functions);
    jam_ranges_fini(&file->variables);
    jam_ranges_fini(&file->unit_ranges);
    jam_ranges_fini(&file->debug_variables);
    dwfl_end(file->dwfl);
    *file = (struct jam_symbol_file){0};
}

const char *jam_symbol_file_symbol(const struct jam_ranges *symbols, uint64_t address,
                                   uint64_t *start)
{
    const struct jam_range *range = jam_ranges_find(symbols, address);
    if (range == NULL)
        return NULL;
    *start = range->low;
    return (const char *)(uintptr_t)range->value;
}
