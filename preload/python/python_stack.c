/*
 * Native stacks with the Python frames behind them, at the price of a walk and a hash.
 *
 * Each thread remembers what it has seen: hash of the Python frames and native stack -> stack. Two
 * that collide in 64 bits would be taken for one.
 */
#include "python/python.h"
#include "growth.h"
#include "python/python_lock.h"
#include "session.h"
#include "stack.h"

#include <stddef.h>

/* Python frames of one stack; the rest is cut off. */
enum { FRAMES_MAX = JAM_MAX_FRAMES / 2 };

/* The frames as words of a stack record. Under the growth lock. */
static uint32_t put_words(struct jam_python_walk walk, uint64_t *words, bool *is_cut)
{
    uint32_t depth = 0;
    bool has_more = true;
    for (; depth < FRAMES_MAX && has_more; has_more = jam_python_next(&walk))
        words[depth++] = (uint64_t)JAM_FRAME_PYTHON << JAM_FRAME_KIND_SHIFT |
                         (walk.frame.is_entry ? JAM_PYTHON_ENTRY : 0) |
                         (uint64_t)jam_python_code_id(walk.frame.code) << JAM_PYTHON_CODE_SHIFT |
                         walk.frame.position;
    *is_cut = has_more;
    return depth;
}

/* 0: no space, or the growth lock was busy; counted. `native` may be 0. */
static uint32_t stack_make(struct jam_thread *self, uint32_t native, struct jam_python_walk walk)
{
    uint64_t words[FRAMES_MAX];
    bool is_cut;
    if (!jam_growth_lock()) {
        jam_session_lose(JAM_LOSS_GROWTH_BUSY, 1);
        return 0;
    }
    uint32_t count = put_words(walk, words, &is_cut);
    jam_growth_unlock();
    return jam_stack_extend(self, native, words, count, is_cut);
}

static inline struct jam_python_cache *cache_slot(struct jam_thread *self, uint64_t hash)
{
    return &self->python_cache[hash >> 1 & (JAM_PYTHON_CACHE - 1)];
}

/* The frames of this hash behind a native stack (0 = none); 0: no space, counted. */
static uint32_t stack_get(struct jam_thread *self, uint32_t native, uint64_t hash)
{
    struct jam_python_cache *known = cache_slot(self, hash);
    if (known->hash == hash && known->native == native)
        return known->stack;
    struct jam_python_walk walk;
    uint32_t stack = jam_python_first(&walk) ? stack_make(self, native, walk) : 0;
    if (stack)
        *known = (struct jam_python_cache){hash, native, stack};
    return stack;
}

static uint32_t capture_whole(struct jam_thread *self, const struct jam_call *call, uint64_t frames)
{
    uint32_t native = jam_stack_capture_native(self, call);
    uint32_t stack = native && frames ? stack_get(self, native, jam_mix(frames + native) | 1) : 0;
    return stack ? stack : native;
}

/*
 * In a wrapped method, which the interpreter itself calls: the same Python frames with the same call
 * at the same height of the stack have the same native frames, as long as no code is unloaded. So
 * those need not be looked at again.
 */
static uint32_t capture_in_method(struct jam_thread *self, const struct jam_call *call,
                                  uint64_t frames)
{
    enum { IN_METHOD = UINT32_MAX }; /* no stack_ref */
    uint64_t generation = __atomic_load_n(&jam_code_generation, __ATOMIC_RELAXED);
    uint64_t hash = jam_mix(frames + jam_hash_add(call->pc + generation, call->sp)) | 1;
    struct jam_python_cache *known = cache_slot(self, hash);
    if (JAM_LIKELY(known->hash == hash && known->native == IN_METHOD))
        return known->stack;
    uint32_t stack = capture_whole(self, call, frames);
    if (stack)
        *known = (struct jam_python_cache){hash, IN_METHOD, stack};
    return stack;
}

uint32_t jam_python_capture(struct jam_thread *self, const struct jam_call *call)
{
    uint64_t frames = jam_python_hash(FRAMES_MAX);
    if (frames && jam_python_acquire && JAM_LIKELY(!jam_stack_verifies))
        return capture_in_method(self, call, frames);
    return capture_whole(self, call, frames);
}

/* --- in two steps --- */

static uint32_t frames_made; /* atomic */

static void frames_reset(void)
{
    frames_made = 0;
}
JAM_ON_RESET(frames_reset);

/* Whether one more stack is to be kept whole. */
static bool frames_has_room(void)
{
    if (__atomic_load_n(&frames_made, __ATOMIC_RELAXED) >= JAM_PYTHON_FRAMES_MAX)
        return false;
    __atomic_fetch_add(&frames_made, 1, __ATOMIC_RELAXED);
    return true;
}

/* The function that runs, wherever in it. */
static uint32_t frames_make_coarse(struct jam_thread *self)
{
    struct jam_python_walk walk;
    if (!jam_python_first(&walk))
        return 0;
    walk.frame.position = 0;
    walk.at = 0;
    uint64_t hash = jam_mix(walk.frame.code ^ jam_python_code_mark(walk.frame.code)) | 1;
    struct jam_python_cache *known = cache_slot(self, hash);
    if (known->hash == hash && known->native == 0)
        return known->stack;
    uint32_t stack = stack_make(self, 0, walk);
    jam_session_lose(JAM_LOSS_STACKS, 1);
    if (stack)
        *known = (struct jam_python_cache){hash, 0, stack};
    return stack;
}

uint32_t jam_python_frames(struct jam_thread *self)
{
    uint64_t frames = jam_python_hash(FRAMES_MAX);
    if (!frames)
        return 0;
    uint64_t hash = jam_mix(frames) | 1;
    const struct jam_python_cache *known = cache_slot(self, hash);
    if ((known->hash == hash && known->native == 0) || frames_has_room())
        return stack_get(self, 0, hash);
    return frames_make_coarse(self);
}

uint32_t jam_python_stack_with(struct jam_thread *self, uint32_t native, uint32_t frames)
{
    if (!frames || !native)
        return native;
    uint64_t hash = jam_mix((uint64_t)frames << 32 | native) | 1;
    struct jam_python_cache *known = cache_slot(self, hash);
    if (known->hash == hash && known->native == native)
        return known->stack;
    const struct jam_stack *behind = jam_session_at((uint64_t)frames * JAM_STACK_UNIT);
    uint32_t stack = jam_stack_extend(self, native, behind->frames, behind->depth,
                                      behind->flags & JAM_STACK_TRUNCATED);
    if (!stack)
        return native;
    *known = (struct jam_python_cache){hash, native, stack};
    return stack;
}
