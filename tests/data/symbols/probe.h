/*
 * What the samples for the symbolizer print about themselves: one line a fact, fields separated
 * by tabs, the expected name beside the address. The test asks the symbolizer the same and
 * compares.
 *
 *     module  BIAS START END BUILD-ID PATH      BUILD-ID: hexadecimal or "-"
 *     data    ADDRESS NAME
 *     code    ADDRESS FRAMES      a return address; FRAMES: "function:line ..." innermost first
 */
#ifndef JAM_TEST_PROBE_H
#define JAM_TEST_PROBE_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <link.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

/* The expected name is the expression itself. */
#define PROBE_DATA(object)             printf("data\t%p\t%s\n", (void *)&(object), #object)
#define PROBE_NAMED_DATA(object, name) printf("data\t%p\t%s\n", (void *)&(object), name)

/* Prints where it was called, and what the symbolizer should say to that. */
__attribute__((noinline, unused, format(printf, 1, 2))) static void probe_code(const char *frames,
                                                                               ...)
{
    va_list lines;
    printf("code\t%p\t", __builtin_return_address(0));
    va_start(lines, frames);
    vprintf(frames, lines);
    va_end(lines);
    putchar('\n');
}

/* The description of the NT_GNU_BUILD_ID note (3), "-" without one. */
static void probe_build_id(const struct dl_phdr_info *info, const ElfW(Phdr) * segment, char *text)
{
    const char *at = (const char *)(info->dlpi_addr + segment->p_vaddr);
    const char *end = at + segment->p_memsz;
    while (segment->p_type == PT_NOTE && at < end) {
        const ElfW(Nhdr) *note = (const ElfW(Nhdr) *)at;
        const char *name = at + sizeof *note;
        const unsigned char *description =
            (const unsigned char *)name + ((note->n_namesz + 3u) & ~3u);
        at = (const char *)description + ((note->n_descsz + 3u) & ~3u);
        if (note->n_type != 3 || note->n_namesz != 4 || note->n_descsz > 32)
            continue;
        for (unsigned i = 0; i < note->n_descsz; i++)
            sprintf(text + 2 * i, "%02x", description[i]);
    }
}

static int probe_module(struct dl_phdr_info *info, size_t size, void *opaque)
{
    uintptr_t start = UINTPTR_MAX, end = 0;
    char build_id[2 * 32 + 1] = "-";
    (void)size;
    (void)opaque;
    for (int i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *segment = &info->dlpi_phdr[i];
        uintptr_t low = info->dlpi_addr + segment->p_vaddr;
        probe_build_id(info, segment, build_id);
        if (segment->p_type != PT_LOAD)
            continue;
        start = low < start ? low : start;
        end = low + segment->p_memsz > end ? low + segment->p_memsz : end;
    }
    char self[4096];
    ssize_t length = readlink("/proc/self/exe", self, sizeof self - 1);
    self[length > 0 ? length : 0] = '\0';
    printf("module\t0x%lx\t0x%lx\t0x%lx\t%s\t%s\n", (unsigned long)info->dlpi_addr,
           (unsigned long)start, (unsigned long)end, build_id,
           info->dlpi_name[0] != '\0' ? info->dlpi_name : self);
    return 0;
}

__attribute__((unused)) static void probe_modules(void)
{
    dl_iterate_phdr(probe_module, NULL);
}

#endif
