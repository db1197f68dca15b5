/*
 * The events of a trace, streamed: memory depends on the number of chunks and lanes, not of events.
 *
 * Each lane (a thread's place in the file) writes chunks of events, numbered by ring_sequence. A
 * lane stream hands out one lane's events in the order in which they happened; a merged stream
 * hands out those of all lanes by time, which is what a replay needs. Listing lane after lane is
 * several times faster than merging.
 *
 *     struct jam_event_chunks chunks;             one entry per chunk, sorted
 *     jam_event_chunks_init(&chunks, trace, &error);
 *     struct jam_event_stream stream;
 *     jam_event_stream_init(&stream, &chunks, 0, chunks.count);
 *     while (jam_event_stream_next(&stream, &event)) ...
 */
#ifndef JAM_TRACE_EVENT_H
#define JAM_TRACE_EVENT_H

#include "core/event.h"
#include "trace/trace_file.h"

/* The chunks of all rings by (lane, ring_sequence). */
struct jam_event_chunks {
    struct jam_trace *trace;
    const struct jam_trace_extent **chunks;
    size_t count;
    uint64_t events; /* in all of them */
};

/* 0, or JAM_ERROR_SYSTEM without memory. */
int jam_event_chunks_init(struct jam_event_chunks *chunks, struct jam_trace *trace,
                          struct jam_error *error);
void jam_event_chunks_fini(struct jam_event_chunks *chunks);

/* The first chunk behind `first` that belongs to another lane, or chunks->count. */
size_t jam_event_chunks_lane_end(const struct jam_event_chunks *chunks, size_t first);

#define JAM_EVENT_BUFFER 1024 /* events read at once */

/* About 16 KiB: the caller keeps one per lane that it reads at the same time. */
struct jam_event_stream {
    const struct jam_event_chunks *chunks;
    size_t chunk, chunk_end; /* chunk to read now, end of the range */
    uint64_t position;       /* in that chunk's payload, bytes */
    uint32_t thread;         /* whose events come now */
    size_t next, filled;     /* in the buffer */
    struct jam_event buffer[JAM_EVENT_BUFFER];
};

/* Streams the chunks first .. end - 1 one after the other. */
void jam_event_stream_init(struct jam_event_stream *stream, const struct jam_event_chunks *chunks,
                           size_t first, size_t end);

/*
 * Decodes the next event; false at the end. HOLD and its HOLD_SINCE come out as one event. A chunk
 * that cannot be read is counted as damage of the trace.
 */
bool jam_event_stream_next(struct jam_event_stream *stream, struct jam_event_view *event);

/* All lanes by time; events of equal time in the order of their lanes. */
struct jam_event_merge;

/* NULL without memory. */
struct jam_event_merge *jam_event_merge_new(const struct jam_event_chunks *chunks);
void jam_event_merge_free(struct jam_event_merge *merge);
bool jam_event_merge_next(struct jam_event_merge *merge, struct jam_event_view *event);

#endif
