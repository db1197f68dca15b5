#include "trace/trace_turns.h"
#include "trace/trace_kind.h"

bool jam_trace_turns_matter(uint16_t kind)
{
    return kind == JAM_EXTENT_DEPENDENCIES;
}

void jam_trace_turns_compare(struct jam_trace_extent *extent, const unsigned char *other)
{
    uint64_t position = 0;
    size_t bytes;
    while ((bytes = jam_trace_kind_record_bytes(&extent->head, extent->payload + position,
                                                extent->used_bytes - position))) {
        struct jam_dependency *record = (struct jam_dependency *)(extent->payload + position);
        const struct jam_dependency *same = (const struct jam_dependency *)(other + position);
        if (record->turns != same->turns)
            record->turns |= 1;
        position += bytes;
    }
}

bool jam_trace_turns_is_void(uint16_t kind, const void *record)
{
    const struct jam_dependency *dependency = record;
    return jam_trace_turns_matter(kind) && (dependency->turns & 1 || !dependency->instances);
}
