/*
 * Learns frame rules. libunwind runs on a stack of our own with all signals blocked: it needs
 * several KiB, and a target's thread may have been given PTHREAD_STACK_MIN.
 */
#include "frame_rule.h"
#include "growth.h"
#include "map.h"
#include "module.h"
#include "mute.h"
#include "session.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stddef.h>
#include <time.h>

static struct jam_shared_map rules; /* code address -> packed rule */

/* --- a rule in 64 bits: kind 3, saves_bp 1, two signed offsets in words of 28 bits --- */

enum { RULE_BITS = 28, RULE_RETURN_SHIFT = 8, RULE_BP_SHIFT = 36 };

static bool rule_fits(int64_t offset)
{
    return offset % 8 == 0 && offset / 8 < (1 << (RULE_BITS - 1)) &&
           offset / 8 >= -(1 << (RULE_BITS - 1));
}

static uint64_t rule_pack(struct jam_rule rule)
{
    uint64_t mask = (1u << RULE_BITS) - 1;
    return rule.kind | (uint64_t)rule.saves_bp << 3 |
           ((uint64_t)(rule.return_at / 8) & mask) << RULE_RETURN_SHIFT |
           ((uint64_t)(rule.bp_at / 8) & mask) << RULE_BP_SHIFT;
}

static int32_t rule_offset(uint64_t packed, unsigned shift)
{
    return (int32_t)((int64_t)(packed << (64 - RULE_BITS - shift)) >> (64 - RULE_BITS)) * 8;
}

static struct jam_rule rule_unpack(uint64_t packed)
{
    return (struct jam_rule){
        .kind = packed & 7,
        .saves_bp = packed >> 3 & 1,
        .return_at = rule_offset(packed, RULE_RETURN_SHIFT),
        .bp_at = rule_offset(packed, RULE_BP_SHIFT),
    };
}

/* --- asking libunwind --- */

static _Alignas(64) uint8_t rule_stack[128 << 10];

/*
 * Of a ThreadSanitizer runtime, if there is one: what libunwind does is no race of the target's.
 * These names are in gcc's libtsan and in the runtime that clang links into programs.
 */
extern void AnnotateIgnoreReadsBegin(const char *file, int line) __attribute__((weak));
extern void AnnotateIgnoreReadsEnd(const char *file, int line) __attribute__((weak));
extern void AnnotateIgnoreWritesBegin(const char *file, int line) __attribute__((weak));
extern void AnnotateIgnoreWritesEnd(const char *file, int line) __attribute__((weak));

static void rule_hide(bool is_hidden)
{
    if (!AnnotateIgnoreReadsBegin || !AnnotateIgnoreReadsEnd || !AnnotateIgnoreWritesBegin ||
        !AnnotateIgnoreWritesEnd)
        return;
    (is_hidden ? AnnotateIgnoreReadsBegin : AnnotateIgnoreReadsEnd)(__FILE__, __LINE__);
    (is_hidden ? AnnotateIgnoreWritesBegin : AnnotateIgnoreWritesEnd)(__FILE__, __LINE__);
}

/*
 * Let signals in again. One that came for the process is another thread's to take, most often the
 * main thread's, whose wait it interrupts; but it stays pending until that thread runs, and whoever
 * unblocks it first gets it. So a pending one is left to the others for a while.
 */
static void rule_unblock(const uint64_t *old)
{
    enum { TURNS = 40, TURN_NS = 250000 };
    const struct timespec turn = {.tv_nsec = TURN_NS};
    uint64_t pending = 0;
    for (int i = 0; i < TURNS; i++) {
        JAM_SYSCALL2(rt_sigpending, &pending, sizeof pending);
        if (JAM_LIKELY(!(pending & ~*old)))
            break;
        JAM_SYSCALL2(nanosleep, &turn, NULL);
    }
    JAM_SYSCALL4(rt_sigprocmask, SIG_SETMASK, old, NULL, sizeof *old);
}

/* Call function(argument) under the growth lock, on our own stack, with all signals blocked. */
static bool rule_call(void (*function)(void *), void *argument)
{
    uint64_t all = UINT64_MAX, old;
    if (!jam_growth_lock())
        return false;
    int saved_errno = errno;
    JAM_SYSCALL4(rt_sigprocmask, SIG_SETMASK, &all, &old, sizeof all);
    jam_mute = true;
    rule_hide(true);
    jam_arch_call_on(rule_stack + sizeof rule_stack, function, argument);
    rule_hide(false);
    jam_mute = false;
    jam_growth_unlock();
    rule_unblock(&old);
    errno = saved_errno;
    return true;
}

static void rule_step(void *argument)
{
    jam_unwinder_step(argument);
}

bool jam_rule_ask(struct jam_step *step)
{
    return rule_call(rule_step, step);
}

struct rule_walk {
    const struct jam_call *call;
    uint64_t stack_top;
    uint64_t *frames;
    size_t max;
    size_t count;
};

static void rule_walk(void *argument)
{
    struct rule_walk *walk = argument;
    walk->count = jam_unwinder_walk(walk->call, walk->stack_top, walk->frames, walk->max);
}

size_t jam_rule_walk_afresh(const struct jam_call *call, uint64_t stack_top, uint64_t *frames,
                            size_t max)
{
    struct rule_walk walk = {call, stack_top, frames, max, 0};
    return rule_call(rule_walk, &walk) ? walk.count : 0;
}

/* --- learning --- */

static const struct jam_rule rule_ask = {.kind = JAM_RULE_ASK};

/* What the step's reads say about the frame, if it is a plain one. */
static struct jam_rule rule_derive(const struct jam_step *step)
{
    struct jam_rule rule = {.saves_bp = step->bp_saved_at != 0};
    if (step->result == 0)
        return (struct jam_rule){.kind = JAM_RULE_OUTERMOST};
    if (step->result < 0 || !step->has_tables || step->is_signal_frame || step->overflowed)
        return rule_ask;
    /* The only word it may depend on is the return address, and that ends the frame. */
    if (step->read_count != 1 || step->to.sp != step->reads[0].address + 8)
        return rule_ask;
    rule.kind = step->used_bp ? JAM_RULE_FROM_BP : JAM_RULE_FROM_SP;
    uint64_t base = step->used_bp ? step->at.bp : step->at.sp;
    int64_t return_at = (int64_t)(step->reads[0].address - base);
    int64_t bp_at = rule.saves_bp ? (int64_t)(step->bp_saved_at - base) : 0;
    if (!rule_fits(return_at) || !rule_fits(bp_at))
        return rule_ask;
    rule.return_at = (int32_t)return_at;
    rule.bp_at = (int32_t)bp_at;
    return rule;
}

static void rule_learn(void *argument)
{
    struct jam_step *step = argument;
    jam_unwinder_step(step);
    jam_module_note(step->at.pc);
    /* A failure may be due to this one frame's contents: the address is not to blame. */
    if (step->result >= 0)
        jam_shared_map_put(&rules, step->at.pc, rule_pack(rule_derive(step)));
}

struct jam_rule jam_rule_get(struct jam_call at, uint64_t stack_top, uint64_t *learnt)
{
    uint64_t packed = jam_shared_map_find(&rules, at.pc);
    if (JAM_LIKELY(packed))
        return rule_unpack(packed);
    struct jam_step step = {.at = at, .stack_top = stack_top};
    if (!jam_unwinder_is_loaded() || !rule_call(rule_learn, &step))
        return (struct jam_rule){.kind = JAM_RULE_UNKNOWN};
    ++*learnt;
    return step.result < 0 ? rule_ask : rule_derive(&step);
}

static bool rule_is_live(uint64_t key, uint64_t value)
{
    (void)key, (void)value;
    return false;
}

void jam_rules_forget(void)
{
    jam_shared_map_purge(&rules, rule_is_live);
    jam_unwinder_forget();
}

/* Modules are noted where rules are learnt: a rule without its module would leave that out. */
static void rules_open(void)
{
    if (!jam_module_are_inherited())
        jam_rules_forget();
}
JAM_ON_OPEN(rules_open);
