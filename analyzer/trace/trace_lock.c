/* Finds a lock by its number. */
#include "trace/trace_lock.h"

bool jam_trace_read_lock(const struct jam_trace *trace, uint32_t id, struct jam_lock_record *lock)
{
    for (size_t i = 0; id && i < trace->extent_count; i++) {
        const struct jam_trace_extent *extent = &trace->extents[i];
        uint32_t bytes = extent->head.record_bytes;
        if (extent->head.kind != JAM_EXTENT_LOCKS || id < extent->head.first_id || !bytes)
            continue;
        uint64_t at = (uint64_t)(id - extent->head.first_id) * bytes;
        if (at + bytes > extent->used_bytes)
            continue;
        *lock = (struct jam_lock_record){0};
        size_t known = bytes < sizeof *lock ? bytes : sizeof *lock;
        return jam_trace_read(trace, extent->offset + sizeof extent->head + at, lock, known) &&
               lock->id == id;
    }
    return false;
}
