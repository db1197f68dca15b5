/*
 * Threads by role, and what each waited for.
 *
 * A role is what threads of one kind have in common: the function that they start in; where that is
 * unknown, their name without the number that tells them apart ("worker-3" plays "worker-").
 */
#ifndef JAM_RENDER_ROLE_H
#define JAM_RENDER_ROLE_H

#include <jansson.h>

#include "render/render_report.h"

/* The name of a thread's role; it lives as long as the report. */
const char *jam_role_name(struct jam_report *report, const struct jam_contention_thread *thread);

/*
 * The name of a thread for a text, "thread" if it has none. Threads that nobody has named are
 * called like the program: behind such a name stands the function that they start in, "db (flush)",
 * unless it is unknown or the interpreter's.
 */
char *jam_role_thread_label(struct jam_report *report, size_t process, uint32_t thread,
                            char *buffer, size_t size);

/*
 * What a thread waited for, and made others wait for, by lock: an array for JSON, longest wait
 * first. Empty without events.
 */
json_t *jam_role_waits_json(struct jam_report *report, const struct jam_contention_thread *thread);

#endif
