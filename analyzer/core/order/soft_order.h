/*
 * Orders that were seen, but depend on the schedule: a thread went on because another one signalled
 * a condition or posted a semaphore.
 *
 * What such an order keeps apart may still meet in another run, so it excludes nothing; it only
 * makes a finding weaker. Wakes are points in time: what a thread did before the wake comes before
 * what the woken thread did after it, and so on from thread to thread; at last by creates, joins
 * and barriers after the last wake.
 */
#ifndef JAM_CORE_SOFT_ORDER_H
#define JAM_CORE_SOFT_ORDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/order/happens_before.h"

struct jam_soft_event;

struct jam_soft {
    struct jam_map threads;
    size_t thread_count;
    struct jam_soft_event *events;
    size_t event_count, event_capacity;
    uint64_t *reached;         /* of the question at hand, by thread */
    uint32_t *by;              /* the event that reached it */
    struct jam_before *before; /* the caller's */
    uint64_t steps;            /* work done so far */
};

/* A stay of a thread. */
struct jam_soft_stay {
    struct jam_moment moment;
    uint64_t first_ticks, last_ticks;
};

/* All zero knows no order. Functions return 0, or -1 when memory is short. */
void jam_soft_fini(struct jam_soft *soft);
int jam_soft_add_wake(struct jam_soft *soft, const struct jam_order *order);

/* After the last one was added. */
int jam_soft_finish(struct jam_soft *soft);

/*
 * Whether wakes lead from the end of the earlier stay to the start of the later one. Stores the
 * last wake's object.
 */
bool jam_soft_is_before(struct jam_soft *soft, const struct jam_soft_stay *earlier,
                        const struct jam_soft_stay *later, const struct jam_order **evidence);

#endif
