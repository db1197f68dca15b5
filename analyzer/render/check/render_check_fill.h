/*
 * Sentences about findings, from templates: {names} in them become the threads, locks and places of
 * the finding. See the list in the source.
 */
#ifndef JAM_RENDER_CHECK_FILL_H
#define JAM_RENDER_CHECK_FILL_H

#include "render/check/render_check.h"

/* The sentence lives as long as the check. What is in braces and no field stays as it is. */
const char *jam_check_fill(struct jam_check *check, const struct jam_finding *finding,
                           const char *sentence);

#endif
