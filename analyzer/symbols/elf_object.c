/*
 * Reads an ELF file through libelf, by its program headers (what the kernel and the dynamic linker
 * go by) and its sections (where the tables have sizes that can be checked).
 */
#include "symbols/elf_object.h"

#include <fcntl.h>
#include <gelf.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/doctor/doctor.h"
#include "symbols/elf_code.h"

#define LOADER      "ld-linux-x86-64.so.2"
#define MUSL_LOADER "ld-musl-"

/* More program headers than any linker writes: a file that has them is not worth the time. */
#define SEGMENTS_MAX 1024

struct reading {
    struct jam_elf_object *object;
    Elf *elf;
    int fd;
    uint64_t file_bytes;
    struct jam_elf_code code;
    bool has_interpreter, has_dynamic, has_symbols, is_out_of_memory;
};

static void set(struct reading *reading, unsigned trait)
{
    reading->object->traits |= trait;
}

static void store(struct reading *reading, struct jam_names *names, const char *name)
{
    if (jam_names_add(names, name))
        reading->is_out_of_memory = true;
}

/* --- program headers --- */

static void read_interpreter(struct reading *reading, const GElf_Phdr *segment)
{
    char path[256] = "";
    size_t bytes = segment->p_filesz < sizeof(path) ? (size_t)segment->p_filesz : sizeof(path) - 1;
    ssize_t got = pread(reading->fd, path, bytes, (off_t)segment->p_offset);
    path[got > 0 ? got : 0] = '\0';

    const char *slash = strrchr(path, '/');
    const char *name = slash ? slash + 1 : path;
    reading->has_interpreter = true;
    if (strncmp(name, MUSL_LOADER, strlen(MUSL_LOADER)) == 0)
        set(reading, JAM_TRAIT(MUSL));
    else if (strcmp(name, LOADER) != 0)
        set(reading, JAM_TRAIT(OTHER_LOADER));
}

/* What is mapped must be there: the program would be killed for touching the rest. */
static bool is_within(const struct reading *reading, const GElf_Phdr *segment)
{
    return segment->p_filesz <= reading->file_bytes &&
           segment->p_offset <= reading->file_bytes - segment->p_filesz;
}

static void read_load(struct reading *reading, const GElf_Phdr *segment)
{
    if (!is_within(reading, segment))
        set(reading, JAM_TRAIT(DAMAGED));
    else
        jam_elf_code_scan(&reading->code, reading->fd, segment->p_offset, segment->p_filesz);
}

static void read_segments(struct reading *reading)
{
    size_t count = 0;
    GElf_Phdr segment;
    if (elf_getphdrnum(reading->elf, &count) != 0 || count > SEGMENTS_MAX)
        set(reading, JAM_TRAIT(DAMAGED));
    for (size_t i = 0; i < count && i < SEGMENTS_MAX; i++) {
        if (!gelf_getphdr(reading->elf, (int)i, &segment)) {
            set(reading, JAM_TRAIT(DAMAGED));
            return;
        }
        if (segment.p_type == PT_INTERP)
            read_interpreter(reading, &segment);
        if (segment.p_type == PT_DYNAMIC)
            reading->has_dynamic = true;
        if (segment.p_type == PT_LOAD)
            read_load(reading, &segment);
    }
}

/* --- sections --- */

static void read_entry(struct reading *reading, size_t strings, const GElf_Dyn *entry)
{
    struct jam_elf_object *object = reading->object;
    bool is_search = entry->d_tag == DT_RUNPATH || entry->d_tag == DT_RPATH;
    if (!is_search && entry->d_tag != DT_NEEDED)
        return;
    const char *text = elf_strptr(reading->elf, strings, (size_t)entry->d_un.d_val);
    if (!text || strlen(text) >= 4096)
        return;
    if (!is_search) {
        if (object->needed.count < JAM_ELF_NEEDED_MAX)
            store(reading, &object->needed, text);
        return;
    }
    free(object->search);
    object->search = strdup(text);
    reading->is_out_of_memory |= object->search == NULL;
}

static void read_dynamic(struct reading *reading, Elf_Scn *section, const GElf_Shdr *header)
{
    GElf_Dyn entry;
    Elf_Data *data = elf_getdata(section, NULL);
    for (int i = 0; data && gelf_getdyn(data, i, &entry) && entry.d_tag != DT_NULL; i++)
        read_entry(reading, header->sh_link, &entry);
}

static void read_symbol(struct reading *reading, size_t strings, const GElf_Sym *symbol)
{
    const char *name = elf_strptr(reading->elf, strings, symbol->st_name);
    if (!name || !*name || strnlen(name, JAM_ELF_NAME_BYTES) == JAM_ELF_NAME_BYTES)
        return;
    if (symbol->st_shndx == SHN_UNDEF)
        store(reading, &reading->object->imports, name);
    else if (GELF_ST_TYPE(symbol->st_info) != STT_OBJECT &&
             GELF_ST_BIND(symbol->st_info) != STB_LOCAL)
        store(reading, &reading->object->exports, name);
}

static void read_symbols(struct reading *reading, Elf_Scn *section, const GElf_Shdr *header)
{
    GElf_Sym symbol;
    Elf_Data *data = elf_getdata(section, NULL);
    reading->has_symbols = true;
    for (int i = 1; data && gelf_getsym(data, i, &symbol); i++)
        read_symbol(reading, header->sh_link, &symbol);
}

static void read_sections(struct reading *reading)
{
    size_t names = 0;
    GElf_Shdr header;
    Elf_Scn *section = NULL;
    if (elf_getshdrstrndx(reading->elf, &names) != 0)
        return;
    while ((section = elf_nextscn(reading->elf, section)) != NULL) {
        if (!gelf_getshdr(section, &header))
            continue;
        const char *name = elf_strptr(reading->elf, names, header.sh_name);
        if (name && (strcmp(name, ".note.go.buildid") == 0 || strcmp(name, ".go.buildinfo") == 0))
            set(reading, JAM_TRAIT(GO));
        if (header.sh_type == SHT_DYNAMIC)
            read_dynamic(reading, section, &header);
        else if (header.sh_type == SHT_DYNSYM)
            read_symbols(reading, section, &header);
    }
}

/* --- what follows --- */

static bool needs(const struct jam_elf_object *object, const char *prefix)
{
    for (size_t i = 0; i < object->needed.count; i++)
        if (strncmp(object->needed.items[i], prefix, strlen(prefix)) == 0)
            return true;
    return false;
}

static bool imports_any(const struct jam_elf_object *object, const char *const *names)
{
    for (; *names; names++)
        if (jam_names_has(&object->imports, *names))
            return true;
    return false;
}

static void judge_sanitizers(struct jam_elf_object *object)
{
    if (needs(object, "libasan.so") || jam_names_has(&object->exports, "__asan_init"))
        object->traits |= JAM_TRAIT(ASAN);
    if (needs(object, "libtsan.so") || jam_names_has(&object->exports, "__tsan_init"))
        object->traits |= JAM_TRAIT(TSAN);
}

static void judge_python(struct jam_elf_object *object)
{
    if (jam_names_has(&object->exports, "_Py_MergeZeroLocalRefcount"))
        object->traits |= JAM_TRAIT(PYTHON_NO_GIL);
    else if (jam_names_has(&object->exports, "PyGILState_GetThisThreadState"))
        object->traits |= JAM_TRAIT(PYTHON);
}

static void judge_imports(struct reading *reading)
{
    static const char *const openers[] = {"dlopen", "dlmopen", NULL};
    static const char *const starters[] = {
        "execve",  "execv",  "execvp",      "execvpe",      "execl", "execlp", "execle",
        "fexecve", "system", "posix_spawn", "posix_spawnp", "popen", NULL};
    struct jam_elf_object *object = reading->object;
    bool calls_system = jam_names_has(&object->imports, "syscall");

    if (imports_any(object, openers))
        set(reading, JAM_TRAIT(OPENS));
    if (imports_any(object, starters))
        set(reading, JAM_TRAIT(STARTS));
    if (reading->code.has_rust_paths)
        set(reading, JAM_TRAIT(RUST));
    if (jam_names_has(&object->exports, "__cxa_guard_acquire"))
        set(reading, JAM_TRAIT(CXX_RUNTIME));
    else if (reading->code.has_inline_futex || (calls_system && reading->code.has_futex_call))
        set(reading, JAM_TRAIT(FUTEX));
}

static void read_all(struct reading *reading)
{
    struct jam_elf_object *object = reading->object;
    read_segments(reading);
    read_sections(reading);
    jam_names_sort(&object->imports);
    jam_names_sort(&object->exports);
    if (reading->has_dynamic && !reading->has_symbols)
        set(reading, JAM_TRAIT(NO_SYMBOLS));
    /* The dynamic linker is an executable without one; a library is not, but is never the program.
     */
    if (!reading->has_interpreter)
        set(reading, JAM_TRAIT(STATIC));
    judge_sanitizers(object);
    judge_python(object);
    judge_imports(reading);
}

static void read_header(struct reading *reading)
{
    GElf_Ehdr header;
    if (!reading->elf || elf_kind(reading->elf) != ELF_K_ELF ||
        !gelf_getehdr(reading->elf, &header))
        set(reading, JAM_TRAIT(DAMAGED));
    else if (header.e_ident[EI_CLASS] != ELFCLASS64)
        set(reading, JAM_TRAIT(32_BIT));
    else if (header.e_machine != EM_X86_64 || (header.e_type != ET_EXEC && header.e_type != ET_DYN))
        set(reading, JAM_TRAIT(FOREIGN));
    else
        read_all(reading);
}

int jam_elf_object_read_fd(struct jam_elf_object *object, int fd)
{
    struct stat status;
    *object = (struct jam_elf_object){0};
    struct reading reading = {.object = object, .fd = fd};
    if (fstat(fd, &status) == 0)
        reading.file_bytes = (uint64_t)status.st_size;
    elf_version(EV_CURRENT);
    reading.elf = elf_begin(fd, ELF_C_READ, NULL);
    read_header(&reading);
    elf_end(reading.elf);
    return reading.is_out_of_memory ? -1 : 0;
}

/* O_NONBLOCK: opening a FIFO must not wait for its other end. */
int jam_elf_object_read(struct jam_elf_object *object, const char *path)
{
    struct stat status;
    *object = (struct jam_elf_object){.traits = JAM_TRAIT(UNREADABLE)};
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0)
        return 0;
    int result = 0;
    if (fstat(fd, &status) == 0 && S_ISREG(status.st_mode))
        result = jam_elf_object_read_fd(object, fd);
    close(fd);
    return result;
}

void jam_elf_object_fini(struct jam_elf_object *object)
{
    free(object->search);
    jam_names_fini(&object->needed);
    jam_names_fini(&object->imports);
    jam_names_fini(&object->exports);
    *object = (struct jam_elf_object){0};
}
