/*
 * Writes small synthetic traces for tests.
 *
 * A builder is a trace file in memory: a header, one extent of JAM_BUILDER_EXTENT_BYTES per kind of
 * table, and event chunks behind them. Records are added one by one; the result can be damaged at
 * any offset and written to a file. The clock runs at one tick per nanosecond unless changed.
 *
 * Usable from C and C++. Running out of an extent's room ends the test program: tests are small.
 */
#ifndef JAM_TRACE_BUILDER_H
#define JAM_TRACE_BUILDER_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define JAM_BUILDER_EXTENT_BYTES 8192

struct jam_builder;

struct jam_builder *jam_builder_new(void);
void jam_builder_free(struct jam_builder *builder);

/* The file's bytes: may be changed, until the next record is added. */
unsigned char *jam_builder_bytes(struct jam_builder *builder, size_t *size);

/* Writes the first `size` bytes (all if 0) to a new temporary file; returns its path. */
const char *jam_builder_write(struct jam_builder *builder, size_t size);

/* File offset of the head of the (first) extent of a kind. */
uint64_t jam_builder_extent(const struct jam_builder *builder, uint16_t kind);

/* Overwrite a field at a file offset. */
void jam_builder_set_u16(struct jam_builder *builder, uint64_t offset, uint16_t value);
void jam_builder_set_u32(struct jam_builder *builder, uint64_t offset, uint32_t value);
void jam_builder_set_u64(struct jam_builder *builder, uint64_t offset, uint64_t value);

struct jam_builder_clock {
    uint16_t kind; /* enum jam_clock */
    uint64_t first_ticks, first_ns, last_ticks, last_ns, hz;
};
void jam_builder_set_clock(struct jam_builder *builder, const struct jam_builder_clock *clock);
void jam_builder_set_loss(struct jam_builder *builder, unsigned loss, uint64_t count);

void jam_builder_add_string(struct jam_builder *builder, uint16_t key, const char *text);
void jam_builder_add_module(struct jam_builder *builder, const char *path, uint64_t start,
                            uint64_t end);

/* Returns the stack_ref. */
uint32_t jam_builder_add_stack(struct jam_builder *builder, const uint64_t *frames, uint16_t depth);

struct jam_builder_lock {
    uint32_t id;
    uint16_t kind;
    uint64_t address;
    uint32_t created_stack, first_stack, thread, max_waiters;
    uint64_t owner_changes;
};
void jam_builder_add_lock(struct jam_builder *builder, const struct jam_builder_lock *lock);

struct jam_builder_thread {
    uint32_t id, tid;
    const char *name;
    uint64_t start_ticks, end_ticks, wait_ticks, blocked_others_ticks, waits;
};
void jam_builder_add_thread(struct jam_builder *builder, const struct jam_builder_thread *thread);

struct jam_builder_site {
    uint32_t lock, stack;
    uint16_t mode;
    uint64_t acquisitions, releases, hold_ticks, hold_max_ticks;
    uint64_t contended, wait_ticks, wait_max_ticks, try_failures, timeouts;
    uint64_t holds_contended, hold_contended_ticks;
    unsigned wait_bucket;   /* contended is counted in this bucket */
    unsigned hold_bucket;   /* with has_hold_histogram: releases are counted in this bucket */
    int has_hold_histogram; /* else there is none, as for a site with one release */
};
void jam_builder_add_site(struct jam_builder *builder, const struct jam_builder_site *site);

struct jam_builder_blame {
    uint32_t lock, waiter_stack, blocker_stack, waiter_threads;
    uint64_t count, wait_ticks, wait_max_ticks;
};
void jam_builder_add_blame(struct jam_builder *builder, const struct jam_builder_blame *blame);

/* A dependency: `lock` was taken while `held` was held. */
void jam_builder_add_dependency(struct jam_builder *builder, uint32_t lock, uint32_t held);

/*
 * A record of the kinds MISUSE, ORDERS, RETRIES or DEPENDENCIES as it shall stand in the file
 * (struct jam_misuse, ...), `bytes` long.
 */
void jam_builder_add_record(struct jam_builder *builder, uint16_t kind, const void *record,
                            size_t bytes);

/* A lane that waits for `waits_for` (0 = runs) and holds `held` (0 = nothing). */
void jam_builder_add_lane(struct jam_builder *builder, uint32_t thread, uint32_t waits_for,
                          uint32_t held);

struct jam_builder_event {
    uint64_t ticks; /* from the chunk's base */
    uint8_t kind, flags;
    uint32_t a, b;
};

/* Appends a chunk of events, to be read as number `sequence` of the lane. */
void jam_builder_add_chunk(struct jam_builder *builder, uint32_t lane, uint64_t sequence,
                           uint64_t base_ticks);
/* Adds an event to the chunk that was appended last. */
void jam_builder_add_event(struct jam_builder *builder, const struct jam_builder_event *event);

/*
 * A trace with a bit of everything: 2 threads, a mutex, a condition, stacks without modules,
 * waits, blame, a dependency, one fact of each kind for the detectors, lanes and two lanes' events.
 */
enum { JAM_BUILDER_SAMPLE_EXTENTS = 22 };
struct jam_builder *jam_builder_sample(void);

#ifdef __cplusplus
}
#endif

#endif
