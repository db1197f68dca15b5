/*
 * A report: one or more traces, read, summed and ready to be shown.
 *
 *      jam_report_open   reads the traces and sums them
 *      jam_report_text   for people           render_text.c
 *      jam_report_json   lockjam.report/1     render_json.c
 *      jam_report_html   a page               render_html.h
 *
 * Names are looked up when they are first asked for: a report that shows ten locks opens the
 * debug information of the modules in their stacks and nothing else.
 */
#ifndef JAM_RENDER_REPORT_H
#define JAM_RENDER_REPORT_H

#include <stdbool.h>
#include <stdio.h>

#include "core/contention/column.h"
#include "core/contention/contention.h"
#include "core/contention/shape.h"
#include "render/render_frames.h"
#include "trace/trace_facts.h"
#include "util/intern.h"

struct jam_report_process {
    struct jam_trace *trace;
    struct jam_facts facts;
    struct jam_frames *frames;
    struct jam_run run; /* what its events tell; empty if it has none */
};

struct jam_report {
    struct jam_report_process *processes; /* same order and indices as in contention */
    size_t process_count;
    struct jam_contention contention;
    struct jam_shapes shapes; /* of all processes */
    struct jam_intern names;  /* of locks, classes and sites */
};

/* What of it is shown, and how. */
struct jam_report_view {
    enum jam_by by;
    enum jam_column_id sort;
    uint64_t limit;  /* rows per table and locks in detail, 0 = all */
    bool is_verbose; /* whole stacks */
    bool is_color;
};

/*
 * Reads `count` traces. Returns 0, JAM_ERROR_INPUT with file, offset and reason for the first one
 * that cannot be read, or JAM_ERROR_SYSTEM. To be ended with jam_report_close in any case.
 */
int jam_report_open(struct jam_report *report, char *const *paths, size_t count,
                    struct jam_error *error);

/* The same without a look at the events: no critical path, no shapes. For who reads often. */
int jam_report_open_totals(struct jam_report *report, char *const *paths, size_t count,
                           struct jam_error *error);
void jam_report_close(struct jam_report *report);

/* Names by index into contention.locks or .sites; they live as long as the report. */
const char *jam_report_lock_name(struct jam_report *report, size_t lock);
const char *jam_report_class_name(struct jam_report *report, size_t lock);
const char *jam_report_site_name(struct jam_report *report, size_t process, uint32_t stack_ref);

/* Sums over all traces. */
uint64_t jam_report_duration_ns(const struct jam_report *report); /* of the longest */
uint64_t jam_report_lost(const struct jam_report *report);

/* Write the report; errors of the stream are the caller's to check. */
void jam_report_text(struct jam_report *report, const struct jam_report_view *view, FILE *out);
void jam_report_json(struct jam_report *report, const struct jam_report_view *view, FILE *out);

/* Prints what went wrong with symbols and damaged records, one line each, for standard error. */
void jam_report_notes(const struct jam_report *report, FILE *out);

#endif
