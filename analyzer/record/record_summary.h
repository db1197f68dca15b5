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
 * Prints the summary of all traces of the run; `program` is the command as the user typed it.
 * A trace that cannot be read is named instead, with the reason. Without any trace it says so, and
 * why that may be.
 */
void jam_record_summary_print(const struct jam_record_traces *traces, const char *program);

#endif
