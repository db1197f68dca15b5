/*
 * What locks and call sites are called in reports.
 *
 * A lock's name, best first: what the target called it; the variable it is (`accounts[3].lock`, `Pool::mu`); the thread, for
 * a join; what Python code assigned it to; else its kind and where it was created or first used. A lock's class is named by the
 * place alone, so that it is the same in every run of a program.
 *
 * All functions write a clean C string (see jam_human_clean) and return the buffer.
 */
#ifndef JAM_RENDER_NAME_H
#define JAM_RENDER_NAME_H

#include "core/contention/contention.h"
#include "render/render_frames.h"

#define JAM_NAME_TEXT_BYTES 512

/* "transfer bank.c:41": short name, base name of the file; "libx.so+0x1234" if that is all. */
char *jam_name_frame(const struct jam_symbol_frame *frame, char buffer[JAM_NAME_TEXT_BYTES]);

/* The call site of a stack as above; "(unknown)" for no stack. */
char *jam_name_site(struct jam_frames *frames, uint32_t stack_ref,
                    char buffer[JAM_NAME_TEXT_BYTES]);

/* The name of a lock, as said above. */
char *jam_name_lock(struct jam_frames *frames, struct jam_trace *trace,
                    const struct jam_contention_lock *lock, char buffer[JAM_NAME_TEXT_BYTES]);

/* "mutex created at main bank.c:12" or "mutex first used at transfer bank.c:41". */
char *jam_name_class(struct jam_frames *frames, const struct jam_contention_lock *lock,
                     char buffer[JAM_NAME_TEXT_BYTES]);

/*
 * Names that survive a rebuild: without lines, addresses and array indices. A class is its variable
 * with the indices left out ("accounts[].mutex"), else "mutex created in FUNCTION"; a call site is
 * its function and that one's caller.
 */
char *jam_name_class_stable(struct jam_frames *frames, struct jam_trace *trace,
                            const struct jam_contention_lock *lock,
                            char buffer[JAM_NAME_TEXT_BYTES]);
char *jam_name_site_stable(struct jam_frames *frames, uint32_t stack_ref,
                           char buffer[JAM_NAME_TEXT_BYTES]);

/* One for each interpreter; hardly any process has two. */
#define JAM_NAME_OF_GIL "the GIL"

#endif
