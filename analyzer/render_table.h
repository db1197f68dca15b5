/*
 * Prints rows as an aligned table of at most 100 columns.
 */
#ifndef JAM_RENDER_TABLE_H
#define JAM_RENDER_TABLE_H

#include "render_rows.h"

#define JAM_TABLE_WIDTH 100

/*
 * Prints a heading and the first `count` rows; `subject` heads the last column, the names. A name
 * that does not fit loses its middle. The column that the view sorts by is shown first.
 */
void jam_table_print(const struct jam_rows *rows, size_t count, const char *subject,
                     const struct jam_report_view *view, FILE *out);

/* A number as its column prints it. */
char *jam_table_value(enum jam_column_id column, uint64_t value, char buffer[32]);

/* Copies a clean text so that it takes at most `columns`, with "..." for what is left out. */
char *jam_table_fit(const char *text, size_t columns, char *buffer, size_t size);

#endif
