/*
 * One step of unwinding, by libunwind, with everything it looked at.
 *
 * libunwind is asked through its remote interface (unw_create_addr_space(3)): our callbacks hand
 * it registers and memory, so we see exactly which words the step depended on. That is what makes
 * a remembered stack checkable (stack.h). It finds its tables with _dl_find_object (glibc 2.35),
 * which takes no lock, and keeps no cache of its own.
 *
 * The library is loaded with dlopen(RTLD_LOCAL) by our constructor, before main:
 * linking to it would put its _Unwind_* functions into the target's global scope, in front of
 * those of libgcc that C++ exceptions and cancellation use.
 */
#ifndef JAM_UNWINDER_H
#define JAM_UNWINDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "arch.h"

#define JAM_STEP_READS 32

/* A word that the unwinder read, and what it read there. */
struct jam_slot {
    uint64_t address;
    uint64_t value;
};

struct jam_step {
    struct jam_call at;   /* in: pc to look up (inside the call instruction), sp, bp */
    uint64_t stack_top;   /* in: words in [at.sp, stack_top) may be read; 0 = unknown */
    int result;           /* 1: stepped; 0: outermost frame; negative: libunwind's error */
    struct jam_call to;   /* the caller; pc is its return address, or interrupted pc */
    uint64_t bp_saved_at; /* where the caller's bp was saved, 0 = still in the register */
    bool used_bp;         /* the step depended on at.bp */
    bool has_tables;      /* false: guessed along frame pointers */
    bool is_signal_frame; /* at.pc is a signal trampoline */
    bool overflowed;      /* more reads than fit */
    uint32_t read_count;
    struct jam_slot reads[JAM_STEP_READS]; /* words of the stack that the step depended on */
};

/*
 * Load libunwind, the first time it is called; from our constructor. Without it stacks are one
 * frame deep, which is said once on standard error when a session begins.
 */
void jam_unwinder_load(void);
bool jam_unwinder_is_loaded(void);

/*
 * An operation comes before our constructor, from that of another library: load libunwind now,
 * unless malloc is not libc's: the lock may be the allocator's own, and dlopen would call it.
 */
void jam_unwinder_load_early(void);

/* It has not been loaded yet: a stack that is shallow now may be deeper next time. */
bool jam_unwinder_is_pending(void);

/* Take one step. Under the growth lock, on a stack with 32 KiB to spare, signals blocked. */
void jam_unwinder_step(struct jam_step *step);

/* Files were unloaded: forget which one was looked at last. Under the growth lock. */
void jam_unwinder_forget(void);

/*
 * The whole stack by one continuing cursor, independent of rules and memo: for LOCKJAM_VERIFY.
 * Same conditions. Returns the number of frames stored, at most `max`.
 */
size_t jam_unwinder_walk(const struct jam_call *call, uint64_t stack_top, uint64_t *frames,
                         size_t max);

#endif
