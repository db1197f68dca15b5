/*
 * The report as one HTML file that needs nothing else: no network, no other file.
 *
 * The page is analyzer/html/page.html, in which the lines "@style@", "@data@" and "@scripts@" are
 * replaced by the style sheet, by the data of the report (render_html_data.h), and by D3 and the
 * scripts of analyzer/html. What the data says is only ever put into the page as text, and a
 * content security policy forbids it to load anything.
 */
#ifndef JAM_RENDER_HTML_H
#define JAM_RENDER_HTML_H

#include "render/check/render_check.h"

/*
 * The check has been judged: its findings and the lock-order graph are part of the page. 0, or
 * JAM_ERROR_SYSTEM when memory is short; errors of the stream are the caller's to check.
 */
int jam_report_html(struct jam_check *check, FILE *out, struct jam_error *error);

#endif
