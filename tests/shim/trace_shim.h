/*
 * The reading side for C++: traces are opened, summed and shown with plain types.
 */
#ifndef JAM_TRACE_SHIM_H
#define JAM_TRACE_SHIM_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What became of opening a trace and reading all of its tables. */
struct jam_shim_opened {
    int status;      /* of jam_trace_open */
    char text[1024]; /* of the error */
    uint64_t extents, damaged, skipped_bytes, missing_bytes;
};
struct jam_shim_opened jam_shim_open(const char *path);

/* Numbers of format constants and offsets of fields that tests damage. */
enum jam_shim_place {
    JAM_SHIM_VERSION,
    JAM_SHIM_OLDEST_READER,
    JAM_SHIM_HEADER_BYTES,
    JAM_SHIM_CLOCK,
    JAM_SHIM_USED_BYTES,
    JAM_SHIM_EXTENT_MAGIC,
    JAM_SHIM_EXTENT_KIND,
    JAM_SHIM_EXTENT_RECORD_BYTES,
    JAM_SHIM_EXTENT_BYTES,
    JAM_SHIM_EXTENT_USED_BYTES,
};
uint64_t jam_shim_offset(enum jam_shim_place place);

/* Nanoseconds of a duration, by a clock that a header describes. */
struct jam_shim_clock {
    uint16_t kind;
    uint64_t first_ticks, first_ns, last_ticks, last_ns, hz;
};
uint64_t jam_shim_duration_ns(const struct jam_shim_clock *clock, uint64_t ticks);
uint64_t jam_shim_since_start_ns(const struct jam_shim_clock *clock, uint64_t ticks);
uint64_t jam_shim_bucket_ns(const struct jam_shim_clock *clock, unsigned bucket);
unsigned jam_shim_bucket_of(uint64_t ticks);

/* The sums of a lock in the contention of several traces. */
struct jam_shim_lock {
    int is_found;
    uint64_t acquisitions, contended, try_failures, timeouts, wait_ns, wait_max_ns, hold_ns,
        hold_max_ns, holds_contended, hold_contended_ns;
    uint64_t wait_count[32], hold_count[32];
    size_t sites, blames;
    uint64_t first_site_wait_ns, first_blame_wait_ns, first_blame_count;
};
struct jam_shim_lock jam_shim_contention(const char *const *paths, size_t count, size_t process,
                                         uint32_t lock);

/* Whether a stack_ref leads to a stack, and its depth. */
int jam_shim_stack_depth(const char *path, uint32_t stack_ref);

/* Events in merged order; returns how many there are, stores at most `room`. */
struct jam_shim_event {
    uint64_t ticks, since_ticks;
    uint32_t lane, a, b;
    uint8_t kind;
};
size_t jam_shim_events(const char *path, struct jam_shim_event *events, size_t room);

/* A whole report or dump as text, to be freed; NULL if a trace cannot be read. */
struct jam_shim_view {
    int by, sort; /* enum jam_by, enum jam_column_id */
    uint64_t limit;
    int is_json, is_verbose;
};
char *jam_shim_report(const char *const *paths, size_t count, const struct jam_shim_view *view);
char *jam_shim_dump(const char *path);

#ifdef __cplusplus
}
#endif

#endif
