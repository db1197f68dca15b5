/* Looks at an executable for what keeps a preloaded library out. Its bytes are not trusted. */
#include "record/record_silence.h"

#include <elf.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define GENERAL                                                                                    \
    "it took no lock through the C library, ended before its first one, or could not create a "    \
    "trace, as was said then (of locks made on futexes, as in Rust, only waits are seen; those "   \
    "of "                                                                                          \
    "Go are not seen)"

/* Opens what execvp(3) would have executed; -1 if there is nothing. */
static int open_program(const char *program)
{
    const char *folders = getenv("PATH");
    char path[PATH_MAX];

    if (strchr(program, '/') || !folders)
        return open(program, O_RDONLY | O_CLOEXEC);
    while (*folders) {
        size_t length = strcspn(folders, ":");
        snprintf(path, sizeof(path), "%.*s/%s", (int)length, folders, program);
        if (access(path, X_OK) == 0)
            return open(path, O_RDONLY | O_CLOEXEC);
        folders += length + (folders[length] == ':');
    }
    return -1;
}

static bool has_interpreter(int fd, const Elf64_Ehdr *elf)
{
    Elf64_Phdr header;
    for (unsigned i = 0; i < elf->e_phnum; i++) {
        off_t offset = (off_t)(elf->e_phoff + (uint64_t)i * elf->e_phentsize);
        if (pread(fd, &header, sizeof(header), offset) != sizeof(header))
            break;
        if (header.p_type == PT_INTERP)
            return true;
    }
    return false;
}

static const char *judge(int fd)
{
    struct stat status;
    Elf64_Ehdr elf;

    if (fstat(fd, &status) == 0 && (status.st_mode & (S_ISUID | S_ISGID)))
        return "it is set-user-id or set-group-id, so the dynamic linker ignores the preload";
    if (pread(fd, &elf, sizeof(elf), 0) != sizeof(elf) || memcmp(elf.e_ident, ELFMAG, SELFMAG) != 0)
        return GENERAL;
    if (elf.e_ident[EI_CLASS] != ELFCLASS64)
        return "it is a 32-bit program, and the preload is a 64-bit library";
    if (!has_interpreter(fd, &elf))
        return "it is statically linked, so no library can be preloaded";
    return GENERAL;
}

const char *jam_record_silence_reason(const char *program)
{
    int fd = open_program(program);
    if (fd < 0)
        return GENERAL;
    const char *reason = judge(fd);
    close(fd);
    return reason;
}
