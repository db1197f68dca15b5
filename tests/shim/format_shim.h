/*
 * The trace format as the C compiler sees it, and single records as the reader hands them out: for
 * the test that compares both with docs/format.md.
 */
#ifndef JAM_FORMAT_SHIM_H
#define JAM_FORMAT_SHIM_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A field, or with an empty name a whole structure. */
struct jam_format_field {
    const char *structure; /* "jam_header" */
    const char *field;
    size_t offset, size; /* size 0: as long as the record */
};

extern const struct jam_format_field jam_format_fields[];
extern const size_t jam_format_field_count;

struct jam_trace;

/* NULL if the reader refuses the file; `error` then says why. */
struct jam_trace *jam_format_open(const char *path, char *error, size_t size);
void jam_format_close(struct jam_trace *trace);

/*
 * The record number `index` of an extent kind, NULL if there is none; *offset is its place in the
 * file. Kind 0 stands for the header. The same for the heads of extents, and the held list of the
 * first lane.
 */
const void *jam_format_record(struct jam_trace *trace, int kind, size_t index, uint64_t *offset);
const void *jam_format_extent(struct jam_trace *trace, size_t index, uint64_t *offset);
const void *jam_format_held(struct jam_trace *trace, size_t index, uint64_t *offset);

/* The stack that a reference leads to, NULL if none does. */
const void *jam_format_stack(struct jam_trace *trace, uint32_t stack_ref);

/* Places that the reader found damaged, bytes that are missing. */
uint64_t jam_format_damage(const struct jam_trace *trace);

/* The reader's name of an extent kind. */
const char *jam_format_kind_name(int kind);

#ifdef __cplusplus
}
#endif

#endif
