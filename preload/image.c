/* Program headers in memory: of the main program by the auxiliary vector, else behind the ELF
 * header. */
#include "image.h"
#include "arch.h"

#include <errno.h>
#include <link.h>
#include <stddef.h>
#include <string.h>
#include <sys/auxv.h>

/* The kernel copies the signal set before it rejects `how`: EFAULT tells that it could not. */
bool jam_image_is_readable(uint64_t address)
{
    return JAM_SYSCALL4(rt_sigprocmask, ~0, address, 0, 8) != -EFAULT;
}

static void image_set_range(struct jam_image *image)
{
    uint64_t start = UINT64_MAX, end = 0;
    for (uint32_t i = 0; i < image->segment_count; i++) {
        const Elf64_Phdr *segment = &image->segment[i];
        if (segment->p_type != PT_LOAD)
            continue;
        if (segment->p_vaddr < start)
            start = segment->p_vaddr;
        if (segment->p_vaddr + segment->p_memsz > end)
            end = segment->p_vaddr + segment->p_memsz;
    }
    if (start < end) {
        image->start = image->bias + start;
        image->end = image->bias + end;
    }
}

/* In every file that linkers write the headers lie on the first page, behind the ELF header. */
static void image_set_segments(struct jam_image *image, uint64_t elf_address)
{
    const Elf64_Ehdr *elf = (const Elf64_Ehdr *)elf_address;
    if (elf_address & 4095 || !jam_image_is_readable(elf_address) ||
        memcmp(elf->e_ident, ELFMAG, SELFMAG) ||
        elf->e_phoff + (uint64_t)elf->e_phnum * sizeof(Elf64_Phdr) > 4096)
        return;
    image->segment = (const Elf64_Phdr *)(elf_address + elf->e_phoff);
    image->segment_count = elf->e_phnum;
}

struct jam_image jam_image_describe(const struct dl_find_object *found)
{
    const struct link_map *map = found->dlfo_link_map;
    struct jam_image image = {
        .bias = map->l_addr,
        .start = (uint64_t)found->dlfo_map_start,
        .end = (uint64_t)found->dlfo_map_end,
    };
    bool is_main_program = !map->l_name[0];
    if (is_main_program) {
        image.segment = (const Elf64_Phdr *)getauxval(AT_PHDR);
        image.segment_count = (uint32_t)getauxval(AT_PHNUM);
    } else {
        image_set_segments(&image, image.start);
    }
    if (image.segment)
        image_set_range(&image);
    return image;
}

/* The descriptor of NT_GNU_BUILD_ID among the notes of one segment (elf(5)). */
static uint8_t image_search_notes(const Elf64_Phdr *segment, const uint8_t *note, uint8_t *build_id)
{
    const uint8_t *end = note + segment->p_filesz;
    uint64_t align = segment->p_align == 8 ? 7 : 3;
    while (note + sizeof(Elf64_Nhdr) <= end) {
        Elf64_Nhdr head;
        memcpy(&head, note, sizeof head);
        const uint8_t *name = note + sizeof head;
        uint64_t name_bytes = (head.n_namesz + 3ull) & ~3ull;
        uint64_t bytes = (sizeof head + name_bytes + head.n_descsz + align) & ~align;
        if (bytes > (uint64_t)(end - note))
            return 0;
        if (head.n_type == NT_GNU_BUILD_ID && head.n_namesz == 4 && !memcmp(name, "GNU", 4) &&
            head.n_descsz <= 32) {
            memcpy(build_id, name + name_bytes, head.n_descsz);
            return (uint8_t)head.n_descsz;
        }
        note += bytes;
    }
    return 0;
}

uint8_t jam_image_build_id(const struct jam_image *image, uint8_t *build_id)
{
    uint8_t bytes = 0;
    for (uint32_t i = 0; image->segment && i < image->segment_count && !bytes; i++) {
        const Elf64_Phdr *segment = &image->segment[i];
        const uint8_t *note = (const uint8_t *)(image->bias + segment->p_vaddr);
        bool is_inside =
            (uint64_t)note >= image->start && (uint64_t)note + segment->p_filesz <= image->end;
        if (segment->p_type == PT_NOTE && is_inside)
            bytes = image_search_notes(segment, note, build_id);
    }
    return bytes;
}
