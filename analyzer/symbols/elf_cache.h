/*
 * /etc/ld.so.cache: the dynamic linker's list of libraries and where they are.
 *
 * Read in the one form that glibc has written since 2.32 ("glibc-ld.so.cache1.1" at the start of
 * the file):
 *
 *     magic, 20 bytes │ count u32 │ 24 bytes more │ count × {flags, name, path, u32; hwcap u64} │
 * strings
 *
 * where name and path are offsets of strings in the file.
 */
#ifndef JAM_ELF_CACHE_H
#define JAM_ELF_CACHE_H

/* Path of the x86-64 library of that name; allocated, NULL if it is not listed. */
char *jam_elf_cache_find(const char *name);

#endif
