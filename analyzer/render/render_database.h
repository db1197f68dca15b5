/*
 * A report as an SQLite database in memory; analyzer/sql/schema.sql is its schema.
 */
#ifndef JAM_RENDER_DATABASE_H
#define JAM_RENDER_DATABASE_H

#include <sqlite3.h>

#include "render/render_report.h"

/*
 * Builds the database, to be closed with sqlite3_close in any case. Returns 0, or JAM_ERROR_SYSTEM
 * with SQLite's reason.
 */
int jam_database_make(sqlite3 **database, struct jam_report *report, struct jam_error *error);

/* What SQLite complains about; returns JAM_ERROR_SYSTEM. */
int jam_database_fail(sqlite3 *database, struct jam_error *error);

#endif
