/*
 * Places in the source tree, as code scanning services and servers want them: paths relative to the
 * folder in which `check` runs.
 */
#ifndef JAM_RENDER_CHECK_PLACE_H
#define JAM_RENDER_CHECK_PLACE_H

#include "render/check/render_check.h"

#define JAM_CHECK_URI_BYTES 4096

struct jam_check_source {
    char uri[JAM_CHECK_URI_BYTES]; /* percent-encoded; never empty */
    bool is_relative;              /* to the source tree; else a file elsewhere */
    unsigned line;                 /* 0 = unknown */
    const char *function;          /* NULL = unknown */
};

/*
 * The place of a frame. A path is relative if the compiler recorded it so (leading "./" and "../"
 * are taken off), or if it lies in the current folder. A frame without a file has the base name of
 * its module.
 */
void jam_check_frame_source(struct jam_check *check, const struct jam_symbol_frame *frame,
                            struct jam_check_source *source);

/* The place of a stack: its innermost frame in the source tree, else its call site. */
void jam_check_source(struct jam_check *check, const struct jam_finding *finding, uint32_t stack,
                      struct jam_check_source *source);

/* In the source tree first, then by path and line. */
int jam_check_source_compare(const struct jam_check_source *a, const struct jam_check_source *b);

#endif
