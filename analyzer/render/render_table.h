/*
 * Prints rows as an aligned table of at most 100 columns.
 */
#ifndef JAM_RENDER_TABLE_H
#define JAM_RENDER_TABLE_H

#include "render/render_rows.h"

#define JAM_TABLE_WIDTH 100

struct jam_table {
    const char *subject; /* heads the last column, the names */
    bool has_holds;      /* false: what it lists is not held, so there are no columns for that */
    bool has_path;       /* false: no critical path is known, so there is no column for it */
    const struct jam_report_view *view;
};

/*
 * Prints a heading and the first `count` rows. A name that does not fit loses its middle. The
 * column that the view sorts by is shown first.
 */
void jam_table_print(const struct jam_table *table, const struct jam_rows *rows, size_t count,
                     FILE *out);

/* A number as its column prints it. */
char *jam_table_value(enum jam_column_id column, uint64_t value, char buffer[32]);

/* Copies a clean text so that it takes at most `columns`, with "..." for what is left out. */
char *jam_table_fit(const char *text, size_t columns, char *buffer, size_t size);

#endif
