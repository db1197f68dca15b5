/*
 * Walking with frame rules.
 *
 * Safety of the walk. Tables are trusted: a frame that they describe is where they say. A guessed
 * frame (code without tables) is believed only while every word lies on the stack we know, between
 * sp and the top of the thread's stack; elsewhere the walk ends there, marked BROKEN.
 */
#include "stack_walk.h"
#include "frame_rule.h"
#include "session.h"

uint64_t jam_stack_top_for(const struct jam_thread *self, uint64_t sp)
{
    return sp < self->stack_top && self->stack_top - sp < self->stack_bytes ? self->stack_top : 0;
}

static void walk_note(struct jam_stack_walk *walk, uint64_t address, uint64_t value)
{
    enum { SLOTS = sizeof walk->self->scratch_slots / sizeof(struct jam_slot) };
    if (walk->slot_count < SLOTS)
        walk->self->scratch_slots[walk->slot_count++] = (struct jam_slot){address, value};
    else
        walk->is_transient = true; /* too much to validate */
}

/* The frame is addressed through bp: the word that bp came from takes part in the validation. */
static void walk_note_bp(struct jam_stack_walk *walk)
{
    if (walk->bp_origin)
        walk_note(walk, walk->bp_origin, walk->at.bp);
    else
        walk->uses_bp = true;
}

static bool walk_may_read(const struct jam_stack_walk *walk, uint64_t address)
{
    if (address & 7 || address < walk->at.sp - 128)
        return false;
    return walk->stack_top ? address < walk->stack_top : !walk->is_guess;
}

static bool walk_by_rule(struct jam_stack_walk *walk, struct jam_rule rule)
{
    bool from_bp = rule.kind == JAM_RULE_FROM_BP;
    uint64_t base = from_bp ? walk->at.bp : walk->at.sp;
    uint64_t return_at = base + (uint64_t)(int64_t)rule.return_at;
    uint64_t bp_at = base + (uint64_t)(int64_t)rule.bp_at;
    if (from_bp)
        walk_note_bp(walk);
    if (!walk_may_read(walk, return_at) || (rule.saves_bp && !walk_may_read(walk, bp_at)))
        return false;
    walk->at.pc = *(const uint64_t *)return_at;
    walk_note(walk, return_at, walk->at.pc);
    if (rule.saves_bp) {
        walk->at.bp = *(const uint64_t *)bp_at;
        walk->bp_origin = bp_at;
    }
    walk->at.sp = return_at + 8;
    return true;
}

/* Returns false at the end of the stack too; BROKEN tells the two apart. */
static bool walk_by_asking(struct jam_stack_walk *walk, bool *is_signal_frame)
{
    struct jam_step step = {.at = walk->at, .stack_top = walk->stack_top};
    if (!jam_rule_ask(&step) || step.overflowed) {
        walk->flags |= JAM_STACK_BROKEN;
        walk->is_transient = true;
        return false;
    }
    if (step.result == 0)
        return false;
    walk->is_guess = walk->is_guess || !step.has_tables;
    /* An alternate signal stack may lie anywhere; otherwise callers lie above. */
    bool goes_up = step.is_signal_frame || step.to.sp > walk->at.sp;
    if (step.result < 0 || (walk->is_guess && !walk->stack_top) || !goes_up) {
        walk->flags |= JAM_STACK_BROKEN;
        return false;
    }
    if (step.used_bp)
        walk_note_bp(walk);
    for (uint32_t i = 0; i < step.read_count; i++)
        walk_note(walk, step.reads[i].address, step.reads[i].value);
    walk->at = step.to;
    if (step.is_signal_frame)
        walk->stack_top = jam_stack_top_for(walk->self, step.to.sp);
    walk->bp_origin = step.bp_saved_at ? step.bp_saved_at : walk->bp_origin;
    *is_signal_frame = step.is_signal_frame;
    return true;
}

static bool walk_step(struct jam_stack_walk *walk, bool *is_signal_frame)
{
    struct jam_rule rule = jam_rule_get(walk->at, walk->stack_top, &walk->self->lane->rules_learnt);
    *is_signal_frame = false;
    switch (rule.kind) {
    case JAM_RULE_FROM_SP:
    case JAM_RULE_FROM_BP:
        if (walk_by_rule(walk, rule))
            return true;
        walk->flags |= JAM_STACK_BROKEN;
        return false;
    case JAM_RULE_ASK:
        return walk_by_asking(walk, is_signal_frame);
    case JAM_RULE_OUTERMOST:
        return false;
    default:
        walk->flags |= JAM_STACK_BROKEN;
        walk->is_transient = jam_unwinder_is_loaded() || jam_unwinder_is_pending();
        return false;
    }
}

void jam_stack_walk(struct jam_stack_walk *walk)
{
    uint64_t *frames = walk->self->scratch_frames;
    bool is_signal_frame;
    frames[walk->depth++] = walk->at.pc;
    walk->at.pc--; /* into the call instruction */
    while (walk_step(walk, &is_signal_frame) && walk->at.pc) {
        if (walk->depth == jam_header->stack_depth_max) {
            walk->flags |= JAM_STACK_TRUNCATED;
            return;
        }
        if (is_signal_frame && walk->depth < 64)
            walk->interrupted |= 1ull << walk->depth;
        frames[walk->depth++] = walk->at.pc;
        walk->at.pc -= !is_signal_frame;
    }
}
