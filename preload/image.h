/*
 * A loaded ELF file, as its program headers describe it.
 */
#ifndef JAM_IMAGE_H
#define JAM_IMAGE_H

#include <dlfcn.h>
#include <elf.h>
#include <stdbool.h>
#include <stdint.h>

struct jam_image {
    uint64_t bias;             /* runtime address minus address in the file */
    uint64_t start;            /* lowest address of a loadable segment */
    uint64_t end;              /* first address behind the last one */
    const Elf64_Phdr *segment; /* NULL: headers not found, start and end are of one segment */
    uint32_t segment_count;
};

/*
 * Describe what _dl_find_object found. That function alone is not enough: for a program whose
 * segments do not touch it gives the range of one segment.
 */
struct jam_image jam_image_describe(const struct dl_find_object *found);

/* Copy the GNU build-id (at most 32 bytes). Returns its length, 0 if there is none. */
uint8_t jam_image_build_id(const struct jam_image *image, uint8_t *build_id);

/* Whether 8 bytes at this address can be read; by a system call, never by a fault. */
bool jam_image_is_readable(uint64_t address);

#endif
