/*
 * Who waits for whom in one process, for people and as lockjam.hang/1.
 *
 *      jam_hang_report_open   takes and judges the snapshot, names and sorts what was found
 *      jam_hang_report_text   the findings, then every thread that waits, and on whom
 *      jam_hang_report_json
 */
#ifndef JAM_RENDER_HANG_H
#define JAM_RENDER_HANG_H

#include "core/hang/hang.h"
#include "render/check/render_check.h"

struct jam_hang_report {
    struct jam_check check; /* with the findings of the snapshot only */
    struct jam_hang hang;
    bool ended_by_itself; /* then who still waits was left behind, and is no finding */
};

/*
 * Reads the trace at `path`; of a running process it takes JAM_HANG_PAUSE_NS. 0, JAM_ERROR_INPUT or
 * JAM_ERROR_SYSTEM. To be ended with jam_hang_report_close in any case.
 */
int jam_hang_report_open(struct jam_hang_report *report, const char *path, struct jam_error *error);

/* The same from a snapshot that was judged, and is now the report's; the caller's is empty then. */
int jam_hang_report_make(struct jam_hang_report *report, const char *path, struct jam_hang *hang,
                         struct jam_error *error);
void jam_hang_report_close(struct jam_hang_report *report);

/* Whether something was found that counts: what is only suspected does not. */
bool jam_hang_report_is_hang(const struct jam_hang_report *report);

void jam_hang_report_text(struct jam_hang_report *report, const struct jam_check_view *view,
                          FILE *out);
void jam_hang_report_json(struct jam_hang_report *report, FILE *out);

#endif
