/* The slow half of stack.h: interning what was walked, and filling the memo. */
#include "stack.h"
#include "config.h"
#include "frame_rule.h"
#include "growth.h"
#include "map.h"
#include "session.h"
#include "stack_walk.h"

#include <stddef.h>
#include <string.h>

bool jam_stack_verifies;

static struct {
    struct jam_shared_map index; /* hash -> stack_ref */
    struct jam_area area;
    uint32_t module_generation; /* up to which outdated stacks were dropped from the index */
} stacks;

/* --- interning --- */

static uint64_t stack_hash(const struct jam_stack_walk *walk)
{
    uint64_t hash = walk->interrupted + walk->flags;
    for (uint32_t i = 0; i < walk->depth; i++)
        hash = jam_hash_add(hash, walk->self->scratch_frames[i]);
    return hash | 1; /* never 0 */
}

static bool stack_equals(const struct jam_stack *stack, const struct jam_stack_walk *walk)
{
    return stack->depth == walk->depth && stack->flags == walk->flags &&
           stack->interrupted == walk->interrupted &&
           !memcmp(stack->frames, walk->self->scratch_frames, walk->depth * sizeof(uint64_t));
}

static struct jam_stack *stack_at(uint32_t ref)
{
    return jam_session_at((uint64_t)ref * JAM_STACK_UNIT);
}

/* The ref, or 0 with *key being where to insert. Equal hashes of different stacks: next key. */
static uint32_t stack_find(const struct jam_stack_walk *walk, uint64_t *key)
{
    for (;; *key += 2) {
        uint32_t ref = (uint32_t)jam_shared_map_find(&stacks.index, *key);
        if (!ref || stack_equals(stack_at(ref), walk))
            return ref;
    }
}

static uint32_t stack_append(const struct jam_stack_walk *walk, uint64_t key)
{
    uint64_t offset;
    uint32_t bytes =
        (uint32_t)(sizeof(struct jam_stack) + walk->depth * sizeof(uint64_t) + 15) & ~15u;
    struct jam_stack *stack = jam_area_take(&stacks.area, bytes, &offset);
    if (!stack)
        return 0;
    stack->depth = (uint16_t)walk->depth;
    stack->flags = walk->flags;
    stack->module_generation = jam_header->module_generation;
    stack->hash = key;
    stack->interrupted = walk->interrupted;
    memcpy(stack->frames, walk->self->scratch_frames, walk->depth * sizeof(uint64_t));
    jam_area_publish(&stacks.area, bytes);
    jam_shared_map_put(&stacks.index, key, offset / JAM_STACK_UNIT);
    return (uint32_t)(offset / JAM_STACK_UNIT);
}

/* A stack through a module that was replaced since looks like one through its successor. */
static bool stack_is_current(uint64_t key, uint64_t ref)
{
    const struct jam_stack *stack = stack_at((uint32_t)ref);
    (void)key;
    for (uint32_t i = 0; i < stack->depth; i++)
        if (jam_module_was_replaced(stack->frames[i], stack->module_generation))
            return false;
    return true;
}

static bool stack_index_is_current(void)
{
    return __atomic_load_n(&stacks.module_generation, __ATOMIC_ACQUIRE) ==
           __atomic_load_n(&jam_header->module_generation, __ATOMIC_ACQUIRE);
}

static void stack_index_refresh(void)
{
    jam_shared_map_purge(&stacks.index, stack_is_current);
    __atomic_store_n(&stacks.module_generation, jam_header->module_generation, __ATOMIC_RELEASE);
}

static uint32_t stack_intern(const struct jam_stack_walk *walk)
{
    uint64_t hash = stack_hash(walk), key = hash;
    uint32_t ref = stack_index_is_current() ? stack_find(walk, &key) : 0;
    if (ref)
        return ref;
    if (!jam_growth_lock()) {
        jam_session_lose(JAM_LOSS_GROWTH_BUSY, 1);
        return 0;
    }
    if (!stack_index_is_current())
        stack_index_refresh();
    key = hash;
    ref = stack_find(walk, &key); /* another thread may have been first */
    if (!ref) {
        if (walk->depth == 1)
            jam_module_note(walk->self->scratch_frames[0] - 1);
        ref = stack_append(walk, key);
        if (walk->flags & JAM_STACK_BROKEN)
            jam_session_lose(JAM_LOSS_STACKS, 1);
    }
    jam_growth_unlock();
    return ref;
}

uint32_t jam_stack_extend(struct jam_thread *self, uint32_t stack, const uint64_t *words,
                          uint32_t count, bool is_cut)
{
    static const struct jam_stack none;
    const struct jam_stack *base = stack ? stack_at(stack) : &none;
    uint32_t room = JAM_MAX_FRAMES - base->depth;
    uint32_t added = count < room ? count : room;
    struct jam_stack_walk walk = {
        .self = self,
        .depth = base->depth + added,
        .interrupted = base->interrupted,
        .flags = base->flags | (is_cut || added < count ? JAM_STACK_TRUNCATED : 0),
    };
    memcpy(self->scratch_frames, base->frames, base->depth * sizeof *words);
    memcpy(self->scratch_frames + base->depth, words, added * sizeof *words);
    return stack_intern(&walk);
}

uint32_t jam_stack_import(struct jam_thread *self, const uint64_t *frames, uint32_t depth,
                          uint16_t flags, uint64_t interrupted)
{
    struct jam_stack_walk walk = {
        .self = self, .depth = depth, .interrupted = interrupted, .flags = flags};
    if (!jam_growth_lock()) {
        jam_session_lose(JAM_LOSS_GROWTH_BUSY, 1);
        return 0;
    }
    for (uint32_t i = 0; i < depth; i++)
        if (frames[i] >> JAM_FRAME_KIND_SHIFT == JAM_FRAME_NATIVE)
            jam_module_note(frames[i] - 1);
    memcpy(self->scratch_frames, frames, depth * sizeof *frames);
    uint32_t ref = stack_intern(&walk);
    jam_growth_unlock();
    return ref;
}

/* --- the memo --- */

void jam_stack_forget_thread(struct jam_thread *self)
{
    if (self->slots_used == 0)
        return; /* pages that were never touched need not be */
    memset(self->memo, 0, sizeof self->memo);
    self->slots_used = 0;
}

/* Where a stack that the memo does not hold belongs. */
struct memo_place {
    uint64_t from, word; /* the key */
    uint32_t walked;     /* words of the walk that the way there has checked */
};

static void memo_remember(const struct jam_stack_walk *walk, const struct jam_call *call,
                          uint32_t stack, struct memo_place place)
{
    struct jam_thread *self = walk->self;
    uint32_t rest = walk->slot_count - place.walked, need = rest + walk->uses_bp;
    if (self->slots_used + need > JAM_MEMO_SLOTS) {
        jam_stack_forget_thread(self); /* with it the way to this place */
        return;
    }
    uint32_t set = jam_memo_set(place.from, place.word);
    struct jam_memo *memo = &self->memo[set][self->memo_turn[set]++ % JAM_MEMO_WAYS];
    struct jam_slot *slot = &self->slots[self->slots_used];
    *memo = (struct jam_memo){
        .from = place.from,
        .word = place.word,
        .stack = stack,
        .code_generation = __atomic_load_n(&jam_code_generation, __ATOMIC_RELAXED),
        .first_slot = self->slots_used,
        .slot_count = (uint16_t)need,
        .uses_bp = walk->uses_bp,
        .walked = place.walked & 0x7fff,
    };
    if (walk->uses_bp)
        *slot++ = (struct jam_slot){0, call->bp};
    memcpy(slot, self->scratch_slots + place.walked, rest * sizeof *slot);
    self->slots_used += need;
}

/*
 * Whether the walk came by the place: the last word checked on the way there is its word. Not so
 * where a frame rule was learnt in between and reads other words than libunwind did.
 */
static bool memo_place_fits(const struct jam_stack_walk *walk, struct memo_place place)
{
    if (!(place.from & JAM_MEMO_BRANCH) || place.walked == 0)
        return true;
    const struct jam_slot *last = &walk->self->scratch_slots[place.walked - 1];
    const struct jam_slot *slot = &walk->self->slots[place.from & ~JAM_MEMO_BRANCH];
    return place.walked <= walk->slot_count &&
           (!slot->address || (last->address == slot->address && last->value == place.word));
}

static uint32_t stack_walk_anew(struct jam_thread *self, const struct jam_call *call,
                                struct memo_place place)
{
    struct jam_stack_walk walk = jam_stack_walk_from(self, call);
    uint32_t generation = __atomic_load_n(&jam_code_generation, __ATOMIC_ACQUIRE);
    self->lane->memo_misses++;
    jam_stack_walk(&walk);
    uint32_t stack = stack_intern(&walk);
    bool is_current = generation == __atomic_load_n(&jam_code_generation, __ATOMIC_ACQUIRE);
    if (!memo_place_fits(&walk, place))
        place = (struct memo_place){call->pc, call->sp, 0};
    if (stack && is_current && !walk.is_transient)
        memo_remember(&walk, call, stack, place);
    return stack;
}

uint32_t jam_stack_words(struct jam_thread *self, const struct jam_call *call,
                         const struct jam_slot **words)
{
    struct jam_stack_walk walk = jam_stack_walk_from(self, call);
    jam_stack_walk(&walk);
    *words = self->scratch_slots;
    bool is_sure = !walk.flags && !walk.is_transient && !walk.is_guess;
    return is_sure ? walk.slot_count : 0;
}

/* The place of the stack that leaves this one's path at `slot`. */
static struct memo_place memo_branch(const struct jam_thread *self, const struct jam_memo *memo,
                                     const struct jam_slot *slot, const struct jam_call *call)
{
    uint32_t index = (uint32_t)(slot - self->slots), at = index - memo->first_slot;
    bool is_bp = memo->uses_bp && at == 0;
    return (struct memo_place){
        .from = JAM_MEMO_BRANCH | index,
        .word = is_bp ? call->bp : *(const uint64_t *)slot->address,
        .walked = memo->walked + (is_bp ? 0 : at + 1 - memo->uses_bp),
    };
}

uint32_t jam_stack_branch(struct jam_thread *self, const struct jam_call *call)
{
    struct memo_place place = {call->pc, call->sp, 0};
    const struct jam_memo *memo;
    while ((memo = jam_memo_find(self, place.from, place.word))) {
        const struct jam_slot *slot = jam_memo_difference(self, memo, call);
        if (!slot)
            return jam_stack_verifies ? jam_stack_verify(call, memo->stack) : memo->stack;
        place = memo_branch(self, memo, slot, call);
    }
    return stack_walk_anew(self, call, place);
}

/* --- checking --- */

uint32_t jam_stack_verify(const struct jam_call *call, uint32_t stack)
{
    const struct jam_stack *memo = stack_at(stack);
    struct jam_thread *self = jam_self;
    uint64_t *frames = self->scratch_frames;
    size_t depth = jam_rule_walk_afresh(call, jam_stack_top_for(self, call->sp), frames,
                                        jam_header->stack_depth_max);
    if (depth == 0)
        return stack; /* could not be asked */
    self->lane->memo_hits++;
    __atomic_fetch_add(&jam_header->stacks_verified, 1, __ATOMIC_RELAXED);
    /* libunwind goes on where we distrust a guessed frame: what we have must be its beginning. */
    bool is_whole = depth == memo->depth || (depth > memo->depth && memo->flags & JAM_STACK_BROKEN);
    if (!is_whole || memcmp(frames, memo->frames, memo->depth * sizeof *frames))
        __atomic_fetch_add(&jam_header->stacks_disagreed, 1, __ATOMIC_RELAXED);
    return stack;
}

static void stack_reset(void)
{
    stacks.index = (struct jam_shared_map){0};
    stacks.area = (struct jam_area){.shape = {.kind = JAM_EXTENT_STACKS}, .next_bytes = 16 << 10};
    stacks.module_generation = 0;
    jam_stack_verifies = jam_config.verifies_stacks;
}
JAM_ON_RESET(stack_reset);
