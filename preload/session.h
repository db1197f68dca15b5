/*
 * The session file: opening it, growing it, and handing out its space.
 *
 *      segment[0] ──▶ ┌─────────────┐ file offset 0
 *      segment[1] ──▶ │ 1 MiB each, │ 1 MiB
 *         ...         │ mapped for  │
 *                     └─────────────┘
 *
 * The file begins small and then grows by whole MiB. Space is reserved (fallocate) before it is
 * used, so that a full disk is a counted loss and never a SIGBUS in the target. What is mapped
 * never moves and is never unmapped while the process lives, so pointers into it stay valid in
 * every thread.
 *
 * A fork gives the child a mapping of its parent's file. The child must not write there: the state
 * word lies in memory that the kernel wipes at fork, so that jam_session_is_ready() is false in
 * the child and its first operation opens a file of its own.
 */
#ifndef JAM_SESSION_H
#define JAM_SESSION_H

#include <stdbool.h>
#include <stdint.h>
#include "trace_format.h"

#define JAM_SEGMENT_SHIFT 20
#define JAM_SEGMENT_BYTES (1ul << JAM_SEGMENT_SHIFT)
#define JAM_SEGMENTS_MAX  65536 /* 64 GiB: what a stack_ref can reach */

extern uint8_t *jam_segments[JAM_SEGMENTS_MAX];

/* The header of the open session. Valid while jam_session_is_ready(). */
extern struct jam_header *jam_header;

bool jam_session_is_ready(void);

/*
 * Open the session of this process unless that was done or has failed before. False: this process
 * is not recorded (said once on standard error). Several threads may call it at once.
 */
bool jam_session_start(void);

/*
 * What else a session begins with. A file that keeps state of the session names a function that
 * forgets it (JAM_ON_RESET, before the file is created; a child of fork inherits that state, and may
 * still read its parent's file), or one that writes something into the new file (JAM_ON_OPEN). The
 * order is not defined; the growth lock is held. The linker collects them, so that the session needs
 * to know none of its users.
 */
typedef void (*jam_session_hook)(void);
#define JAM_ON_RESET(function)                                                                     \
    static const jam_session_hook jam_on_reset_##function                                          \
        __attribute__((used, section("jam_on_reset"))) = function
#define JAM_ON_OPEN(function)                                                                      \
    static const jam_session_hook jam_on_open_##function                                           \
        __attribute__((used, section("jam_on_open"))) = function

/* Address of a file offset that this process handed out. */
static inline void *jam_session_at(uint64_t offset)
{
    return jam_segments[offset >> JAM_SEGMENT_SHIFT] + (offset & (JAM_SEGMENT_BYTES - 1));
}

static inline void *jam_session_at_ref(uint32_t ref)
{
    return jam_session_at((uint64_t)ref * JAM_REF_UNIT);
}

/* What one extent is made of. */
struct jam_extent_shape {
    uint16_t kind;         /* enum jam_extent_kind */
    uint16_t record_bytes; /* 0 = variable */
    uint32_t owner_lane;   /* 0 = the process */
    uint32_t first_id;
};

/*
 * Append an extent of `bytes` (rounded up to JAM_EXTENT_ALIGN). Takes the growth lock. NULL when
 * there is no space or the lock was busy: the loss is counted here. *offset is its file offset.
 */
struct jam_extent *jam_session_extent(const struct jam_extent_shape *shape, uint64_t bytes,
                                      uint64_t *offset);

/* Count a loss; any thread, any time after jam_session_start() succeeded. */
void jam_session_lose(enum jam_loss loss, uint64_t count);

/* Note that time went by: refreshes jam_header.clock_last. One thread does it, the others pass. */
void jam_session_refresh_clock(void);

/*
 * An area: records appended to extents of one kind, by one writer (the owning lane, or whoever
 * holds the growth lock).
 */
struct jam_area {
    struct jam_extent_shape shape;
    uint32_t next_bytes; /* size of the next extent; doubles up to JAM_AREA_MAX */
    struct jam_extent *extent;
    uint64_t extent_offset;
};
#define JAM_AREA_MAX (256u << 10)

/*
 * Room for a record: zeroed, not yet visible to readers. *offset (may be NULL) is its file
 * offset. NULL: no space, counted. Fill it, then call jam_area_publish.
 */
void *jam_area_take(struct jam_area *area, uint32_t bytes, uint64_t *offset);

/* Make the record of `bytes` that was taken last visible (pairs with the reader's acquire). */
void jam_area_publish(struct jam_area *area, uint32_t bytes);

#endif
