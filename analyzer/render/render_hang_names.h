/*
 * Names, places and times of a snapshot. Texts live as long as the report, unless they are written
 * into the caller's buffer.
 */
#ifndef JAM_RENDER_HANG_NAMES_H
#define JAM_RENDER_HANG_NAMES_H

#include "render/check/render_check_wish.h"
#include "render/render_hang.h"

/* "worker (tid 17)"; an ended thread is said to be so. */
char *jam_hang_thread_text(struct jam_hang_report *report, uint32_t index, char *buffer,
                           size_t size);
const char *jam_hang_thread_name(struct jam_hang_report *report, uint32_t index);

bool jam_hang_is_daemon(const struct jam_hang_report *report, uint32_t thread);

/* What stands behind "waits": "for accounts[0].lock for reading", "at a barrier". */
const char *jam_hang_wish(struct jam_hang_report *report, const struct jam_hang_thread *thread);

/* Who has ended such waits before: see jam_check_ender_texts. */
void jam_hang_enders(struct jam_hang_report *report, const struct jam_hang_thread *thread,
                     const char *texts[JAM_ENDERS_SHOWN + 1]);

const char *jam_hang_object_name(struct jam_hang_report *report, const struct jam_lock_use *use);

/* enum jam_lock_kind, as Python knows it; 0 = without a record. */
uint16_t jam_hang_object_kind(struct jam_hang_report *report, const struct jam_lock_use *use);

/* "held by", "behind the queued writer". */
const char *jam_hang_tie_verb(const struct jam_hang *hang, const struct jam_hang_tie *tie);

/* "transfer bank.c:41". */
const char *jam_hang_place(struct jam_hang_report *report, uint32_t stack);

/* From a point in time to now, or to the end. */
uint64_t jam_hang_for_ns(const struct jam_hang_report *report, uint64_t ticks);

#endif
