/*
 * Waiting time by lock and call stack, seen from one side: what profiles and flame graphs show.
 */
#ifndef JAM_RENDER_SAMPLES_H
#define JAM_RENDER_SAMPLES_H

#include "render/render_export.h"

struct jam_sample {
    size_t lock;    /* index into contention.locks */
    uint32_t stack; /* stack_ref; 0 = unknown blocker */
    uint64_t count; /* waits */
    uint64_t wait_ns;
};

struct jam_samples {
    struct jam_sample *items; /* longest wait first */
    size_t count, capacity;
    struct jam_map by_stack;
};

/* 0, or -1 when memory is short; to be ended with jam_samples_fini in any case. */
int jam_samples_init(struct jam_samples *samples, const struct jam_report *report,
                     const struct jam_export_view *view);
void jam_samples_fini(struct jam_samples *samples);

#endif
