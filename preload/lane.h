/*
 * The pool of lanes (see thread.h): which there are, who gets one, and when it is used again.
 *
 * There is no thread-exit handler, because none comes last: destructors of thread-specific data
 * may still lock. A lane whose thread has left its start routine is "ending"; it is handed on only
 * when the thread was joined, or the kernel says that it is gone. One whose thread ended with locks
 * is kept, for those who wait for them.
 */
#ifndef JAM_LANE_H
#define JAM_LANE_H

#include <stdbool.h>
#include <stdint.h>
#include "thread.h"

/* --- looking; without a lock --- */

/* All lanes ever made: number 1..jam_lane_count(). */
uint32_t jam_lane_count(void);
struct jam_lane *jam_lane_at(uint32_t number);

/* The lane that serves the kernel thread `tid` now, or NULL. */
struct jam_lane *jam_lane_of(uint32_t tid);

/* --- taking and giving back; under the growth lock --- */

/* A lane for a thread that runs: one that is free again, or a new one. NULL: no space. */
struct jam_thread *jam_lane_take(void);

/* A new lane for a thread that is gone but holds locks. NULL: no space, or too many of them. */
struct jam_thread *jam_lane_take_ended(void);

/* It serves the thread of this record and this id from now on. */
void jam_lane_assign(struct jam_thread *thread, struct jam_thread_record *record, uint32_t tid);

/* Its thread is about to end: the lane is looked at when somebody needs one. */
void jam_lane_end(struct jam_thread *thread);

/* --- without a lock --- */

/* pthread_join has answered for the thread: it runs no more, so that its lane can be used again. */
void jam_lane_joined(const struct jam_thread_record *record);

/* Enlarge the calling thread's held list. False: no space. */
bool jam_lane_grow_held(struct jam_thread *self);

#endif
