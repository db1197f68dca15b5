/*
 * Totals of one lane: per site (lock, stack, mode), what waiting cost there, and blame.
 *
 * All functions belong to the thread that owns the lane. Where the file has no space they answer
 * NULL or drop, and the loss is counted.
 */
#ifndef JAM_TOTALS_H
#define JAM_TOTALS_H

#include "thread.h"
#include "trace_format.h"

/* Find or make the site. Never NULL: without space it is thread->lost_site. */
struct jam_site *jam_site_get(struct jam_thread *self, const struct jam_lock_record *lock,
                              uint32_t stack, uint16_t mode);

/* The site's wait totals, made at first need. NULL: no space. */
struct jam_wait_totals *jam_site_waits(struct jam_thread *self, struct jam_site *site);

/* A hold that ended: sum, maximum, histogram. */
void jam_site_add_hold(struct jam_thread *self, struct jam_site *site, uint64_t ticks);

/* The same hold once more, if somebody waits for the lock at its end. */
void jam_site_add_contended_hold(struct jam_thread *self, struct jam_site *site, uint64_t ticks);

/* Who made whom wait. */
struct jam_blame_key {
    uint32_t lock;
    uint32_t waiter_stack;
    uint32_t blocker_stack; /* 0 = unknown */
    uint32_t blocker_thread;
};
void jam_blame_add(struct jam_thread *self, struct jam_blame_key key, uint64_t ticks);

/* The bucket of a value in struct jam_histogram. */
static inline unsigned jam_histogram_bucket(uint64_t ticks)
{
    unsigned log2 = 63 - (unsigned)__builtin_clzll(ticks | 31);
    unsigned bucket = log2 - JAM_HISTOGRAM_SHIFT;
    return bucket < JAM_HISTOGRAM_BUCKETS ? bucket : JAM_HISTOGRAM_BUCKETS - 1;
}

#endif
