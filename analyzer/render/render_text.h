/*
 * The parts of the text report, for each other: render_text.c has the frame and the tables,
 * render_details.c what stands below them.
 */
#ifndef JAM_RENDER_TEXT_H
#define JAM_RENDER_TEXT_H

#include "render/render_report.h"

/* What all parts of the text need. */
struct jam_text {
    struct jam_report *report;
    const struct jam_report_view *view;
    FILE *out;
};

/* Words for the tables of one section. */
struct jam_section_words {
    const char *title;
    const char *subject;
    const char *waits;   /* what the waiter does */
    const char *blocks;  /* what the other does; NULL = nobody is to blame */
    const char *blocker; /* what the other is called */
};

/*
 * Prints one lock: its share of `total_ns`, the waiting of its table, then the call sites that
 * waited and below each who made it wait.
 */
void jam_text_lock(const struct jam_text *text, const struct jam_row *row, uint64_t total_ns,
                   const struct jam_section_words *words);

/*
 * Prints the threads that were still blocked when the trace ended, if there are any. They come
 * before everything else if it looks like a hang (`is_hang`: a thread waited for a lock for more
 * than a second), else last: the caller calls it at both places.
 */
void jam_text_waiting(const struct jam_text *text, bool is_hang);

/*
 * Prints which locks the critical path leads through, and says so if that is not where most of the
 * waiting is. `is_trifle`: the reader knows that there is next to no waiting.
 */
void jam_text_path(const struct jam_text *text, bool is_trifle);

/* Prints whether Python's GIL holds the threads up, for each process with threads that use one. */
void jam_text_gils(const struct jam_text *text);

/* Prints the patterns that were found, with what they mean. */
void jam_text_shapes(const struct jam_text *text);

/* Whether a critical path of any process is known. */
bool jam_text_has_path(const struct jam_report *report);

/* Whether a part is below one percent: too little to be broken down. */
bool jam_text_is_trifle(uint64_t part, uint64_t whole);

#endif
