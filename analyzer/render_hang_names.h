/*
 * Names, places and times of a snapshot. Texts live as long as the report, unless they are written
 * into the caller's buffer.
 */
#ifndef JAM_RENDER_HANG_NAMES_H
#define JAM_RENDER_HANG_NAMES_H

#include "render_hang.h"

/* "worker (tid 17)"; an ended thread is said to be so. */
char *jam_hang_thread_text(struct jam_hang_report *report, uint32_t index, char *buffer,
                           size_t size);
const char *jam_hang_thread_name(struct jam_hang_report *report, uint32_t index);

/* What the thread waits for: "accounts[0].lock for reading", "thread worker". */
const char *jam_hang_object(struct jam_hang_report *report, const struct jam_hang_thread *thread);
const char *jam_hang_object_name(struct jam_hang_report *report, const struct jam_lock_use *use);

/* "waits for", "waits at"; "held by", "behind the queued writer". */
const char *jam_hang_wait_verb(const struct jam_hang_thread *thread);
const char *jam_hang_tie_verb(const struct jam_hang *hang, const struct jam_hang_tie *tie);

/* "transfer bank.c:41". */
const char *jam_hang_place(struct jam_hang_report *report, uint32_t stack);

/* From a point in time to now, or to the end. */
uint64_t jam_hang_for_ns(const struct jam_hang_report *report, uint64_t ticks);

#endif
