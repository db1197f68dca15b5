/* The list of detectors. */
#include "trace/trace_detectors.h"

#include "trace/trace_hang.h"
#include "trace/trace_livelock.h"
#include "trace/trace_lock_order.h"
#include "trace/trace_misuse.h"
#include "trace/trace_shapes.h"

typedef int (*feed_fn)(struct jam_trace *, const struct jam_facts *, struct jam_findings *,
                       struct jam_error *);

static const feed_fn detectors[] = {
    jam_trace_feed_lock_order, jam_trace_feed_hang,   jam_trace_feed_livelock,
    jam_trace_feed_misuse,     jam_trace_feed_shapes, NULL,
};

int jam_trace_detect(struct jam_trace *trace, const struct jam_facts *facts, uint32_t process,
                     struct jam_findings *findings, struct jam_error *error)
{
    size_t first = findings->count;
    int status = 0;
    for (const feed_fn *feed = detectors; !status && *feed; feed++)
        status = (*feed)(trace, facts, findings, error);
    for (size_t i = first; i < findings->count; i++)
        findings->list[i].process = process;
    return status;
}
