/*
 * The data of an HTML report: one JSON object, which analyzer/html/data.js decodes.
 *
 * Everything that repeats is written once and then meant by its position: texts, frames, stacks,
 * locks, threads. Lists of records are lists of lists, their fields in the order that the row
 * tables of data.js name. Times are nanoseconds.
 *
 * SEAM. The object's parts are the rows of a table in render_html_data.c: a name and a function
 * that writes the value. The page shows a view for a part only if the part is there, so another
 * analysis becomes visible by a row there and a view registered in analyzer/html; nothing stands in
 * the page for what is not.
 */
#ifndef JAM_RENDER_HTML_DATA_H
#define JAM_RENDER_HTML_DATA_H

#include "render/check/render_check.h"

/*
 * The check has been judged. 0, or JAM_ERROR_SYSTEM when memory is short; errors of the stream are
 * the caller's to check.
 */
int jam_html_data(struct jam_check *check, FILE *out, struct jam_error *error);

#endif
