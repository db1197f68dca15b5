/*
 * Where the dynamic linker would find a library, and everything a program needs, directly or not.
 *
 * The rules are those of ld.so(8) for a program that is not yet running: DT_RUNPATH (or DT_RPATH)
 * of who needs it, with $ORIGIN; LD_LIBRARY_PATH; /etc/ld.so.cache; the default folders. The
 * dynamic linker itself is not asked, because its listing maps the file, and it trusts what it
 * maps. Variants for better processors (glibc-hwcaps) are passed over: they import the same.
 */
#ifndef JAM_ELF_LIBRARY_H
#define JAM_ELF_LIBRARY_H

#include <stdbool.h>
#include <stddef.h>

#include "symbols/elf_object.h"
#include "util/error.h"

/* Past this many files the rest is not looked at. */
#define JAM_ELF_LIBRARIES_MAX 1024

struct jam_elf_library {
    char *name; /* as it is needed: "libz.so.1"; the program: its path */
    char *path; /* NULL = not found */
    struct jam_elf_object object;
};

/* The program first, then its libraries in the order in which they are loaded. */
struct jam_elf_libraries {
    struct jam_elf_library *items;
    size_t count;
    size_t capacity;
};

/*
 * Path of a library for a program without DT_RUNPATH; allocated, NULL if there is none or memory is
 * short.
 */
char *jam_elf_library_find(const char *name);

/*
 * Reads the program and what it needs; the C library and the dynamic linker, before which the hooks
 * stand, are left out. 0, or JAM_ERROR_SYSTEM when memory is short. Call jam_elf_libraries_fini in
 * both cases.
 */
int jam_elf_libraries_read(struct jam_elf_libraries *libraries, const char *program,
                           struct jam_error *error);
void jam_elf_libraries_fini(struct jam_elf_libraries *libraries);

#endif
