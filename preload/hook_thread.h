/* Joins: what the functions of pthreads and of C11 have in common. A thrd_t is a pthread_t. */
#ifndef JAM_HOOK_THREAD_H
#define JAM_HOOK_THREAD_H

#include "life.h"
#include "limit.h"

/* A join. The caller fills in the first group. */
struct jam_join {
    pthread_t thread;
    void *value; /* where the result goes, as the original wants it */
    struct jam_limit limit;
    int (*real)(const struct jam_join *join); /* the original */
    int (*error_of)(int result);              /* its answer as errno value; NULL: it is one */

    struct jam_request request;
};

/* Calls join->real and records the wait. Returns its answer. */
int jam_join(struct jam_join *join, const struct jam_call *call);

/* The calling thread has been shown to join this one; if it is over, the next join of it adds nothing. */
void jam_join_is_told(pthread_t thread);

#endif
