/*
 * What an object, a call site or a class of objects cost: the sums that every view of a report is
 * made of.
 */
#ifndef JAM_CORE_TOTALS_H
#define JAM_CORE_TOTALS_H

#include <stdint.h>

#include "core/timebase.h"
#include "trace_format.h"

struct jam_totals {
    uint64_t acquisitions;
    uint64_t contended; /* acquisitions that had to wait */
    uint64_t try_failures;
    uint64_t timeouts;
    uint64_t failures;
    uint64_t releases; /* completed holds */
    uint64_t wait_ns;
    uint64_t wait_max_ns;
    uint64_t hold_ns;
    uint64_t hold_max_ns;
    uint64_t holds_contended;   /* of the releases: somebody waited for the lock then */
    uint64_t hold_contended_ns; /* of hold_ns: sum of these holds */
    uint64_t critical_ns;       /* on the critical path; 0 also if there is none */
};

#define JAM_SHARE_WHOLE 10000 /* shares are counted in hundredths of a percent */

/* Counts by power of two of ticks; see jam_timebase_bucket_ns. */
struct jam_spread {
    uint64_t count[JAM_HISTOGRAM_BUCKETS];
};

/* Adds the sums and keeps the larger maxima. */
void jam_totals_add(struct jam_totals *totals, const struct jam_totals *more);

/* A site of a trace as totals; `waits` is NULL if there are none. */
void jam_totals_from_site(struct jam_totals *totals, const struct jam_site *site,
                          const struct jam_wait_totals *waits, const struct jam_timebase *base);

/*
 * A duration that so many percent of what was counted stay below: the upper end of its bucket, in
 * nanoseconds, 0 if nothing was counted. Buckets double, so it is at most twice the true value;
 * UINT64_MAX in the last one, which has no end.
 */
uint64_t jam_spread_percentile_ns(const struct jam_spread *spread, const struct jam_timebase *base,
                                  unsigned percent);

void jam_spread_add(struct jam_spread *spread, const struct jam_histogram *histogram);

/*
 * The holds of a site. A site with one hold keeps no histogram: the one hold is its sum.
 * `histogram` is NULL if it has none.
 */
void jam_spread_add_holds(struct jam_spread *spread, const struct jam_site *site,
                          const struct jam_histogram *histogram);

#endif
