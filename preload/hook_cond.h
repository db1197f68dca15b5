/*
 * Conditions: what the functions of pthreads and of C11 have in common. In glibc a cnd_t is a
 * pthread_cond_t and a mtx_t a pthread_mutex_t.
 */
#ifndef JAM_HOOK_COND_H
#define JAM_HOOK_COND_H

#include "emit.h"
#include "limit.h"

/* A wait. The caller fills in the first group; the guard and the rest are jam_cond_wait's. */
struct jam_cond_wait {
    const struct jam_call *call;
    void *cond;
    void *mutex;
    struct jam_limit limit;
    int (*real)(const struct jam_cond_wait *wait); /* the original */
    int (*error_of)(int result);                   /* its answer as errno value; NULL: it is one */

    struct jam_request request;
    bool had_mutex;   /* it stood in the held list */
    bool was_reentry; /* ... as a recursive acquisition */
};

/* Calls wait->real and records what that does to condition and mutex. Returns its answer. */
int jam_cond_wait(struct jam_cond_wait *wait);

/* To be called before the original, except `created`. */
void jam_cond_created(const struct jam_call *call, const void *cond);
void jam_cond_destroyed(const struct jam_call *call, const void *cond);
void jam_cond_woken(const struct jam_call *call, const void *cond, bool is_broadcast);

#endif
