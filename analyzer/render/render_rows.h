/*
 * The rows of a report's tables, by what they are about.
 */
#ifndef JAM_RENDER_ROWS_H
#define JAM_RENDER_ROWS_H

#include "core/lock_kind.h"
#include "render/render_report.h"

/* Names of rows belong to the report. */
struct jam_rows {
    struct jam_row *rows;
    size_t count, capacity;
    struct jam_map by_name; /* merged tables: name to row */
};

void jam_rows_fini(struct jam_rows *rows);

/*
 * Makes and sorts the rows of a table. `section` chooses the kinds of locks, JAM_SECTIONS means
 * all; tables of threads ignore it. Locks without any activity are left out. In tables of locks,
 * only sorting by name looks all names up; otherwise names are NULL until jam_rows_name_locks.
 */
int jam_rows_make(struct jam_rows *rows, struct jam_report *report, enum jam_lock_section section,
                  const struct jam_report_view *view);

/*
 * Names the first `count` locks of a table. Names that several of them bear get the lock's id
 * behind them, and with several traces the pid, so that lines can be told apart.
 */
void jam_rows_name_locks(struct jam_rows *rows, struct jam_report *report, size_t count);

#endif
