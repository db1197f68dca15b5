/*
 * The event ring of a thread: chunks in the file, written by that thread alone.
 *
 * Chunks are taken while all rings together stay below --max-size; then each lane writes over its
 * own oldest chunk, whose events are counted as lost (flight recorder). A lane always has at least
 * two chunks, so that its newest events survive.
 */
#ifndef JAM_RING_H
#define JAM_RING_H

#include <stdbool.h>
#include <stdint.h>
#include "thread.h"
#include "trace_format.h"

#define JAM_RING_CHUNK_BYTES (16u << 10)

extern bool jam_ring_takes_all;      /* --events=all */
extern bool jam_ring_takes_blocking; /* blocking or all */

/* Start the next chunk: a new one, or the oldest again. False: no space, the event is lost. */
bool jam_ring_turn(struct jam_thread *self, uint64_t now);

static inline void jam_ring_put(struct jam_thread *self, uint32_t kind, uint32_t flags, uint32_t a,
                                uint32_t b, uint64_t now)
{
    struct jam_ring *ring = &self->ring;
    uint64_t delta = now - ring->base_ticks;
    if (JAM_UNLIKELY(ring->next == ring->end || delta >> JAM_EVENT_TICK_BITS)) {
        if (!jam_ring_turn(self, now))
            return;
        delta = now - ring->base_ticks;
    }
    struct jam_event *event = ring->next++;
    event->when_kind_flags =
        delta | (uint64_t)kind << JAM_EVENT_KIND_SHIFT | (uint64_t)flags << JAM_EVENT_FLAGS_SHIFT;
    event->a = a;
    event->b = b;
    /* Pairs with the reader's acquire: an event is complete before it is counted. */
    __atomic_store_n(&ring->chunk->used_bytes, ring->chunk->used_bytes + sizeof *event,
                     __ATOMIC_RELEASE);
    self->lane->events++;
}

#endif
