/*
 * Walking and hashing frames.
 *
 * A frame is believed only if its code is an object of type `code`: that guards against frames of
 * the C stack, and against a layout that does not fit.
 */
#include "python/python.h"
#include "python/python_layout.h"

#include <stddef.h>
#include <string.h>

bool jam_python_is_here;

static struct jam_python_interpreter python;

static __thread uint64_t state_at_hand; /* the thread's own, just now; 0 = to be asked for */

void jam_python_set(const struct jam_python_interpreter *interpreter)
{
    if (interpreter) {
        python = *interpreter;
        return;
    }
    __atomic_store_n(&jam_python_is_here, false, __ATOMIC_RELEASE);
    python.layout = NULL; /* the rest stays for who is just reading it */
}

uint64_t jam_python_watchdog_maker(void)
{
    return python.watchdog_maker;
}

bool jam_python_has_code(uint64_t pc)
{
    return python.layout && pc >= python.start && pc < python.end;
}

const struct jam_python_layout *jam_python_layout_here(void)
{
    return python.layout;
}

/* --- frames --- */

static uint64_t load(uint64_t object, unsigned offset)
{
    return *(const uint64_t *)(object + offset);
}

/* From 3.14 on a reference may carry a tag in its low bits. */
static uint64_t frame_code(const struct jam_python_layout *layout, uint64_t frame)
{
    return load(frame, layout->frame_code) & ~(uint64_t)3;
}

static uint32_t frame_position(const struct jam_python_layout *layout, uint64_t frame,
                               uint64_t code)
{
    switch (layout->position) {
    case JAM_POSITION_POINTER:
        return (uint32_t)(load(frame, layout->frame_position) - code - layout->code_bytecode);
    case JAM_POSITION_UNITS:
        return 2 * *(const uint32_t *)(frame + layout->frame_position);
    default:
        return *(const uint32_t *)(frame + layout->frame_position);
    }
}

static bool frame_is_shim(const struct jam_python_layout *layout, uint64_t frame)
{
    enum { OWNED_BY_C_STACK = 3 };
    return layout->entry == JAM_ENTRY_SHIM &&
           *(const uint8_t *)(frame + layout->frame_owner) >= OWNED_BY_C_STACK;
}

static bool frame_is_entry(const struct jam_python_layout *layout, uint64_t frame,
                           uint64_t previous)
{
    switch (layout->entry) {
    case JAM_ENTRY_FLAG:
        return *(const uint8_t *)(frame + layout->frame_owner) != 0;
    case JAM_ENTRY_SHIM:
        return !previous || frame_is_shim(layout, previous);
    default:
        return true;
    }
}

/*
 * From 3.13 on a class that is called often has a frame of its own below that of its __init__: it has
 * no line, and its file is the very string that is its name.
 */
static bool code_is_shim(const struct jam_python_layout *layout, uint64_t code)
{
    static const char name[] = "__init__";
    uint64_t file = load(code, layout->code_file);
    return file == load(code, layout->code_name) &&
           !memcmp((const void *)(file + layout->string_ascii), name, sizeof name);
}

/* The code of the frame that comes next, 0 = none. */
static uint64_t next_code(const struct jam_python_layout *layout, struct jam_python_walk *walk)
{
    for (; walk->at; walk->at = load(walk->at, layout->frame_previous)) {
        if (frame_is_shim(layout, walk->at))
            continue;
        uint64_t code = frame_code(layout, walk->at);
        if (!code || load(code, JAM_OBJECT_TYPE) != python.code_type)
            return 0;
        if (!code_is_shim(layout, code))
            return code;
    }
    return 0;
}

bool jam_python_next(struct jam_python_walk *walk)
{
    const struct jam_python_layout *layout = python.layout;
    uint64_t code = next_code(layout, walk);
    if (!code)
        return false;
    uint64_t frame = walk->at;
    walk->at = load(frame, layout->frame_previous);
    walk->frame = (struct jam_python_frame){
        .code = code,
        .position = frame_position(layout, frame, code),
        .is_entry = frame_is_entry(layout, frame, walk->at),
    };
    return true;
}

void jam_python_has_gil(void)
{
    if (JAM_LIKELY(python.current_thread_state != NULL))
        state_at_hand = (uint64_t)python.current_thread_state();
}

void jam_python_may_lose_gil(void)
{
    state_at_hand = 0;
}

/* The state of the calling thread, if it is there and surely will be for a while; else 0. */
static uint64_t thread_state(void)
{
    uint64_t state = (uint64_t)python.this_thread_state();
    return state && !python.is_finalizing() ? state : 0;
}

/* The innermost frame of the calling thread, which may be one of the C stack; 0 = none. */
static uint64_t first_frame(const struct jam_python_layout *layout)
{
    uint64_t state = state_at_hand;
    state_at_hand = 0;
    if (!state && layout)
        state = thread_state();
    if (!state)
        return 0;
    uint64_t frame = load(state, layout->thread_frame);
    if (frame && layout->thread_frame_through >= 0)
        frame = load(frame, (unsigned)layout->thread_frame_through);
    return frame;
}

bool jam_python_first(struct jam_python_walk *walk)
{
    walk->at = first_frame(python.layout);
    return jam_python_next(walk);
}

/* --- hashing --- */

/* All bits of the result depend on all bits of both (as in Wang Yi's wyhash). */
static inline uint64_t fold(uint64_t a, uint64_t b)
{
    unsigned __int128 product =
        (unsigned __int128)(a ^ 0x9e3779b97f4a7c15u) * (b ^ 0xc2b2ae3d27d4eb4fu);
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

/*
 * The walk of jam_python_next once more, for speed: it comes with every acquire. The frames' parts
 * are independent of each other; only a rotation and an addition are a chain.
 */
static inline __attribute__((always_inline)) uint64_t
hash_frames(const struct jam_python_layout *layout, uint64_t frame, uint32_t depth_max,
            bool has_pointers)
{
    uint64_t hash = 0;
    for (uint32_t depth = 0; frame && depth < depth_max;
         frame = load(frame, layout->frame_previous)) {
        if (has_pointers && frame_is_shim(layout, frame))
            continue;
        uint64_t code = frame_code(layout, frame);
        if (!code || load(code, JAM_OBJECT_TYPE) != python.code_type)
            break;
        uint64_t position = has_pointers ? load(frame, layout->frame_position)
                                         : *(const uint32_t *)(frame + layout->frame_position);
        uint64_t line = *(const uint32_t *)(code + layout->code_first_line);
        uint64_t lines = load(code, layout->code_lines);
        hash = (hash << 7 | hash >> 57) + fold(code ^ line << 44, position ^ lines << 16);
        depth++;
    }
    return hash;
}

uint64_t jam_python_hash(uint32_t depth_max)
{
    const struct jam_python_layout *layout = python.layout;
    uint64_t frame = first_frame(layout);
    if (!frame)
        return 0;
    return layout->position == JAM_POSITION_POINTER ? hash_frames(layout, frame, depth_max, true)
                                                    : hash_frames(layout, frame, depth_max, false);
}

/* --- code --- */

uint64_t jam_python_code_mark(uint64_t code)
{
    const struct jam_python_layout *layout = python.layout;
    uint64_t line = *(const uint32_t *)(code + layout->code_first_line);
    return load(code, layout->code_lines) ^ load(code, layout->code_file) << 20 ^ line << 44;
}
