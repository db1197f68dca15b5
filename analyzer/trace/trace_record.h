/*
 * The records of a trace, one after the other or by reference.
 *
 *     struct jam_cursor cursor;
 *     const struct jam_site *site;
 *     jam_cursor_start(&cursor, trace, JAM_EXTENT_SITES);
 *     while ((site = jam_cursor_next(&cursor)))
 *         ...
 *
 * What a cursor returns is whole, lies in a checked snapshot and stays valid until the trace is
 * closed. The *contents* of a record are as found: ids and references may lead nowhere, counts may
 * be absurd. A LANE extent counts as one record, a struct jam_lane. Event rings and held lists
 * have no records here: see trace_event.h and jam_trace_held.
 */
#ifndef JAM_TRACE_RECORD_H
#define JAM_TRACE_RECORD_H

#include "trace/trace_file.h"

struct jam_cursor {
    struct jam_trace *trace;
    uint16_t kind;
    size_t next_extent;
    uint64_t position;                     /* of the next record in the payload */
    const struct jam_trace_extent *extent; /* of the record that was returned last */
    uint64_t offset;                       /* file offset of that record */
    size_t bytes;                          /* its size, padding included */
};

void jam_cursor_start(struct jam_cursor *cursor, struct jam_trace *trace,
                      enum jam_extent_kind kind);

/* The next record, NULL at the end. A damaged record is counted and ends its extent. */
const void *jam_cursor_next(struct jam_cursor *cursor);

/*
 * The record of an array kind that begins at a file offset; NULL if none begins there: the
 * reference is damaged, or younger than our snapshot of a running program.
 */
const void *jam_trace_at(struct jam_trace *trace, enum jam_extent_kind kind, uint64_t offset);

/* The waits and holds of a site, NULL if it has none (yet). */
const struct jam_wait_totals *jam_trace_site_waits(struct jam_trace *trace,
                                                   const struct jam_site *site);
const struct jam_histogram *jam_trace_site_holds(struct jam_trace *trace,
                                                 const struct jam_site *site);

/* The interned stack of a stack_ref, NULL if no record starts there. */
const struct jam_stack *jam_trace_stack(struct jam_trace *trace, uint32_t stack_ref);

/* The record of a thread id; NULL if its record was reused, or memory is short. */
const struct jam_thread_record *jam_trace_thread(struct jam_trace *trace, uint32_t id);

/*
 * The held list of a lane, oldest first. Stores the array and returns its length; 0 also if the
 * list lies outside of what a held list may lie in.
 */
size_t jam_trace_held(struct jam_trace *trace, const struct jam_lane *lane,
                      const struct jam_held **held);

#endif
