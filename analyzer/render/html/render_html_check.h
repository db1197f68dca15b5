/*
 * What `lockjam check` and `lockjam graph` tell, as parts of the data of an HTML report.
 *
 * Both are written from a check that has been judged (jam_check_judge), in its words. Stacks are
 * numbers of jam_html_stacks, locks are positions in the part "locks", -1 = none or unknown. Names
 * come from the recorded program and may hold anything; they are escaped.
 */
#ifndef JAM_RENDER_HTML_CHECK_H
#define JAM_RENDER_HTML_CHECK_H

#include "render/check/render_check.h"
#include "render/html/render_html_stacks.h"

/*
 * Writes one object: the verdict, what was lost, and two lists of findings, those that count and
 * those that were filtered.
 *
 *      edges     threads of a cycle: what each holds, what it wants, what it holds beside
 *      parties   threads of a finding that is no cycle: what they do, and where
 */
void jam_html_findings(struct jam_check *check, struct jam_html_stacks *stacks, FILE *out);

/*
 * Writes the lock-order graph: {"by", "nodes", "edges", "grades", "filters"}, an edge is [from, to, count, is direct,
 * mark, process, stack of the held lock, stack of the wanted one]. The mark of an edge on a cycle is
 * a grade or, below 0, a filter; 0 = on none. 0, or JAM_ERROR_SYSTEM without memory.
 */
int jam_html_graph(struct jam_check *check, struct jam_html_stacks *stacks, FILE *out,
                   struct jam_error *error);

#endif
