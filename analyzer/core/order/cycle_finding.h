/*
 * From groups of cycles to findings.
 */
#ifndef JAM_CORE_CYCLE_FINDING_H
#define JAM_CORE_CYCLE_FINDING_H

#include "core/order/cycle_group.h"
#include "core/finding/finding.h"

struct jam_cycle_results {
    const struct jam_judge *judge;
    struct jam_groups found;    /* can happen */
    struct jam_groups dropped;  /* cannot */
    struct jam_groups upgrades; /* readers that want to write; both sorts */
    struct jam_groups rereads;  /* readers that read once more */
};

void jam_cycle_results_init(struct jam_cycle_results *results, const struct jam_judge *judge);
void jam_cycle_results_fini(struct jam_cycle_results *results);

/* Adds a finding for each group: those that can happen, then, up to a bound, the dropped ones. */
int jam_cycle_results_tell(struct jam_cycle_results *results, struct jam_findings *findings);

#endif
