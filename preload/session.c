/*
 * Opens the session and hands out the space of its file. Everything that changes the file's
 * shape happens under the growth lock.
 */
#include "session.h"
#include "arch.h"
#include "clock.h"
#include "config.h"
#include "diag.h"
#include "growth.h"
#include "memory.h"
#include "session_file.h"
#include "session_facts.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>

uint8_t *jam_segments[JAM_SEGMENTS_MAX];
struct jam_header *jam_header;

/* Kept in memory that fork wipes: 0 in a fresh child. */
enum jam_session_state { SESSION_NONE = 0, SESSION_READY = 1, SESSION_OFF = 2 };
static uint32_t *session_state;

static struct {
    uint64_t retry_ticks;  /* after a failure: not to be tried again before */
    uint64_t next;         /* offset of the next extent */
    uint64_t reserved_end; /* the file has space up to here */
    uint64_t mapped_end;   /* the contiguous mapping that holds `next` ends here */
} session_space;

enum { RETRY_TICKS = 1 << 30 }; /* a good quarter of a second */
enum { FIRST_BYTES = 64 << 10 };

static uint64_t session_refresh_due; /* ticks; atomic */

bool jam_session_is_ready(void)
{
    const uint32_t *state = __atomic_load_n(&session_state, __ATOMIC_ACQUIRE);
    return state && __atomic_load_n(state, __ATOMIC_ACQUIRE) == SESSION_READY;
}

void jam_session_lose(enum jam_loss loss, uint64_t count)
{
    if (jam_session_is_ready())
        __atomic_fetch_add(&jam_header->lost[loss], count, __ATOMIC_RELAXED);
}

/* --- growing --- */

static uint64_t session_round_up(uint64_t bytes, uint64_t unit)
{
    return (bytes + unit - 1) / unit * unit;
}

/* Map at least `bytes` more: a quarter of the file, so that the number of mappings stays small. */
static bool session_grow(uint64_t bytes)
{
    enum { GROW_MAX = 64 << 20 };
    uint64_t begin = session_round_up(session_space.mapped_end, JAM_SEGMENT_BYTES);
    uint64_t quarter = begin / 4 < GROW_MAX ? begin / 4 : GROW_MAX;
    uint64_t grow = session_round_up(bytes > quarter ? bytes : quarter, JAM_SEGMENT_BYTES);
    if ((begin + grow) >> JAM_SEGMENT_SHIFT > JAM_SEGMENTS_MAX)
        return false;
    uint8_t *at = jam_session_file_map(begin, grow, grow);
    if (!at && grow > session_round_up(bytes, JAM_SEGMENT_BYTES)) {
        grow = session_round_up(bytes, JAM_SEGMENT_BYTES);
        at = jam_session_file_map(begin, grow, grow);
    }
    if (!at)
        return false;
    for (uint64_t i = 0; i < grow >> JAM_SEGMENT_SHIFT; i++)
        jam_segments[(begin >> JAM_SEGMENT_SHIFT) + i] = at + (i << JAM_SEGMENT_SHIFT);
    session_space.mapped_end = begin + grow;
    session_space.reserved_end = session_space.mapped_end;
    return true;
}

/*
 * The first mapping is longer than the file at first: a process that locks a little and ends, as
 * most in a build do, should not take a MiB of disk. Session begins are made cheap for those.
 */
static bool session_map_first(void)
{
    jam_segments[0] = jam_session_file_map(0, JAM_SEGMENT_BYTES, FIRST_BYTES);
    if (!jam_segments[0])
        return false;
    /* The first touch would bring all its pages into memory, of which few are used. */
    JAM_SYSCALL3(madvise, jam_segments[0], JAM_SEGMENT_BYTES, MADV_RANDOM);
    session_space.next = JAM_HEADER_BYTES;
    session_space.reserved_end = FIRST_BYTES;
    session_space.mapped_end = JAM_SEGMENT_BYTES;
    session_space.retry_ticks = 0;
    return true;
}

/* Reserve more of what is mapped, for at least `bytes` if they are there, four times what it was. */
static bool session_reserve_more(uint64_t bytes)
{
    uint64_t begin = session_space.reserved_end, end = 4 * begin;
    if (end < session_space.next + bytes || end > session_space.mapped_end)
        end = session_space.mapped_end;
    if (begin < end && !jam_session_file_reserve(begin, end - begin))
        return false;
    session_space.reserved_end = end;
    return true;
}

static struct jam_extent *session_carve(const struct jam_extent_shape *shape, uint64_t bytes)
{
    struct jam_extent *extent = jam_session_at(session_space.next);
    extent->record_bytes = shape->record_bytes;
    extent->owner_lane = shape->owner_lane;
    extent->first_id = shape->first_id;
    extent->bytes = bytes;
    extent->kind = shape->kind;
    extent->magic = JAM_EXTENT_MAGIC;
    session_space.next += bytes;
    /* Pairs with the reader's acquire load: a reader sees the head before it sees the space. */
    __atomic_store_n(&jam_header->used_bytes, session_space.next, __ATOMIC_RELEASE);
    return extent;
}

/* Go on in a new mapping; what is left of the old one becomes a free extent. */
static bool session_move_on(uint64_t bytes)
{
    static const struct jam_extent_shape unused = {.kind = JAM_EXTENT_FREE};
    uint64_t old_end = session_space.mapped_end;
    uint64_t left = old_end - session_space.next;
    if (!session_grow(bytes))
        return false;
    if (left > 0)
        session_carve(&unused, left);
    session_space.next = session_round_up(old_end, JAM_SEGMENT_BYTES);
    return true;
}

/* Make room for `bytes` in one mapping. */
static bool session_make_room(uint64_t bytes)
{
    if (session_space.reserved_end - session_space.next >= bytes)
        return true;
    if (jam_ticks() < session_space.retry_ticks)
        return false;
    bool has_room =
        session_reserve_more(bytes) &&
        (session_space.mapped_end - session_space.next >= bytes || session_move_on(bytes));
    if (!has_room)
        session_space.retry_ticks = jam_ticks() + RETRY_TICKS;
    __atomic_store_n(&jam_header->file_bytes, session_space.reserved_end, __ATOMIC_RELEASE);
    return has_room;
}

struct jam_extent *jam_session_extent(const struct jam_extent_shape *shape, uint64_t bytes,
                                      uint64_t *offset)
{
    struct jam_extent *extent = NULL;
    bytes = session_round_up(bytes, JAM_EXTENT_ALIGN);
    if (!jam_growth_lock()) {
        jam_session_lose(JAM_LOSS_GROWTH_BUSY, 1);
        return NULL;
    }
    if (session_make_room(bytes)) {
        *offset = session_space.next;
        extent = session_carve(shape, bytes);
    } else {
        jam_session_lose(JAM_LOSS_NO_SPACE, 1);
    }
    jam_growth_unlock();
    jam_session_refresh_clock();
    return extent;
}

/* --- areas --- */

static bool area_extend(struct jam_area *area, uint32_t bytes)
{
    uint64_t want = area->next_bytes;
    if (want < bytes + sizeof(struct jam_extent))
        want = bytes + sizeof(struct jam_extent);
    uint64_t offset;
    struct jam_extent *extent = jam_session_extent(&area->shape, want, &offset);
    if (!extent)
        return false;
    area->extent = extent;
    area->extent_offset = offset;
    if (area->next_bytes < JAM_AREA_MAX)
        area->next_bytes *= 2;
    return true;
}

void *jam_area_take(struct jam_area *area, uint32_t bytes, uint64_t *offset)
{
    const struct jam_extent *extent = area->extent;
    if (!extent || extent->bytes - sizeof *extent - extent->used_bytes < bytes) {
        if (!area_extend(area, bytes))
            return NULL;
    }
    uint64_t at = sizeof(struct jam_extent) + area->extent->used_bytes;
    if (offset)
        *offset = area->extent_offset + at;
    return (uint8_t *)area->extent + at;
}

void jam_area_publish(struct jam_area *area, uint32_t bytes)
{
    uint64_t used = area->extent->used_bytes + bytes;
    __atomic_store_n(&area->extent->used_bytes, used, __ATOMIC_RELEASE);
    area->shape.first_id += area->shape.record_bytes ? bytes / area->shape.record_bytes : 0;
}

/* --- opening --- */

void jam_session_refresh_clock(void)
{
    uint64_t now = jam_ticks();
    uint64_t due = __atomic_load_n(&session_refresh_due, __ATOMIC_RELAXED);
    if (now < due || !__atomic_compare_exchange_n(&session_refresh_due, &due, now + (1u << 24),
                                                  false, __ATOMIC_RELAXED, __ATOMIC_RELAXED))
        return;
    jam_header->clock_last = jam_clock_read_pair();
}

static void session_fill_header(struct jam_header *header)
{
    header->version = JAM_FORMAT_VERSION;
    header->oldest_reader = JAM_FORMAT_OLDEST;
    header->header_bytes = JAM_HEADER_BYTES;
    header->clock = jam_clock_choose();
    header->clock_first = jam_clock_read_pair();
    header->clock_last = header->clock_first;
    header->tick_hz_hint = jam_clock_stated_hz();
    header->start_realtime_ns = jam_clock_realtime_ns();
    header->event_mode = jam_config.event_mode;
    header->max_ring_bytes = jam_config.ring_bytes;
    header->stack_depth_max = jam_config.depth_frames;
    header->file_bytes = session_space.reserved_end;
    header->used_bytes = JAM_HEADER_BYTES;
    memcpy(header->run_id, jam_config.run_id, strnlen(jam_config.run_id, sizeof header->run_id));
    jam_facts_fill_header(header);
    /* Last: a file with the magic has a complete header. */
    __atomic_signal_fence(__ATOMIC_RELEASE);
    memcpy(header->magic, JAM_MAGIC, sizeof header->magic);
}

static int session_open(void)
{
    uint32_t attempt;
    int error = jam_session_file_create(jam_facts_program(), &attempt);
    if (error < 0)
        return error;
    if (!session_map_first()) {
        JAM_SYSCALL1(unlink, jam_session_file_path());
        return -ENOSPC;
    }
    jam_header = jam_session_at(0);
    session_refresh_due = 0;
    session_fill_header(jam_header);
    jam_header->exec_count = attempt;
    return 0;
}

/* Made by the linker around the sections that JAM_ON_RESET and JAM_ON_OPEN fill. */
extern const jam_session_hook __start_jam_on_reset[], __stop_jam_on_reset[];
extern const jam_session_hook __start_jam_on_open[], __stop_jam_on_open[];

static void session_run_hooks(const jam_session_hook *hook, const jam_session_hook *end)
{
    for (; hook < end; hook++)
        (*hook)();
}

/* A child of fork: the parent's file is not ours to write. */
static void session_forget_parent(void)
{
    uint8_t *base = jam_segments[0];
    for (size_t i = 0; base && i < JAM_SEGMENTS_MAX && jam_segments[i]; i++) {
        JAM_SYSCALL2(munmap, jam_segments[i], JAM_SEGMENT_BYTES);
        jam_segments[i] = NULL;
    }
}

static enum jam_session_state session_begin(bool is_child)
{
    bool is_followed = !is_child || jam_config.follows_fork;
    if (is_followed) {
        jam_config_read();
        session_run_hooks(__start_jam_on_reset, __stop_jam_on_reset);
    }
    session_forget_parent();
    if (!is_followed)
        return SESSION_OFF;
    int error = session_open();
    if (error < 0) {
        jam_diag("not recording this process: cannot create ", jam_session_file_path(),
                 error == -ENOSPC ? " (no space)" : "");
        return SESSION_OFF;
    }
    return SESSION_READY;
}

/* One process begins its session at a time; the lock is a byte of its own since growth is reset. */
static bool session_begin_once(void)
{
    static uint32_t *wiped; /* survives fork as a pointer; what it points to does not */
    bool is_child = wiped && *wiped == SESSION_NONE;
    if (is_child)
        jam_growth_reset();
    if (!jam_growth_lock())
        return false;
    if (!wiped)
        wiped = jam_memory_map_wiped(4096);
    if (wiped && *wiped == SESSION_NONE) {
        enum jam_session_state state = session_begin(is_child);
        if (state == SESSION_READY)
            session_run_hooks(__start_jam_on_open, __stop_jam_on_open);
        __atomic_store_n(wiped, state, __ATOMIC_RELEASE);
        __atomic_store_n(&session_state, wiped, __ATOMIC_RELEASE);
    }
    jam_growth_unlock();
    return jam_session_is_ready();
}

bool jam_session_start(void)
{
    const uint32_t *state = __atomic_load_n(&session_state, __ATOMIC_ACQUIRE);
    uint32_t now = state ? __atomic_load_n(state, __ATOMIC_ACQUIRE) : SESSION_NONE;
    if (now != SESSION_NONE)
        return now == SESSION_READY;
    return session_begin_once();
}
