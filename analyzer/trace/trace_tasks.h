/*
 * The kernel's view of a running process: which threads exist, and which of them sleep. Read from
 * /proc without stopping anybody.
 */
#ifndef JAM_TRACE_TASKS_H
#define JAM_TRACE_TASKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct jam_task {
    uint32_t tid;
    bool is_dead;   /* a zombie: the main thread after its pthread_exit */
    bool is_asleep; /* in the kernel, in a futex wait as far as we may see which call it is */
};

struct jam_tasks {
    struct jam_task *list; /* by tid */
    size_t count, capacity;
    bool has_handlers; /* the process catches signals that somebody may send: not only faults, and
                          not those that libc keeps for itself, nor SIGINT */
    bool catches_interrupt; /* it catches SIGINT */
};

/* 0; -1 if there is no such process (any more) or no memory. To be ended in any case. */
int jam_tasks_init(struct jam_tasks *tasks, uint32_t pid);
void jam_tasks_fini(struct jam_tasks *tasks);

/* NULL if there is no such thread. */
const struct jam_task *jam_tasks_find(const struct jam_tasks *tasks, uint32_t tid);

#endif
