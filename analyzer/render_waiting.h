/*
 * Threads that were blocked when the trace ended: their waits are in no sum, because sums are made
 * when a wait is over. In a program that hangs, they are what matters.
 */
#ifndef JAM_RENDER_WAITING_H
#define JAM_RENDER_WAITING_H

#include "render_report.h"

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

/* The name of the thread, clean; "thread" if it has none. */
char *jam_waiting_thread_name(const struct jam_report *report, const struct jam_waiting *waiting,
                              char *buffer, size_t size);

#endif
