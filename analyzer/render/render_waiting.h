/*
 * Threads that were blocked when the trace ended: their waits are in no sum, because sums are made
 * when a wait is over. In a program that hangs, they are what matters.
 */
#ifndef JAM_RENDER_WAITING_H
#define JAM_RENDER_WAITING_H

#include "render/render_report.h"

struct jam_waiting {
    size_t process;
    uint32_t thread; /* id */
    uint32_t tid;
    uint32_t lock;   /* index into contention.locks, JAM_MAP_NONE = without a record */
    uint32_t stack;  /* stack_ref */
    uint64_t for_ns; /* up to the end of the trace */
};

struct jam_waitings {
    struct jam_waiting *items; /* longest first */
    size_t count, capacity;
};

/* 0, or -1 without memory; to be ended with jam_waitings_fini in any case. */
int jam_waitings_init(struct jam_waitings *waitings, const struct jam_report *report);
void jam_waitings_fini(struct jam_waitings *waitings);

/* A thread that holds what another one waits for. */
struct jam_holder {
    uint32_t thread, tid;
    uint32_t stack; /* stack_ref of its acquire */
};

/*
 * Stores up to `room` threads that hold the lock of the wait, and returns how many there are. None
 * for what is not held: conditions, semaphores, threads to be joined.
 */
size_t jam_waiting_holders(const struct jam_report *report, const struct jam_waiting *waiting,
                           struct jam_holder *holders, size_t room);

/* The name of a thread of that id, clean; "thread" if it has none. */
char *jam_waiting_thread_name(const struct jam_report *report, size_t process, uint32_t thread,
                              char *buffer, size_t size);

#endif
