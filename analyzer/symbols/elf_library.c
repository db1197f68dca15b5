/* Follows DT_NEEDED breadth first, as the dynamic linker does. */
#include "symbols/elf_library.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/doctor/doctor.h"
#include "symbols/elf_cache.h"
#include "util/array.h"

/* Part of glibc: what they lock is theirs alone. */
static const char *const parts_of_libc[] = {
    "libc.so.6",  "ld-linux-x86-64.so.2", "libpthread.so.0", "libm.so.6",
    "libdl.so.2", "librt.so.1",           "linux-vdso.so.1"};

static bool is_part_of_libc(const char *name)
{
    for (size_t i = 0; i < sizeof(parts_of_libc) / sizeof(*parts_of_libc); i++)
        if (strcmp(name, parts_of_libc[i]) == 0)
            return true;
    return false;
}

static char *existing(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0 && S_ISREG(status.st_mode) ? strdup(path) : NULL;
}

/* One folder of a search path, in which $ORIGIN is the folder of who needs the library. */
static char *try_folder(const char *folder, size_t length, const char *origin, const char *name)
{
    static const char *const words[] = {"$ORIGIN", "${ORIGIN}"};
    char path[PATH_MAX];
    for (size_t i = 0; i < 2 && origin; i++) {
        size_t skipped = strlen(words[i]);
        const char *slash = strrchr(origin, '/');
        if (length < skipped || strncmp(folder, words[i], skipped) != 0)
            continue;
        int used = snprintf(path, sizeof(path), "%.*s%.*s/%s", slash ? (int)(slash - origin) : 1,
                            slash ? origin : ".", (int)(length - skipped), folder + skipped, name);
        return used < (int)sizeof(path) ? existing(path) : NULL;
    }
    int used = snprintf(path, sizeof(path), "%.*s/%s", (int)length, folder, name);
    return used < (int)sizeof(path) && length > 0 ? existing(path) : NULL;
}

static char *search(const char *folders, const char *origin, const char *name)
{
    char *found = NULL;
    while (folders && *folders && !found) {
        size_t length = strcspn(folders, ":;");
        found = try_folder(folders, length, origin, name);
        folders += length + (folders[length] != '\0');
    }
    return found;
}

static char *find(const char *name, const struct jam_elf_library *needer)
{
    if (strchr(name, '/'))
        return existing(name);
    char *found = needer ? search(needer->object.search, needer->path, name) : NULL;
    if (!found)
        found = search(getenv("LD_LIBRARY_PATH"), NULL, name);
    if (!found)
        found = jam_elf_cache_find(name);
    if (!found)
        found = search("/lib/x86_64-linux-gnu:/usr/lib/x86_64-linux-gnu:/lib64:/usr/lib64:/lib:"
                       "/usr/lib",
                       NULL, name);
    return found;
}

char *jam_elf_library_find(const char *name)
{
    return find(name, NULL);
}

static bool is_known(const struct jam_elf_libraries *libraries, const char *name)
{
    for (size_t i = 0; i < libraries->count; i++)
        if (strcmp(libraries->items[i].name, name) == 0)
            return true;
    return false;
}

/* Takes over `path`. */
static int add(struct jam_elf_libraries *libraries, const char *name, char *path)
{
    if (jam_array_reserve(&libraries->items, &libraries->capacity, libraries->count,
                          sizeof(*libraries->items))) {
        free(path);
        return -1;
    }
    struct jam_elf_library *library = &libraries->items[libraries->count++];
    *library = (struct jam_elf_library){.name = strdup(name), .path = path};
    if (!library->name)
        return -1;
    if (path)
        return jam_elf_object_read(&library->object, path);
    library->object.traits = JAM_TRAIT(MISSING);
    return 0;
}

static int add_needed(struct jam_elf_libraries *libraries, size_t needer)
{
    /* add() may move the items, not what they point to. */
    struct jam_names needed = libraries->items[needer].object.needed;
    for (size_t i = 0; i < needed.count && libraries->count < JAM_ELF_LIBRARIES_MAX; i++) {
        const char *name = needed.items[i];
        if (is_part_of_libc(name) || is_known(libraries, name))
            continue;
        if (add(libraries, name, find(name, &libraries->items[needer])))
            return -1;
    }
    return 0;
}

int jam_elf_libraries_read(struct jam_elf_libraries *libraries, const char *program,
                           struct jam_error *error)
{
    *libraries = (struct jam_elf_libraries){0};
    /* $ORIGIN is the folder of the file itself, whatever links lead to it. */
    char *path = realpath(program, NULL);
    if (!path)
        return jam_error_set(error, JAM_ERROR_SYSTEM, "%s: %s", program, strerror(errno));
    int status = add(libraries, program, path);
    for (size_t i = 0; !status && i < libraries->count; i++)
        status = add_needed(libraries, i);
    return status ? jam_error_memory(error) : 0;
}

void jam_elf_libraries_fini(struct jam_elf_libraries *libraries)
{
    for (size_t i = 0; i < libraries->count; i++) {
        free(libraries->items[i].name);
        free(libraries->items[i].path);
        jam_elf_object_fini(&libraries->items[i].object);
    }
    free(libraries->items);
    *libraries = (struct jam_elf_libraries){0};
}
