/* Taking and recycling the chunks of a ring. */
#include "ring.h"
#include "config.h"
#include "growth.h"
#include "memory.h"
#include "session.h"

#include <stddef.h>
#include <string.h>

bool jam_ring_takes_all;
bool jam_ring_takes_blocking;

enum { RING_CHUNKS_MIN = 2 };

static void ring_configure(void)
{
    jam_ring_takes_all = jam_config.event_mode == JAM_EVENTS_ALL;
    jam_ring_takes_blocking = jam_config.event_mode != JAM_EVENTS_OFF;
}
JAM_ON_RESET(ring_configure);

/* Reserve a chunk's bytes in the budget of all rings. */
static bool ring_may_grow(const struct jam_ring *ring)
{
    uint64_t bytes =
        __atomic_add_fetch(&jam_header->ring_bytes, JAM_RING_CHUNK_BYTES, __ATOMIC_RELAXED);
    uint64_t limit = jam_header->max_ring_bytes;
    if (limit == 0 || bytes <= limit || ring->chunk_count < RING_CHUNKS_MIN)
        return true;
    __atomic_sub_fetch(&jam_header->ring_bytes, JAM_RING_CHUNK_BYTES, __ATOMIC_RELAXED);
    return false;
}

/* The list of the lane's chunks is private memory that doubles. */
static bool ring_reserve_list(struct jam_ring *ring)
{
    if (ring->chunk_count < ring->chunk_capacity)
        return true;
    uint32_t capacity = ring->chunk_capacity ? ring->chunk_capacity * 2 : 512;
    struct jam_extent **chunks = jam_memory_map(capacity * sizeof *chunks);
    if (!chunks)
        return false;
    if (ring->chunks)
        memcpy(chunks, ring->chunks, ring->chunk_count * sizeof *chunks);
    jam_memory_unmap(ring->chunks, ring->chunk_capacity * sizeof *chunks);
    ring->chunks = chunks;
    ring->chunk_capacity = capacity;
    return true;
}

static struct jam_extent *ring_new_chunk(struct jam_thread *self)
{
    struct jam_ring *ring = &self->ring;
    struct jam_extent_shape shape = {
        .kind = JAM_EXTENT_RING,
        .record_bytes = sizeof(struct jam_event),
        .owner_lane = self->lane->number,
    };
    uint64_t offset;
    if (!ring_reserve_list(ring) || !ring_may_grow(ring))
        return NULL;
    struct jam_extent *chunk = jam_session_extent(&shape, JAM_RING_CHUNK_BYTES, &offset);
    if (chunk)
        ring->chunks[ring->chunk_count++] = chunk;
    return chunk;
}

static struct jam_extent *ring_oldest_chunk(struct jam_thread *self)
{
    struct jam_ring *ring = &self->ring;
    if (ring->chunk_count == 0)
        return NULL;
    if (ring->oldest >= ring->chunk_count)
        ring->oldest = 0;
    struct jam_extent *chunk = ring->chunks[ring->oldest++];
    uint64_t lost = chunk->used_bytes / sizeof(struct jam_event);
    self->lane->events_overwritten += lost;
    jam_session_lose(JAM_LOSS_EVENTS, lost);
    return chunk;
}

static struct jam_event *ring_chunk_end(const struct jam_extent *chunk)
{
    return (struct jam_event *)(chunk + 1) +
           (chunk->bytes - sizeof *chunk) / sizeof(struct jam_event);
}

/* Make the chunk the one that is written to. */
static void ring_begin_chunk(struct jam_thread *self, struct jam_extent *chunk, uint64_t now)
{
    struct jam_ring *ring = &self->ring;
    /* A live reader that sees the sequence change drops what it read of the old contents. */
    __atomic_store_n(&chunk->used_bytes, 0, __ATOMIC_RELEASE);
    __atomic_store_n(&chunk->ring_sequence, ++ring->sequence, __ATOMIC_RELEASE);
    chunk->ring_base_ticks = now;
    chunk->ring_thread = self->id;
    ring->chunk = chunk;
    ring->base_ticks = now;
    ring->next = (struct jam_event *)(chunk + 1);
    ring->end = ring_chunk_end(chunk);
}

/* Room for two events, with a time that their base reaches. */
static bool ring_has_room(const struct jam_ring *ring, uint64_t now)
{
    return ring->chunk && ring_chunk_end(ring->chunk) - ring->next >= 2 &&
           !((now - ring->base_ticks) >> JAM_EVENT_TICK_BITS);
}

/* The chunk goes on with another thread than it began with. */
static void ring_note_thread(struct jam_thread *self, uint64_t now)
{
    self->ring.end = ring_chunk_end(self->ring.chunk);
    self->ring.thread = self->id;
    jam_ring_put(self, JAM_EVENT_THREAD_START, 0, self->id, self->record->parent, now);
}

bool jam_ring_turn(struct jam_thread *self, uint64_t now)
{
    struct jam_ring *ring = &self->ring;
    if (ring->thread != self->id && ring_has_room(ring, now)) {
        ring_note_thread(self, now);
        return true;
    }
    struct jam_extent *chunk = ring_new_chunk(self);
    if (!chunk)
        chunk = ring_oldest_chunk(self);
    if (!chunk) {
        jam_session_lose(JAM_LOSS_EVENTS, 1);
        return false;
    }
    ring_begin_chunk(self, chunk, now);
    if (ring->thread != self->id)
        ring_note_thread(self, now);
    return true;
}
