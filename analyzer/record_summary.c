/* Prints the summary of a run on standard error. */
#include "record_summary.h"

#include <stdio.h>

#include "record_silence.h"

static void print_next(const struct jam_record_traces *traces)
{
    fprintf(stderr, "lockjam: see what they cost: lockjam report");
    for (size_t i = 0; i < traces->count; i++)
        fprintf(stderr, " %s", traces->list[i].path);
    fputc('\n', stderr);
}

void jam_record_summary_print(const struct jam_record_traces *traces, const char *program)
{
    if (traces->count == 0) {
        fprintf(stderr, "lockjam: no trace: %s: %s\n", program, jam_record_silence_reason(program));
        return;
    }
    print_next(traces);
}
