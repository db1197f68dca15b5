/* Reads the MISUSE extents. */
#include "trace_misuse.h"

#include "core/misuse.h"
#include "trace_lock.h"
#include "trace_record.h"

int jam_trace_feed_misuse(struct jam_trace *trace, const struct jam_facts *facts,
                          struct jam_findings *findings, struct jam_error *error)
{
    struct jam_cursor cursor;
    const struct jam_misuse *misuse;
    int status = 0;
    (void)facts;
    jam_cursor_start(&cursor, trace, JAM_EXTENT_MISUSE);
    while (!status && (misuse = jam_cursor_next(&cursor))) {
        struct jam_lock_record lock;
        bool has_lock = jam_trace_read_lock(trace, misuse->lock, &lock);
        status = jam_misuse_tell(misuse, has_lock ? &lock : NULL, findings);
    }
    return status ? jam_error_memory(error) : 0;
}
