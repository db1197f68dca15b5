/*
 * Threads by role, and what each waited for.
 *
 * A role is what threads of one kind have in common: the function that they start in; where that is
 * unknown, their name without the number that tells them apart ("worker-3" plays "worker-").
 */
#ifndef JAM_RENDER_ROLE_H
#define JAM_RENDER_ROLE_H

#include <jansson.h>

#include "render_report.h"

/* The name of a thread's role; it lives as long as the report. */
const char *jam_role_name(struct jam_report *report, const struct jam_contention_thread *thread);

/*
 * What a thread waited for, and made others wait for, by lock: an array for JSON, longest wait
 * first. Empty without events.
 */
json_t *jam_role_waits_json(struct jam_report *report, const struct jam_contention_thread *thread);

#endif
