/* Mutexes: what the functions of pthreads and of C11, and those of conditions, have in common. */
#ifndef JAM_HOOK_MUTEX_H
#define JAM_HOOK_MUTEX_H

#include "check.h"

/* What libc knows of a pthread_mutex_t or mtx_t. */
struct jam_view jam_mutex_view(const void *mutex);

/* Whether libc has marked it as destroyed: JAM_KEY_IS_DEAD, or 0. */
uint16_t jam_mutex_death(const void *mutex);

#endif
