/*
 * What a trace says about its process: who it was, how long it ran, how it ended, what was lost.
 */
#ifndef JAM_TRACE_FACTS_H
#define JAM_TRACE_FACTS_H

#include "core/timebase.h"
#include "trace/trace_file.h"

struct jam_facts {
    uint32_t pid;
    uint32_t end_kind;  /* enum jam_end */
    uint32_t end_value; /* exit status or signal */
    bool is_running;    /* it still runs on this machine */
    char *executable;   /* absolute path; "" if the trace does not say */
    char **arguments;
    size_t argument_count;
    size_t argument_capacity;
    struct jam_timebase base;
    uint64_t
        duration_ns; /* from the session's start to the end, to now, or to the last sign of life */
    uint64_t start_realtime_ns;
    uint64_t trace_bytes;
    uint64_t threads;             /* all that ever ran */
    uint64_t retired_lifetime_ns; /* of threads whose records were reused */
    uint64_t lost[JAM_LOSS_KINDS];
    uint64_t events; /* kept in the rings */
};

/* Fills facts, which is to be ended with jam_facts_fini also after a failure (JAM_ERROR_SYSTEM). */
int jam_facts_init(struct jam_facts *facts, struct jam_trace *trace, struct jam_error *error);
void jam_facts_fini(struct jam_facts *facts);

/*
 * What the program was called by, without folders, for headings: some are one file under many
 * names. "program" if the trace does not say.
 */
const char *jam_facts_program(const struct jam_facts *facts);

/* What a loss means, as in "12 events overwritten"; one text per enum jam_loss. */
const char *jam_facts_loss_text(unsigned loss);

/* The sum of what was lost of what the totals count: everything but the deliberate (folded). */
uint64_t jam_facts_lost(const struct jam_facts *facts);

#endif
