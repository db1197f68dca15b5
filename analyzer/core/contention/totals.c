/* Saturating sums over sites. */
#include "core/contention/totals.h"

#include "util/saturate.h"

void jam_totals_add(struct jam_totals *totals, const struct jam_totals *more)
{
    jam_saturate_add(&totals->acquisitions, more->acquisitions);
    jam_saturate_add(&totals->contended, more->contended);
    jam_saturate_add(&totals->try_failures, more->try_failures);
    jam_saturate_add(&totals->timeouts, more->timeouts);
    jam_saturate_add(&totals->failures, more->failures);
    jam_saturate_add(&totals->releases, more->releases);
    jam_saturate_add(&totals->wait_ns, more->wait_ns);
    jam_saturate_add(&totals->hold_ns, more->hold_ns);
    jam_saturate_add(&totals->holds_contended, more->holds_contended);
    jam_saturate_add(&totals->hold_contended_ns, more->hold_contended_ns);
    jam_saturate_add(&totals->critical_ns, more->critical_ns);
    jam_saturate_max(&totals->wait_max_ns, more->wait_max_ns);
    jam_saturate_max(&totals->hold_max_ns, more->hold_max_ns);
}

void jam_totals_from_site(struct jam_totals *totals, const struct jam_site *site,
                          const struct jam_wait_totals *waits, const struct jam_timebase *base)
{
    *totals = (struct jam_totals){
        .acquisitions = site->acquisitions,
        .releases = site->releases,
        .hold_ns = jam_timebase_duration_ns(base, site->hold_ticks),
        .hold_max_ns = jam_timebase_duration_ns(base, site->hold_max_ticks),
    };
    if (!waits)
        return;
    totals->contended = waits->contended;
    totals->try_failures = waits->try_failures;
    totals->timeouts = waits->timeouts;
    totals->failures = waits->failures;
    totals->wait_ns = jam_timebase_duration_ns(base, waits->wait_ticks);
    totals->wait_max_ns = jam_timebase_duration_ns(base, waits->wait_max_ticks);
    totals->holds_contended = waits->holds_contended;
    totals->hold_contended_ns = jam_timebase_duration_ns(base, waits->hold_contended_ticks);
}

void jam_spread_add(struct jam_spread *spread, const struct jam_histogram *histogram)
{
    for (unsigned i = 0; i < JAM_HISTOGRAM_BUCKETS; i++)
        jam_saturate_add(&spread->count[i], histogram->count[i]);
}

void jam_spread_add_holds(struct jam_spread *spread, const struct jam_site *site,
                          const struct jam_histogram *histogram)
{
    if (histogram)
        jam_spread_add(spread, histogram);
    else if (site->releases == 1)
        jam_saturate_add(&spread->count[jam_timebase_bucket_of(site->hold_ticks)], 1);
}

uint64_t jam_spread_percentile_ns(const struct jam_spread *spread, const struct jam_timebase *base,
                                  unsigned percent)
{
    uint64_t all = 0;
    uint64_t seen = 0;
    for (unsigned i = 0; i < JAM_HISTOGRAM_BUCKETS; i++)
        jam_saturate_add(&all, spread->count[i]);
    for (unsigned i = 0; all && i < JAM_HISTOGRAM_BUCKETS; i++) {
        jam_saturate_add(&seen, spread->count[i]);
        if (seen >= all - (uint64_t)((unsigned __int128)all * (100 - percent) / 100))
            return jam_timebase_bucket_ns(base, i);
    }
    return 0;
}
