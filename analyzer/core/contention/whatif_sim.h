/*
 * The state of a simulation, and who goes on when: the inside of core/whatif.
 *
 * A lane that can go on is in the heap, ordered by the simulated time of its next event. One that
 * waits for another lane is parked in the list of what it waits for: a lock, a wake-up, the
 * creation or the end of a thread.
 */
#ifndef JAM_CORE_WHATIF_SIM_H
#define JAM_CORE_WHATIF_SIM_H

#include "core/contention/whatif.h"

#define JAM_SIM_NONE UINT32_MAX

/* A lock that the lane holds in the simulation. */
struct jam_sim_held {
    uint32_t lock;
    uint32_t depth;
    uint16_t mode;
};

struct jam_sim_lane {
    struct jam_event_view event; /* what it does next */
    bool has_event;
    bool is_parked;      /* waits for another lane: not in the heap */
    bool is_inside_wait; /* between WAIT_BEGIN and WAIT_END */
    bool takes_its_time; /* ... which lasts as long as it did */
    uint32_t thread;     /* index, JAM_SIM_NONE = none yet */
    uint32_t next;       /* in a list of those that wait for the same */
    uint64_t now;        /* simulated time */
    uint64_t seen;       /* recorded time up to which it is done */
    uint64_t due;        /* simulated time of `event` */
    uint64_t requested;  /* simulated time since which it waits for a lock, 0 = does not */
    struct jam_sim_held *held;
    size_t held_count, held_capacity;
};

struct jam_sim_queue {
    uint32_t first, last; /* lanes; JAM_SIM_NONE = empty */
};

struct jam_sim_lock {
    uint32_t writers, readers; /* who has it */
    struct jam_sim_queue queue;
};

struct jam_sim_thread {
    size_t next_wake;
    bool is_created, has_ended;
    uint64_t created, ended;      /* simulated */
    struct jam_sim_queue waiting; /* lanes that wait for its creation or for its end */
};

struct jam_sim_wake {
    uint64_t time; /* when everybody had come */
    uint32_t left; /* who has to come until then */
    struct jam_sim_queue waiting;
};

struct jam_sim {
    const struct jam_whatif_plan *plan;
    const struct jam_whatif_source *source;
    const struct jam_whatif_change *change;
    const struct jam_whatif_span *span;
    struct jam_whatif_result *result;
    struct jam_sim_lane *lanes;
    struct jam_sim_lock *locks;
    struct jam_sim_thread *threads;
    struct jam_sim_wake *wakes;
    uint32_t *heap;
    size_t heap_count;
    uint64_t lock_handover, wake_handover;
    uint64_t clock; /* of the step that was made last */
};

void jam_sim_heap_push(struct jam_sim *sim, uint32_t lane);
/* The lane whose turn it is; the heap must not be empty. */
uint32_t jam_sim_heap_pop(struct jam_sim *sim);

/* Puts a lane at the end of a list. It must not be in the heap. */
void jam_sim_park(struct jam_sim *sim, struct jam_sim_queue *queue, uint32_t lane);

/* Takes a lane out; `before` is the one in front of it, JAM_SIM_NONE if it is the first. */
void jam_sim_unlink(struct jam_sim *sim, struct jam_sim_queue *queue, uint32_t before,
                    uint32_t lane);

/* Takes a lane out of whatever list it is parked in: looks through all of them. */
void jam_sim_free_lane(struct jam_sim *sim, uint32_t lane);

/* Lets a lane that was parked, or all of a list, do what is next, not before `when`. */
void jam_sim_resume(struct jam_sim *sim, uint32_t lane, uint64_t when);
void jam_sim_resume_all(struct jam_sim *sim, struct jam_sim_queue *queue, uint64_t when);

#endif
