/* The files that users write for `lockjam check`, and ids of findings, for C++. */
#ifndef JAM_CHECK_SHIM_H
#define JAM_CHECK_SHIM_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define JAM_SHIM_TEXT_BYTES 1024

int jam_shim_pattern_match(const char *pattern, const char *text);
int jam_shim_pattern_part(const char *pattern, const char *text);

/* A finding: stacks are "inner<outer", one string each; holds and wants of the edges come first. */
struct jam_shim_subject {
    const char *kind;
    const char *id;
    const char *const *stacks; /* NULL ends */
    size_t edges;
    const char *const *locks; /* NULL ends */
};

/*
 * Parses a suppression file called "file". The number of rules, or a negative error code and its
 * text. If subject is given, *hit becomes the line of the rule that fits, 0 for none, on the day
 * `today` (20270630).
 */
int jam_shim_suppress(const char *text, const struct jam_shim_subject *subject, uint32_t today,
                      unsigned *hit, char error[JAM_SHIM_TEXT_BYTES]);

/* The same for baselines: the number of ids; *has says whether `id` is one of them. */
int jam_shim_baseline(const char *text, uint64_t id, int *has, char error[JAM_SHIM_TEXT_BYTES]);

/* The same for declared orders: *has says whether `after` may be taken while `before` is held. */
int jam_shim_order(const char *text, const char *before, const char *after, int *has,
                   char error[JAM_SHIM_TEXT_BYTES]);

/* The hash of one frame, of a set of parts, and the class of a name. */
uint64_t jam_shim_fingerprint_frame(const char *function, const char *file, const char *module,
                                    uint64_t offset);
uint64_t jam_shim_fingerprint_join(const uint64_t *parts, size_t count);
const char *jam_shim_fingerprint_class(const char *name, char text[JAM_SHIM_TEXT_BYTES]);

/* What the check of a trace says about its losses; the error's text if it cannot be read. */
const char *jam_shim_check_losses(char *path, char result[JAM_SHIM_TEXT_BYTES]);

/* A text wrapped to `columns`. */
const char *jam_shim_wrap(const char *text, size_t indent, size_t columns,
                          char result[JAM_SHIM_TEXT_BYTES]);

#ifdef __cplusplus
}
#endif

#endif
