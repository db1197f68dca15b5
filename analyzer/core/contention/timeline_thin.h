/*
 * A timeline small enough to be drawn: the longest slices, and how dense the others were.
 *
 * A run may have millions of waits, of which a picture can show some thousand. The longest are kept
 * as they are; time is cut into equal buckets, and what is left out is summed by thread and bucket,
 * so that a thread that waits often and briefly does not look as if it ran.
 */
#ifndef JAM_CORE_TIMELINE_THIN_H
#define JAM_CORE_TIMELINE_THIN_H

#include "core/contention/timeline.h"

struct jam_density {
    uint32_t thread;
    uint32_t bucket; /* times bucket_ns gives its begin */
    uint64_t wait_ns;
    uint64_t hold_ns; /* may exceed the bucket: a thread can hold several locks */
};

struct jam_timeline_thin {
    uint32_t
        *numbers; /* of each slice: its position among those that are kept, or JAM_SLICE_NONE */
    size_t kept_count;
    size_t left_out_count;
    uint64_t bucket_ns;
    struct jam_density *densities; /* in no order that counts */
    size_t density_count, density_capacity;
};

/*
 * Keeps `limit` slices of a finished timeline, and those that ended them. 0, or -1 when memory is short; to be ended
 * with jam_timeline_thin_fini in any case.
 */
int jam_timeline_thin_init(struct jam_timeline_thin *thin, const struct jam_timeline *timeline,
                           size_t limit, uint64_t duration_ns);
void jam_timeline_thin_fini(struct jam_timeline_thin *thin);

#endif
