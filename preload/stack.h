/*
 * Call stacks at the price of a few loads.
 *
 * THE IDEA. Unwinding is a function of the starting registers and of the words of the stack that
 * it reads, in the order in which it reads them. When a stack is walked, those words and their
 * values are kept (struct jam_memo), keyed by the return address into the hook's caller and the
 * caller's stack pointer. At the next call with the same key the same words are loaded again, in
 * the same order: if all are equal, walking would give the same frames, so the remembered stack is
 * the answer. The first difference ends the comparison; no word is loaded that walking would not
 * have loaded. The frame pointer register counts only where a frame is addressed through it.
 *
 * Many stacks may end in one call at one height. What two walks read is the same up to the first
 * word that differs; so that word is the key under which the rest of the second stack is kept:
 *
 *     (pc, sp) ──▶ a b c d e                  stack 1
 *                      └ (slot of c, C) ──▶ D E    stack 2, which reads a b C D E
 *
 * Stacks are interned: equal stacks have one record in the file and one stack_ref.
 */
#ifndef JAM_STACK_H
#define JAM_STACK_H

#include <stdbool.h>
#include <stdint.h>
#include "arch.h"
#include "module.h"
#include "python/python.h"
#include "thread.h"

/* Follow the branches of the memo; then walk, intern, remember. 0: no space for it (counted). */
uint32_t jam_stack_branch(struct jam_thread *self, const struct jam_call *call);

/* LOCKJAM_VERIFY=stacks: unwind again and count a disagreement. Returns `stack`. */
uint32_t jam_stack_verify(const struct jam_call *call, uint32_t stack);

extern bool jam_stack_verifies; /* set once per session */

/* Intern a stack that was taken elsewhere: in the parent of this process. 0: no space, counted. */
uint32_t jam_stack_import(struct jam_thread *self, const uint64_t *frames, uint32_t depth,
                          uint16_t flags, uint64_t interrupted);

/* The lane serves another thread, on another stack: what was guessed on the old one is void. */
void jam_stack_forget_thread(struct jam_thread *self);

static inline uint32_t jam_memo_set(uint64_t from, uint64_t word)
{
    return (uint32_t)((from * 0x9e3779b97f4a7c15u ^ word * 0xc2b2ae3d27d4eb4fu) >> 54);
}
_Static_assert(JAM_MEMO_SETS == 1 << 10, "jam_memo_set returns 10 bits");

/* The memo with this key, or NULL. */
static inline const struct jam_memo *jam_memo_find(const struct jam_thread *self, uint64_t from,
                                                   uint64_t word)
{
    const struct jam_memo *memo = self->memo[jam_memo_set(from, word)];
    uint32_t generation = __atomic_load_n(&jam_code_generation, __ATOMIC_RELAXED);
    for (const struct jam_memo *end = memo + JAM_MEMO_WAYS; memo < end; memo++)
        if (memo->from == from && memo->word == word && memo->code_generation == generation)
            return memo;
    return NULL;
}

/* The first slot that does not hold its value any more, or NULL. */
static inline const struct jam_slot *jam_memo_difference(const struct jam_thread *self,
                                                         const struct jam_memo *memo,
                                                         const struct jam_call *call)
{
    const struct jam_slot *slot = &self->slots[memo->first_slot];
    const struct jam_slot *end = slot + memo->slot_count;
    if (memo->uses_bp) {
        if (slot->value != call->bp)
            return slot;
        slot++;
    }
    for (; slot < end; slot++)
        if (*(const uint64_t *)slot->address != slot->value)
            return slot;
    return NULL;
}

/*
 * The stack of the frames of `stack` (0 = none) and `count` more words behind them; `is_cut`: there would be
 * even more. 0: no space for it (counted).
 */
uint32_t jam_stack_extend(struct jam_thread *self, uint32_t stack, const uint64_t *words,
                          uint32_t count, bool is_cut);

/*
 * The words that unwinding from here reads, in its order. They belong to the thread until it unwinds
 * again. 0: it did not come to the outermost frame.
 */
uint32_t jam_stack_words(struct jam_thread *self, const struct jam_call *call,
                         const struct jam_slot **words);

/* The native part of jam_stack_capture. */
static inline uint32_t jam_stack_capture_native(struct jam_thread *self,
                                                const struct jam_call *call)
{
    const struct jam_memo *memo = jam_memo_find(self, call->pc, call->sp);
    if (JAM_LIKELY(memo && !jam_memo_difference(self, memo, call)))
        return JAM_UNLIKELY(jam_stack_verifies) ? jam_stack_verify(call, memo->stack) : memo->stack;
    return jam_stack_branch(self, call);
}

/* The stack_ref of the caller's stack. 0 only when the file is full. */
static inline uint32_t jam_stack_capture(struct jam_thread *self, const struct jam_call *call)
{
    if (JAM_LIKELY(!__atomic_load_n(&jam_python_is_here, __ATOMIC_RELAXED)))
        return jam_stack_capture_native(self, call);
    return jam_python_capture(self, call);
}

#endif
