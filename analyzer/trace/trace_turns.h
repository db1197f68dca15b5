/*
 * Records that a running program takes over for something else: dependencies.
 *
 * A snapshot of such a record may be half old and half new. `turns` tells, if it is read before and
 * after the rest: so the caller reads the extent, with a second snapshot before and a third after.
 *
 *     before ──▶ payload ──▶ after        equal and even: the record in the payload is whole
 *
 * Whatever is not whole gets an odd `turns`, and cursors leave it out: what it said last is being
 * forgotten, what it will say is in the next snapshot.
 */
#ifndef JAM_TRACE_TURNS_H
#define JAM_TRACE_TURNS_H

#include "trace/trace_file.h"

/* Whether records of this kind are taken over. */
bool jam_trace_turns_matter(uint16_t kind);

/* Marks the records of the extent's payload whose turns differ from those in `other`, as long. */
void jam_trace_turns_compare(struct jam_trace_extent *extent, const unsigned char *other);

/* Whether the record is to be left out: marked, or without an instance yet. */
bool jam_trace_turns_is_void(uint16_t kind, const void *record);

#endif
