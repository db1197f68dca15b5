/* Streams of events: per lane, and merged over lanes with a heap. */
#include "trace/trace_event.h"

#include <stdlib.h>

#define TICK_MASK ((UINT64_C(1) << JAM_EVENT_TICK_BITS) - 1)

static int compare_chunks(const void *left, const void *right)
{
    const struct jam_extent *a = &(*(const struct jam_trace_extent *const *)left)->head;
    const struct jam_extent *b = &(*(const struct jam_trace_extent *const *)right)->head;
    if (a->owner_lane != b->owner_lane)
        return a->owner_lane < b->owner_lane ? -1 : 1;
    return (a->ring_sequence > b->ring_sequence) - (a->ring_sequence < b->ring_sequence);
}

int jam_event_chunks_init(struct jam_event_chunks *chunks, struct jam_trace *trace,
                          struct jam_error *error)
{
    *chunks = (struct jam_event_chunks){.trace = trace};
    chunks->chunks = calloc(trace->extent_count + 1, sizeof *chunks->chunks);
    if (!chunks->chunks)
        return jam_error_memory(error);
    for (size_t i = 0; i < trace->extent_count; i++) {
        const struct jam_trace_extent *extent = &trace->extents[i];
        if (extent->head.kind != JAM_EXTENT_RING || !extent->head.ring_sequence)
            continue;
        chunks->chunks[chunks->count++] = extent;
        chunks->events += extent->used_bytes / sizeof(struct jam_event);
    }
    qsort(chunks->chunks, chunks->count, sizeof *chunks->chunks, compare_chunks);
    return 0;
}

void jam_event_chunks_fini(struct jam_event_chunks *chunks)
{
    free(chunks->chunks);
    *chunks = (struct jam_event_chunks){0};
}

size_t jam_event_chunks_lane_end(const struct jam_event_chunks *chunks, size_t first)
{
    size_t end = first;
    while (end < chunks->count &&
           chunks->chunks[end]->head.owner_lane == chunks->chunks[first]->head.owner_lane)
        end++;
    return end;
}

void jam_event_stream_init(struct jam_event_stream *stream, const struct jam_event_chunks *chunks,
                           size_t first, size_t end)
{
    stream->chunks = chunks;
    stream->chunk = first;
    stream->chunk_end = end;
    stream->position = 0;
    stream->next = stream->filled = 0;
    stream->thread = 0;
}

/* Reads what comes next in the present chunk; false when nothing is left in it. */
static bool fill_from_chunk(struct jam_event_stream *stream)
{
    struct jam_trace *trace = stream->chunks->trace;
    const struct jam_trace_extent *chunk = stream->chunks->chunks[stream->chunk];
    uint64_t events = (chunk->used_bytes - stream->position) / sizeof(struct jam_event);
    size_t count = events < JAM_EVENT_BUFFER ? events : JAM_EVENT_BUFFER;
    uint64_t offset = chunk->offset + sizeof(struct jam_extent) + stream->position;
    if (!count)
        return false;
    if (!jam_trace_read(trace, offset, stream->buffer, count * sizeof(struct jam_event))) {
        jam_trace_note_damage(trace, offset, "events cannot be read");
        return false;
    }
    if (!stream->position)
        stream->thread = chunk->head.ring_thread;
    stream->position += count * sizeof(struct jam_event);
    stream->next = 0;
    stream->filled = count;
    return true;
}

/* The next raw event; the chunk it belongs to is stream->chunk. NULL at the end. */
static const struct jam_event *next_raw(struct jam_event_stream *stream)
{
    while (stream->next == stream->filled) {
        if (stream->chunk >= stream->chunk_end)
            return NULL;
        if (fill_from_chunk(stream))
            break;
        stream->chunk++;
        stream->position = 0;
    }
    return &stream->buffer[stream->next++];
}

static uint8_t raw_kind(const struct jam_event *raw)
{
    return (uint8_t)(raw->when_kind_flags >> JAM_EVENT_KIND_SHIFT);
}

/* A HOLD's second record tells since when; it may be missing at the end of a chunk. */
static uint64_t take_since(struct jam_event_stream *stream)
{
    const struct jam_event *raw = next_raw(stream);
    if (!raw)
        return 0;
    if (raw_kind(raw) == JAM_EVENT_HOLD_SINCE)
        return (uint64_t)raw->b << 32 | raw->a;
    stream->next--;
    return 0;
}

/* A chunk names the thread that it began with; a lane that changes hands says so by an event. */
static uint32_t thread_of(struct jam_event_stream *stream, const struct jam_event *raw)
{
    if (raw_kind(raw) == JAM_EVENT_THREAD_START)
        stream->thread = raw->a;
    return stream->thread;
}

bool jam_event_stream_next(struct jam_event_stream *stream, struct jam_event_view *event)
{
    const struct jam_event *raw = next_raw(stream);
    if (!raw)
        return false;
    const struct jam_extent *head = &stream->chunks->chunks[stream->chunk]->head;
    event->ticks = head->ring_base_ticks + (raw->when_kind_flags & TICK_MASK);
    event->since_ticks = 0;
    event->a = raw->a;
    event->b = raw->b;
    event->lane = head->owner_lane;
    event->kind = raw_kind(raw);
    event->thread = thread_of(stream, raw);
    event->flags = (uint8_t)(raw->when_kind_flags >> JAM_EVENT_FLAGS_SHIFT);
    if (event->kind == JAM_EVENT_HOLD)
        event->since_ticks = take_since(stream);
    return true;
}

/* A lane that takes part in the merge, with the event that it offers. */
struct runner {
    struct jam_event_stream stream;
    struct jam_event_view event;
};

/* A binary heap of runners; heap[0] offers the earliest event. */
struct jam_event_merge {
    struct runner *runners;
    struct runner **heap;
    size_t count;
};

static bool is_before(const struct runner *a, const struct runner *b)
{
    if (a->event.ticks != b->event.ticks)
        return a->event.ticks < b->event.ticks;
    return a < b;
}

static void sift_down(struct jam_event_merge *merge, size_t at)
{
    struct runner **heap = merge->heap;
    for (;;) {
        size_t child = 2 * at + 1;
        if (child + 1 < merge->count && is_before(heap[child + 1], heap[child]))
            child++;
        if (child >= merge->count || !is_before(heap[child], heap[at]))
            return;
        struct runner *swap = heap[at];
        heap[at] = heap[child];
        heap[child] = swap;
        at = child;
    }
}

static size_t count_lanes(const struct jam_event_chunks *chunks)
{
    size_t lanes = 0;
    for (size_t i = 0; i < chunks->count; i = jam_event_chunks_lane_end(chunks, i))
        lanes++;
    return lanes;
}

static void start_runners(struct jam_event_merge *merge, const struct jam_event_chunks *chunks)
{
    struct runner *runner = merge->runners;
    for (size_t i = 0, end; i < chunks->count; i = end) {
        end = jam_event_chunks_lane_end(chunks, i);
        jam_event_stream_init(&runner->stream, chunks, i, end);
        if (jam_event_stream_next(&runner->stream, &runner->event))
            merge->heap[merge->count++] = runner++;
    }
    for (size_t i = merge->count / 2; i-- > 0;)
        sift_down(merge, i);
}

struct jam_event_merge *jam_event_merge_new(const struct jam_event_chunks *chunks)
{
    size_t lanes = count_lanes(chunks);
    struct jam_event_merge *merge = calloc(1, sizeof *merge);
    if (!merge)
        return NULL;
    merge->runners = calloc(lanes + 1, sizeof *merge->runners);
    merge->heap = calloc(lanes + 1, sizeof *merge->heap);
    if (!merge->runners || !merge->heap) {
        jam_event_merge_free(merge);
        return NULL;
    }
    start_runners(merge, chunks);
    return merge;
}

void jam_event_merge_free(struct jam_event_merge *merge)
{
    if (!merge)
        return;
    free(merge->runners);
    free(merge->heap);
    free(merge);
}

bool jam_event_merge_next(struct jam_event_merge *merge, struct jam_event_view *event)
{
    if (!merge->count)
        return false;
    struct runner *first = merge->heap[0];
    *event = first->event;
    if (!jam_event_stream_next(&first->stream, &first->event))
        merge->heap[0] = merge->heap[--merge->count];
    sift_down(merge, 0);
    return true;
}
