/*
 * Feeds a trace to the simulation of a changed run.
 */
#ifndef JAM_TRACE_WHATIF_H
#define JAM_TRACE_WHATIF_H

#include "core/contention/whatif.h"
#include "trace/trace_facts.h"

/* What shall be different, by ids of the trace. */
struct jam_trace_whatif {
    const struct jam_map *locks;     /* ids of the changed locks */
    struct jam_whatif_change change; /* is_changed is filled in here */
};

struct jam_trace_prediction {
    struct jam_whatif_result same;    /* the run as it was */
    struct jam_whatif_result changed; /* ... and with the change */
    uint64_t recorded_ticks;
};

/*
 * Replays the trace once and simulates it twice. 0; JAM_ERROR_INPUT if the trace does not have every
 * acquire and release of the run, with a text that says how to record them; JAM_ERROR_SYSTEM without
 * memory.
 */
int jam_trace_predict(struct jam_trace *trace, const struct jam_facts *facts,
                      const struct jam_trace_whatif *whatif,
                      struct jam_trace_prediction *prediction, struct jam_error *error);

#endif
