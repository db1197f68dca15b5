/*
 * Fingerprints: what makes two findings the same defect.
 *
 * A finding's id must be the same in every run of a program, under ASLR, with other thread timings,
 * and after code elsewhere in the file moved by some lines. So it is a hash of names only:
 *
 *      kind ── part, part, ...      one part for each edge of a cycle, or for the place of a misuse
 *              part  = texts: the frames of the stacks, the classes of the locks
 *              frame = function, base name of the source file, base name of the module
 *
 * Addresses, line numbers, threads, counts and the names of instances ("accounts[3]") stay out.
 * Parts are a set: where a cycle begins, and how many instances of one class it leads through, makes
 * no difference.
 */
#ifndef JAM_CORE_FINGERPRINT_H
#define JAM_CORE_FINGERPRINT_H

#include <stddef.h>
#include <stdint.h>

#define JAM_FINGERPRINT_START 0xcbf29ce484222325u

/* The hash of what was hashed before and a text; NULL counts as "". */
uint64_t jam_fingerprint_text(uint64_t hash, const char *text);

/* A frame by its names; any of them may be NULL. */
struct jam_fingerprint_frame {
    const char *function;
    const char *file;
    const char *module;
    uint64_t offset; /* within the module: counts only for a frame without a function */
};
uint64_t jam_fingerprint_frame(uint64_t hash, const struct jam_fingerprint_frame *frame);

/* One hash of a set of parts, which are sorted in place; equal parts count once. */
uint64_t jam_fingerprint_join(uint64_t hash, uint64_t *parts, size_t count);

/*
 * The class of a named variable: without array indices and distances, "accounts[3].lock" gives
 * "accounts[].lock", "table+0x78" gives "table". Cut off at `size` bytes. Returns buffer.
 */
char *jam_fingerprint_class(const char *name, char *buffer, size_t size);

#endif
