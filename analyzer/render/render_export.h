/*
 * The facts of a report in the forms of other tools.
 *
 *      pprof       render_pprof.c       gzipped profile: contentions and delay by call stack
 *      collapsed   render_collapsed.c   a line a call stack, for flame graph tools
 *      perfetto    render_perfetto.c    who did what when, with arrows from waiter to blocker
 *      csv         render_csv.c         one table
 *      sqlite      render_sqlite.c      all tables and views, see docs/sqlite.md
 *
 * Each writes to a stream, whose errors are the caller's to check, and returns 0 or a negative
 * enum jam_error_code with the reason in *error.
 */
#ifndef JAM_RENDER_EXPORT_H
#define JAM_RENDER_EXPORT_H

#include "render/render_report.h"

/* Whose call stacks carry the time of a wait. */
enum jam_side {
    JAM_SIDE_WAITER,  /* who waited */
    JAM_SIDE_BLOCKER, /* who held the lock meanwhile, or woke the waiter */
};

struct jam_export_view {
    enum jam_side side; /* pprof, collapsed */
    bool is_everything; /* pprof, collapsed: also conditions, semaphores, barriers and joins */
    const char *table;  /* csv: name of a table or view */
};

int jam_export_pprof(struct jam_report *report, const struct jam_export_view *view, FILE *out,
                     struct jam_error *error);
int jam_export_collapsed(struct jam_report *report, const struct jam_export_view *view, FILE *out,
                         struct jam_error *error);
int jam_export_perfetto(struct jam_report *report, const struct jam_export_view *view, FILE *out,
                        struct jam_error *error);
int jam_export_csv(struct jam_report *report, const struct jam_export_view *view, FILE *out,
                   struct jam_error *error);
int jam_export_sqlite(struct jam_report *report, const struct jam_export_view *view, FILE *out,
                      struct jam_error *error);

#endif
