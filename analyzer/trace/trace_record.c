/* Walks records and follows references, within the snapshots that trace_file.c has checked. */
#include "trace/trace_record.h"

#include <stdlib.h>

#include "trace/trace_kind.h"
#include "trace/trace_turns.h"
#include "util/array.h"

void jam_cursor_start(struct jam_cursor *cursor, struct jam_trace *trace, enum jam_extent_kind kind)
{
    *cursor = (struct jam_cursor){.trace = trace, .kind = (uint16_t)kind};
}

/* Goes on to the next extent of the cursor's kind; false when there is none. */
static bool enter_extent(struct jam_cursor *cursor)
{
    struct jam_trace *trace = cursor->trace;
    while (cursor->next_extent < trace->extent_count) {
        struct jam_trace_extent *extent = &trace->extents[cursor->next_extent++];
        if (extent->head.kind != cursor->kind || !jam_trace_kind_has_records(cursor->kind) ||
            !jam_trace_load(trace, extent))
            continue;
        cursor->extent = extent;
        cursor->position = 0;
        return true;
    }
    cursor->extent = NULL;
    return false;
}

const void *jam_cursor_next(struct jam_cursor *cursor)
{
    while (cursor->extent || enter_extent(cursor)) {
        const struct jam_trace_extent *extent = cursor->extent;
        uint64_t left = extent->used_bytes - cursor->position;
        const unsigned char *record = extent->payload + cursor->position;
        cursor->offset = extent->offset + sizeof(struct jam_extent) + cursor->position;
        cursor->bytes = jam_trace_kind_record_bytes(&extent->head, record, left);
        cursor->position += cursor->bytes;
        if (cursor->bytes && jam_trace_turns_is_void(cursor->kind, record))
            continue;
        if (cursor->bytes)
            return record;
        if (left)
            jam_trace_note_damage(cursor->trace, cursor->offset, "impossible record");
        cursor->extent = NULL;
    }
    return NULL;
}

const void *jam_trace_at(struct jam_trace *trace, enum jam_extent_kind kind, uint64_t offset)
{
    struct jam_trace_extent *extent = jam_trace_find_extent(trace, offset, 1);
    if (!extent || extent->head.kind != kind || !jam_trace_load(trace, extent))
        return NULL;
    uint64_t position = offset - extent->offset - sizeof(struct jam_extent);
    const void *record = extent->payload + position;
    size_t bytes =
        jam_trace_kind_record_bytes(&extent->head, record, extent->used_bytes - position);
    return bytes && position % bytes == 0 ? record : NULL;
}

const struct jam_wait_totals *jam_trace_site_waits(struct jam_trace *trace,
                                                   const struct jam_site *site)
{
    uint64_t offset = (uint64_t)site->wait_ref * JAM_REF_UNIT;
    return site->wait_ref ? jam_trace_at(trace, JAM_EXTENT_WAITS, offset) : NULL;
}

const struct jam_histogram *jam_trace_site_holds(struct jam_trace *trace,
                                                 const struct jam_site *site)
{
    uint64_t offset = (uint64_t)site->hold_histogram_ref * JAM_REF_UNIT;
    return site->hold_histogram_ref ? jam_trace_at(trace, JAM_EXTENT_HISTOGRAMS, offset) : NULL;
}

/* One bit per 16 bytes of a STACKS payload: a record starts there. */
static bool mark_stack_starts(struct jam_trace *trace, struct jam_trace_extent *extent)
{
    size_t words = extent->used_bytes / JAM_STACK_UNIT / 64 + 1;
    extent->record_starts = calloc(words, sizeof *extent->record_starts);
    if (!extent->record_starts)
        return false;
    for (uint64_t position = 0; position < extent->used_bytes;) {
        size_t bytes = jam_trace_kind_record_bytes(&extent->head, extent->payload + position,
                                                   extent->used_bytes - position);
        if (!bytes) {
            jam_trace_note_damage(trace, extent->offset + sizeof extent->head + position,
                                  "impossible call stack");
            break;
        }
        uint64_t unit = position / JAM_STACK_UNIT;
        extent->record_starts[unit / 64] |= UINT64_C(1) << unit % 64;
        position += bytes;
    }
    return true;
}

const struct jam_stack *jam_trace_stack(struct jam_trace *trace, uint32_t stack_ref)
{
    uint64_t offset = (uint64_t)stack_ref * JAM_STACK_UNIT;
    struct jam_trace_extent *extent = jam_trace_find_extent(trace, offset, 1);
    if (!extent || extent->head.kind != JAM_EXTENT_STACKS || !jam_trace_load(trace, extent))
        return NULL;
    if (!extent->record_starts && !mark_stack_starts(trace, extent))
        return NULL;
    uint64_t position = offset - extent->offset - sizeof(struct jam_extent);
    uint64_t unit = position / JAM_STACK_UNIT;
    bool is_start = extent->record_starts[unit / 64] >> unit % 64 & 1;
    return is_start ? (const struct jam_stack *)(extent->payload + position) : NULL;
}

/* Thread ids say nothing about where the record is: records are reused, ids are not. */
static void make_thread_map(struct jam_trace *trace)
{
    struct jam_cursor cursor;
    const struct jam_thread_record *thread;
    trace->is_thread_map_made = true;
    jam_cursor_start(&cursor, trace, JAM_EXTENT_THREADS);
    while ((thread = jam_cursor_next(&cursor))) {
        if (jam_array_reserve(&trace->threads, &trace->thread_capacity, trace->thread_count,
                              sizeof *trace->threads) != 0)
            return;
        jam_map_insert(&trace->thread_map, thread->id, 0, (uint32_t)trace->thread_count);
        trace->threads[trace->thread_count++] = thread;
    }
}

const struct jam_thread_record *jam_trace_thread(struct jam_trace *trace, uint32_t id)
{
    if (!trace->is_thread_map_made)
        make_thread_map(trace);
    uint32_t at = id ? jam_map_find(&trace->thread_map, id, 0) : JAM_MAP_NONE;
    return at == JAM_MAP_NONE ? NULL : trace->threads[at];
}

size_t jam_trace_held(struct jam_trace *trace, const struct jam_lane *lane,
                      const struct jam_held **held)
{
    uint64_t bytes = (uint64_t)lane->held_count * sizeof **held;
    *held = NULL;
    if (!bytes || lane->held_count > lane->held_capacity || lane->held_offset % 8)
        return 0;
    struct jam_trace_extent *extent = jam_trace_find_extent(trace, lane->held_offset, bytes);
    bool may_hold =
        extent && (extent->head.kind == JAM_EXTENT_LANE || extent->head.kind == JAM_EXTENT_HELD);
    if (!may_hold || !jam_trace_load(trace, extent))
        return 0;
    uint64_t position = lane->held_offset - extent->offset - sizeof(struct jam_extent);
    *held = (const struct jam_held *)(extent->payload + position);
    return lane->held_count;
}
