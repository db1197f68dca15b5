/*
 * What is known of each thread, in the session file: struct jam_thread_record. A record outlives its
 * thread; when there are too many, those of joined and detached threads are folded into sums.
 */
#ifndef JAM_THREAD_RECORD_H
#define JAM_THREAD_RECORD_H

#include <stdint.h>
#include "trace_format.h"

struct jam_thread;

/* A record with the next id. NULL: no space. Under the growth lock. */
struct jam_thread_record *jam_thread_record_new(void);

/* The calling thread has this record: its ids, its start, its name. `flags` are set as well. */
void jam_thread_record_begin(struct jam_thread_record *record, uint16_t flags);

/* What the kernel calls this thread: also right when prctl(2) was used instead of pthread. */
void jam_thread_record_refresh_name(struct jam_thread_record *record);

/*
 * Make a record for a thread that is about to be created by this one. NULL: no space, counted.
 */
struct jam_thread_record *jam_thread_announce(struct jam_thread *self, uint32_t stack,
                                              const void *start_routine);

/* Set flags (enum jam_thread_flags): several threads may do it at once. */
static inline void jam_thread_flag(struct jam_thread_record *record, uint16_t flags)
{
    __atomic_fetch_or(&record->flags, flags, __ATOMIC_RELAXED);
}

/* A thread that was announced but could not be created. */
void jam_thread_withdraw(struct jam_thread_record *record);

/* The record of a thread id, or NULL if it was folded into the retired sums. */
struct jam_thread_record *jam_thread_find(uint32_t id);

/* pthread_create has answered: this is the thread's pthread_t. */
void jam_thread_set_pthread(struct jam_thread_record *record, uint64_t pthread);

/* The record of a live pthread_t, or NULL. */
struct jam_thread_record *jam_thread_find_pthread(uint64_t pthread);

/* What a runtime calls the calling thread, whose record this is. */
void jam_thread_entitle(struct jam_thread_record *record, const char *title);

/* Name a thread; from pthread_setname_np. */
void jam_thread_rename(struct jam_thread_record *record, const char *name);

#endif
