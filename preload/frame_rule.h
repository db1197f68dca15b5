/*
 * How to get from a frame to its caller, for each code address: learnt from libunwind once, then
 * a few additions.
 *
 * Where the unwind tables describe a plain frame, everything is an offset from sp or bp: where the
 * return address lies and where the caller's bp was saved. That is the rule; it depends on the
 * code address alone. Frames that need more (signal frames, stack realignment, code without
 * tables) have the rule "ask libunwind each time".
 */
#ifndef JAM_FRAME_RULE_H
#define JAM_FRAME_RULE_H

#include <stdbool.h>
#include <stdint.h>
#include "unwinder.h"

enum jam_rule_kind {
    JAM_RULE_UNKNOWN = 0,
    JAM_RULE_FROM_SP = 1,
    JAM_RULE_FROM_BP = 2,
    JAM_RULE_ASK = 3,       /* step with libunwind each time */
    JAM_RULE_OUTERMOST = 4, /* no caller */
};

struct jam_rule {
    uint8_t kind; /* enum jam_rule_kind */
    bool saves_bp;
    int32_t return_at; /* bytes from the base register to the return address */
    int32_t bp_at;     /* ... and to the caller's bp, if saves_bp */
};

/*
 * The rule for a code address (inside the call instruction, or an interrupted pc). Learns it if it
 * is new, which takes the growth lock: UNKNOWN if that was busy. `at` and `stack_top` describe the
 * frame to learn from; *learnt is incremented when it was learnt.
 */
struct jam_rule jam_rule_get(struct jam_call at, uint64_t stack_top, uint64_t *learnt);

/* Do one step with libunwind (kind ASK). False if the growth lock was busy. */
bool jam_rule_ask(struct jam_step *step);

/* The whole stack by libunwind alone (LOCKJAM_VERIFY=stacks). 0 if the growth lock was busy. */
size_t jam_rule_walk_afresh(const struct jam_call *call, uint64_t stack_top, uint64_t *frames,
                            size_t max);

/* All code addresses may mean something else now. */
void jam_rules_forget(void);

#endif
