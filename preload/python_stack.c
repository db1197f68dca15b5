/*
 * Native stacks with the Python frames behind them, at the price of a walk and a hash.
 *
 * Each thread remembers what it has seen: hash of the Python frames and native stack -> stack. Two
 * that collide in 64 bits would be taken for one.
 */
#include "python.h"
#include "growth.h"
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

/* 0: no space, or the growth lock was busy; counted. */
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

uint32_t jam_python_stack(struct jam_thread *self, uint32_t native)
{
    uint64_t frames = jam_python_hash(FRAMES_MAX);
    if (!frames)
        return native;
    uint64_t hash = jam_mix(frames + native) | 1; /* never 0 */
    struct jam_python_cache *known = &self->python_cache[hash >> 1 & (JAM_PYTHON_CACHE - 1)];
    if (known->hash == hash && known->native == native)
        return known->stack;
    struct jam_python_walk walk;
    uint32_t stack = jam_python_first(&walk) ? stack_make(self, native, walk) : 0;
    if (!stack)
        return native;
    *known = (struct jam_python_cache){hash, native, stack};
    return stack;
}
