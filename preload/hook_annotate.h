/*
 * The annotations of include/lockjam/lockjam.h, as far as other hooks ask about them.
 */
#ifndef JAM_HOOK_ANNOTATE_H
#define JAM_HOOK_ANNOTATE_H

#include <stdbool.h>

/* The calling thread has announced a wait: what it sleeps on meanwhile is a part of that lock. */
bool jam_annotate_is_waiting(void);

#endif
