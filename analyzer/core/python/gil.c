/* Two shares and the bounds between a busy GIL and one that is in nobody's way. */
#include "core/python/gil.h"

#include "util/saturate.h"

/* Below these, it costs too little to be spoken of. */
#define LEAST_WAIT_NS   10000000u
#define LEAST_CONTENDED 10

/*
 * Of two threads that compute, one waits for each nanosecond that the other has it. On a machine with too
 * few processors its holder may not run, and what others do who have let go of it looks like some 35 %.
 */
#define MUCH_WAITED_PERCENT 25 /* of the threads' time: they are held up, whoever has it */
#define MUCH_HELD_PERCENT   50 /* of the run: two threads that compute among many that do not ... */
#define HELD_UP_PERCENT     60 /* ... wait that much for each nanosecond that it is held */

static uint64_t percent(uint64_t value, unsigned share)
{
    return value / 100 * share;
}

/* Lives of the threads, without what they waited for other things. */
static uint64_t active_ns(const struct jam_contention *contention,
                          const struct jam_contention_lock *lock)
{
    uint64_t lived = 0, waited = 0;
    for (size_t i = 0; i < contention->thread_count; i++) {
        const struct jam_contention_thread *thread = &contention->threads[i];
        if (thread->process != lock->process)
            continue;
        jam_saturate_add(&lived, thread->lifetime_ns);
        jam_saturate_add(&waited, thread->wait_ns);
    }
    uint64_t active = lived > waited ? lived - waited : 0;
    jam_saturate_add(&active, lock->totals.wait_ns);
    return active;
}

struct jam_gil_cost jam_gil_measure(const struct jam_contention *contention,
                                    const struct jam_contention_lock *lock)
{
    struct jam_gil_cost cost = {
        .held_ns = lock->totals.hold_ns,
        .run_ns = contention->processes[lock->process].end_ns,
        .waited_ns = lock->totals.wait_ns,
        .active_ns = active_ns(contention, lock),
    };
    bool is_busy = cost.held_ns >= percent(cost.run_ns, MUCH_HELD_PERCENT) &&
                   cost.waited_ns >= percent(cost.held_ns, HELD_UP_PERCENT);
    cost.is_bottleneck =
        cost.waited_ns >= LEAST_WAIT_NS && lock->totals.contended >= LEAST_CONTENDED &&
        (is_busy || cost.waited_ns >= percent(cost.active_ns, MUCH_WAITED_PERCENT));
    return cost;
}
