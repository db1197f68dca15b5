/*
 * What an ELF file says of itself: how it is started, what it needs, imports and exports, and what
 * made it. Nothing of it is executed or mapped; it may be damaged, hostile, or change while it is
 * read.
 */
#ifndef JAM_ELF_OBJECT_H
#define JAM_ELF_OBJECT_H

#include "util/names.h"

/*
 * Symbols with longer names are passed over (no function that we ask for has one), and so are
 * libraries past the maximum: what a hostile file can make us store stays in proportion to it.
 */
#define JAM_ELF_NAME_BYTES 64
#define JAM_ELF_NEEDED_MAX 256

struct jam_elf_object {
    unsigned traits;          /* JAM_TRAIT() bits of core/doctor/doctor.h */
    char *search;             /* DT_RUNPATH or DT_RPATH, NULL if none */
    struct jam_names needed;  /* DT_NEEDED, in order */
    struct jam_names imports; /* undefined dynamic symbols, sorted, without versions */
    struct jam_names exports; /* defined ones that others can bind to, sorted */
};

/*
 * Reads the file. What is wrong with it stands in the traits: JAM_TRAIT_DAMAGED,
 * JAM_TRAIT_UNREADABLE, ... 0, or -1 when memory is short. Call jam_elf_object_fini in both cases.
 */
int jam_elf_object_read(struct jam_elf_object *object, const char *path);

/* The same for an open descriptor, which stays the caller's. */
int jam_elf_object_read_fd(struct jam_elf_object *object, int fd);
void jam_elf_object_fini(struct jam_elf_object *object);

#endif
