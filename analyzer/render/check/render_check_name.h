/*
 * Names and places of what a finding is about.
 *
 * All texts that are returned live as long as the check.
 */
#ifndef JAM_RENDER_CHECK_NAME_H
#define JAM_RENDER_CHECK_NAME_H

#include "render/check/render_check.h"

/* The record of a lock, NULL if the trace has none (misuse of what never was a lock). */
const struct jam_contention_lock *jam_check_lock(const struct jam_check *check,
                                                 const struct jam_finding *finding,
                                                 const struct jam_lock_use *use);

/*
 * "accounts[3].lock"; the class, if the record serves another object by now. Two locks of one cycle
 * that have the same name are told apart by their ids.
 */
const char *jam_check_lock_name(struct jam_check *check, const struct jam_finding *finding,
                                const struct jam_lock_use *use);

/*
 * The lock without what tells instances apart: "accounts[].lock", or "mutex created at open db.c".
 * No line numbers: it stands in files that are kept for months.
 */
const char *jam_check_class_name(struct jam_check *check, const struct jam_finding *finding,
                                 const struct jam_lock_use *use);

/* The name alone, "thread" without one; tid 0 = unknown: the record was reused. */
const char *jam_check_thread_name(struct jam_check *check, const struct jam_finding *finding,
                                  uint32_t thread);

/* The same for a text: see jam_role_thread_label. */
const char *jam_check_thread_label(struct jam_check *check, const struct jam_finding *finding,
                                   uint32_t thread);
uint32_t jam_check_tid(const struct jam_check *check, const struct jam_finding *finding,
                       uint32_t thread);

/* A thread that Python does not wait for. */
bool jam_check_is_daemon(const struct jam_check *check, const struct jam_finding *finding,
                         uint32_t thread);

/* "transfer bank.c:41": the call site of a stack. */
const char *jam_check_place(struct jam_check *check, const struct jam_finding *finding,
                            uint32_t stack);

/* What of the finding is where, however its detector told it: edges or subject and other. */
struct jam_check_story {
    uint32_t thread, other_thread;
    struct jam_lock_use subject, other;
};
struct jam_check_story jam_check_story(const struct jam_finding *finding);

/*
 * Frames of a stack that people care about: without the plumbing inside, the start of the thread
 * outside, and the interpreter between the frames of a Python program. Innermost first; they live
 * as long as the check.
 */
struct jam_frame_list jam_check_frames(struct jam_check *check, const struct jam_finding *finding,
                                       uint32_t stack);
void jam_check_frames_fini(struct jam_check *check);

/* Keeps a text; "(no memory)" without. */
const char *jam_check_keep(struct jam_check *check, const char *text);

#endif
