/*
 * The last words of `lockjam record`, on standard error: five lines for people.
 *
 *     what was recorded, and how much of it was lost
 *     the three locks that threads waited for longest (fewer lines if there are fewer)
 *     what to type next
 */
#ifndef JAM_RECORD_SUMMARY_H
#define JAM_RECORD_SUMMARY_H

#include "record/record_traces.h"

/*
 * Prints the summary of all traces of the run, of which there is at least one. A trace that cannot be
 * read is named instead, with the reason.
 */
void jam_record_summary_print(const struct jam_record_traces *traces);

#endif
