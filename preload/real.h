/*
 * The originals behind our hooks.
 *
 * jam_real.<name> is always callable: before the first call it is a stub that resolves the whole
 * table with dlsym and then forwards, so no hook ever asks whether it is resolved. An older symbol
 * version stands under <name>_compat.
 */
#ifndef JAM_REAL_H
#define JAM_REAL_H

#include <pthread.h>
#include <semaphore.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/types.h>
#include <threads.h>
#include <time.h>
#include <unistd.h>
#include <dlfcn.h>
#include "hook_table.h"

#define JAM_REAL_FIELD(ret, name, params, args, version)        ret(*name) params;
#define JAM_REAL_FIELD_COMPAT(ret, name, params, args, version) ret(*name##_compat) params;

struct jam_real {
    JAM_HOOK_TABLE(JAM_REAL_FIELD, JAM_REAL_FIELD_COMPAT)
};

extern struct jam_real jam_real;

/* What an interposed function is declared with: exported, the rest of the library is hidden. */
#define JAM_EXPORT __attribute__((visibility("default")))

#endif
