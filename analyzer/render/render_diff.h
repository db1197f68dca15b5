/*
 * Two reports, compared and shown.
 */
#ifndef JAM_RENDER_DIFF_H
#define JAM_RENDER_DIFF_H

#include "core/contention/diff.h"
#include "render/render_report.h"

struct jam_diff_view {
    double percent;      /* smaller changes are none */
    double fail_percent; /* --fail-on-regression, negative = not asked for */
    uint64_t limit;      /* classes shown, 0 = all */
    bool is_verbose;     /* also what is the same */
    bool is_color;
    struct jam_report *old;
    struct jam_report *new;
};

/* Fills the diff from both reports and judges it. 0, or -1 without memory. */
int jam_diff_reports(struct jam_diff *diff, const struct jam_diff_view *view);

void jam_diff_text(const struct jam_diff *diff, const struct jam_diff_view *view, FILE *out);
void jam_diff_json(const struct jam_diff *diff, const struct jam_diff_view *view, FILE *out);

#endif
