/*
 * What the reader knows about each kind of extent: one table row per enum jam_extent_kind.
 */
#ifndef JAM_TRACE_KIND_H
#define JAM_TRACE_KIND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "trace_format.h"

/* "strings", "lane", ...; "unknown" for kinds of newer formats. */
const char *jam_trace_kind_name(uint16_t kind);

/* Whether the head's record_bytes is possible for its kind: large enough and aligned. */
bool jam_trace_kind_fits(const struct jam_extent *head);

/* Whether the whole payload counts, because used_bytes is not kept for this kind. */
bool jam_trace_kind_is_whole(uint16_t kind);

/* Whether extents of this kind are walked record by record: not rings and held lists. */
bool jam_trace_kind_has_records(uint16_t kind);

/*
 * Bytes that the record at `record` takes, padding included, of which at least `left` may be read.
 * 0 if no whole, sensible record is there.
 */
size_t jam_trace_kind_record_bytes(const struct jam_extent *head, const void *record, size_t left);

#endif
