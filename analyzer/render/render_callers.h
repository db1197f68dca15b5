/*
 * Who waits for a lock and who makes them wait, by call site.
 *
 * The sums of a lock are kept by whole call stack; people think in call sites. Here the stacks of
 * a lock that share a call site become one caller, with the call sites that blocked it beneath.
 */
#ifndef JAM_RENDER_CALLERS_H
#define JAM_RENDER_CALLERS_H

#include "render/render_report.h"

struct jam_caller {
    const char *name;    /* of the call site; belongs to the report */
    uint32_t stack;      /* the costliest of its stacks */
    uint64_t stack_cost; /* what that one cost */
    struct jam_totals totals;
    size_t first_blocker, blocker_count; /* range of blockers */
};

struct jam_blocker {
    const char *waiter; /* name of the caller that waited */
    const char *name;   /* call site of the blocker */
    uint32_t stack;     /* the costliest of its stacks, 0 = unknown */
    uint64_t stack_cost;
    uint64_t count;
    uint64_t wait_ns;
    uint64_t wait_max_ns;
};

struct jam_callers {
    struct jam_caller *callers; /* longest wait first */
    size_t count, capacity;
    struct jam_blocker *blockers; /* of each caller together; longest wait first */
    size_t blocker_count, blocker_capacity;
};

/* 0, or -1 without memory; to be ended with jam_callers_fini in any case. */
int jam_callers_init(struct jam_callers *callers, struct jam_report *report, size_t lock);
void jam_callers_fini(struct jam_callers *callers);

#endif
