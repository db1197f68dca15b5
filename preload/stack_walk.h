/*
 * One walk up the stack, frame by frame, with all the words that it reads: what stack.h remembers.
 */
#ifndef JAM_STACK_WALK_H
#define JAM_STACK_WALK_H

#include <stdbool.h>
#include <stdint.h>
#include "arch.h"
#include "thread.h"

/* A walk under way, or done. Frames and slots are in the thread's scratch arrays. */
struct jam_stack_walk {
    struct jam_thread *self;
    struct jam_call at; /* current frame; pc is what to look up */
    uint64_t bp_origin; /* address of the word that at.bp came from; 0 = still the register */
    uint64_t stack_top; /* 0 = this is not the thread's own stack */
    uint64_t interrupted;
    uint32_t depth;
    uint32_t slot_count;
    uint16_t flags;
    bool uses_bp;      /* the register itself matters */
    bool is_guess;     /* a guessed frame was passed */
    bool is_transient; /* another try may give another stack: not to be remembered */
};

/* The end of the thread's own stack; 0 if sp lies elsewhere: on a coroutine's or a signal stack. */
uint64_t jam_stack_top_for(const struct jam_thread *self, uint64_t sp);

/* A walk that begins in the caller's frame. */
static inline struct jam_stack_walk jam_stack_walk_from(struct jam_thread *self,
                                                        const struct jam_call *call)
{
    return (struct jam_stack_walk){
        .self = self,
        .at = *call,
        .stack_top = jam_stack_top_for(self, call->sp),
    };
}

/*
 * Walk to the outermost frame, or as far as the session's depth: then TRUNCATED. Where the walk could not
 * go on although there is more, it is BROKEN.
 */
void jam_stack_walk(struct jam_stack_walk *walk);

#endif
