/*
 * A trace file, opened: the only place that trusts nothing.
 *
 * THE IDEA. The file may be damaged, cut off, hostile, or still growing while we read. So nothing
 * is used in place: the header and the head of each extent are read once at the open and checked;
 * the payload of an extent is read (a snapshot) when it is first asked for. What has been checked
 * can therefore not change any more, and a file that shrinks under us is a short read instead of
 * a SIGBUS.
 *
 *      jam_trace_open ──▶ header, extents[]            checked, in file order
 *      jam_trace_load ──▶ extents[i].payload           used_bytes bytes, on demand, kept
 *      jam_trace_read ──▶ caller's buffer              for what should not be kept: event rings
 *
 * DAMAGE. An extent whose head makes no sense is skipped: the reader goes on at the next 4096-byte
 * step that holds an extent's magic. Each such place is counted in `damage`, with the first one's
 * offset and reason. A record that makes no sense ends its extent and is counted likewise.
 * A trace of which nothing can be read is an error of the open.
 *
 * Typed access (records, stacks, lookups by reference) is in trace_record.h and trace_stack.h.
 */
#ifndef JAM_TRACE_FILE_H
#define JAM_TRACE_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "trace_format.h"
#include "util/error.h"
#include "util/map.h"

struct jam_trace_extent {
    uint64_t offset;         /* of its head in the file */
    uint64_t payload_bytes;  /* room: extent without its head */
    uint64_t used_bytes;     /* payload bytes that hold records, <= payload_bytes */
    struct jam_extent head;  /* as found; kind and record_bytes are checked */
    unsigned char *payload;  /* snapshot of used_bytes bytes, 8-byte aligned; NULL = not loaded */
    uint64_t *record_starts; /* STACKS: see trace_stack.h */
    bool is_unreadable;      /* loading failed; counted once */
};

struct jam_trace_damage {
    uint64_t count;        /* places skipped */
    uint64_t bytes;        /* bytes skipped between extents */
    uint64_t first_offset; /* of the first place */
    const char *reason;    /* of the first place; static string */
};

struct jam_trace {
    char *path;
    int descriptor;
    uint64_t file_bytes;   /* size when opened */
    uint64_t stored_bytes; /* of which the disk holds so many: the rest are holes */
    uint64_t end;          /* extents end here: used_bytes of the header, cut to the file */
    uint64_t missing;      /* bytes that the header promises and the file does not have */
    struct jam_header header;
    struct jam_trace_extent *extents; /* in file order */
    size_t extent_count;
    size_t extent_capacity;
    struct jam_trace_damage damage;
    struct jam_map thread_map; /* see jam_trace_thread */
    const struct jam_thread_record **threads;
    size_t thread_count, thread_capacity;
    bool is_thread_map_made;
};

/*
 * Opens and checks a trace. On success *trace is the caller's, to be closed with jam_trace_close.
 * Otherwise *trace is NULL and the result is
 *   JAM_ERROR_INPUT   no such file, no permission, not a regular file, not a trace, written for a
 *                     newer reader, cut off within the header, or nothing in it can be read; the
 *                     text names the file, for contents the offset, and the reason
 *   JAM_ERROR_SYSTEM  no memory
 */
int jam_trace_open(struct jam_trace **trace, const char *path, struct jam_error *error);
void jam_trace_close(struct jam_trace *trace);

/*
 * The payload of an extent, used_bytes long, NULL when it cannot be read (short file, no memory):
 * that is counted as damage. Valid until the trace is closed.
 */
const unsigned char *jam_trace_load(struct jam_trace *trace, struct jam_trace_extent *extent);

/* Reads `bytes` bytes at `offset` into the buffer; false if the file does not have them. */
bool jam_trace_read(const struct jam_trace *trace, uint64_t offset, void *buffer, size_t bytes);

/* The extent whose payload's used part holds [offset, offset + bytes), NULL if there is none. */
struct jam_trace_extent *jam_trace_find_extent(const struct jam_trace *trace, uint64_t offset,
                                               uint64_t bytes);

/* Counts a damaged place. `reason` must be a static string. */
void jam_trace_note_damage(struct jam_trace *trace, uint64_t offset, const char *reason);

#endif
