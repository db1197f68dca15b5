/*
 * A progress bar on standard error for work that takes longer than two seconds.
 *
 * Shows nothing unless standard error is a terminal, and leaves nothing behind.
 */
#ifndef JAM_UTIL_PROGRESS_H
#define JAM_UTIL_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

struct jam_progress {
    const char *what; /* "events" */
    uint64_t total, done;
    uint64_t next_check; /* `done` at which the clock is asked again */
    uint64_t next_ns;    /* when to draw next */
    bool is_possible, is_drawn;
};

struct jam_progress jam_progress_start(const char *what, uint64_t total);

/* So much more is done. Costs a comparison most of the time. */
void jam_progress_step(struct jam_progress *progress, uint64_t amount);

/* Wipes the bar. */
void jam_progress_end(struct jam_progress *progress);

#endif
