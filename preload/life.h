/*
 * What hooks say about the life of threads and of the process: creation, joining, fork, unloading.
 *
 * A new thread starts in jam_life_trampoline, which notes its beginning and, by a cleanup handler,
 * its end: return, pthread_exit and cancellation all pass there. The block that carries the start
 * routine across (struct jam_life_start) is private memory and comes from a free list.
 */
#ifndef JAM_LIFE_H
#define JAM_LIFE_H

#include <sys/types.h>
#include "emit.h"

struct jam_life_start;

/*
 * A thread is about to be created by the caller. NULL: create it as it was asked for, it will be
 * seen when it first locks. Otherwise create it with jam_life_trampoline and this argument, and say
 * with jam_life_created or jam_life_not_created how that ended.
 */
struct jam_life_start *jam_life_create(const struct jam_call *call, void *(*routine)(void *),
                                       void *argument, bool is_detached);
void *jam_life_trampoline(void *start);

/* The same for a start routine of C11, which was cast to the type of jam_life_create's. */
int jam_life_trampoline_c11(void *start);

/*
 * pthread_create has answered. `record` is what jam_life_record gave before the call: the new
 * thread may have given its block back by now.
 */
struct jam_thread_record *jam_life_record(const struct jam_life_start *start);
void jam_life_created(struct jam_thread_record *record, uint64_t pthread);
void jam_life_not_created(struct jam_life_start *start);

/*
 * A join has succeeded (request is not finished yet): what the thread did lies before what its
 * joiner does from now on. `record` may be NULL.
 */
void jam_life_joined(struct jam_request *request, struct jam_thread_record *record);

/* The calling thread's start routine has ended, or it exits. */
void jam_life_ended(void);

/* Be told before each fork: to be called once. */
void jam_life_watch_forks(void);

/* This process is about to fork. */
void jam_life_forks(const struct jam_call *call);

/* This process has forked `child`. */
void jam_life_forked(const struct jam_call *call, pid_t child);

/* The target says: what came before and what comes next never overlap (inside the guard). */
void jam_life_epoch(void);

/* A phase of the target begins: an event (inside the guard). */
void jam_life_phase(struct jam_thread *self, const struct jam_call *call, const char *name);

/* A library may have been unloaded. */
void jam_life_unloaded(void);

#endif
