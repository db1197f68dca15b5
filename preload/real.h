/*
 * The originals behind our hooks.
 *
 * jam_real.<name> is always callable: before the first call it is a stub that resolves the whole
 * table with dlsym and then forwards, so no hook ever asks whether it is resolved. An older symbol
 * version stands under <name>_compat.
 */
#ifndef JAM_REAL_H
#define JAM_REAL_H

#include <fcntl.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <poll.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <threads.h>
#include <time.h>
#include <unistd.h>
#include <dlfcn.h>
#include "hook_table.h"

/* The forms of operator delete, which no C header declares. See hook_delete.c for the arguments. */
void _ZdlPv(void *block, uint64_t second, uint64_t third);
void _ZdaPv(void *block, uint64_t second, uint64_t third);
void _ZdlPvm(void *block, uint64_t second, uint64_t third);
void _ZdaPvm(void *block, uint64_t second, uint64_t third);
void _ZdlPvSt11align_val_t(void *block, uint64_t second, uint64_t third);
void _ZdaPvSt11align_val_t(void *block, uint64_t second, uint64_t third);
void _ZdlPvmSt11align_val_t(void *block, uint64_t second, uint64_t third);
void _ZdaPvmSt11align_val_t(void *block, uint64_t second, uint64_t third);
void _ZdlPvRKSt9nothrow_t(void *block, uint64_t second, uint64_t third);
void _ZdaPvRKSt9nothrow_t(void *block, uint64_t second, uint64_t third);
void _ZdlPvSt11align_val_tRKSt9nothrow_t(void *block, uint64_t second, uint64_t third);
void _ZdaPvSt11align_val_tRKSt9nothrow_t(void *block, uint64_t second, uint64_t third);

/* C23's, which glibc has from 2.43 on. */
void free_sized(void *block, size_t bytes);
void free_aligned_sized(void *block, size_t alignment, size_t bytes);

/* Old names, which libc keeps for old binaries and declares no more: aliases of the hooks. */
#define JAM_OLD_NAME(name) extern __typeof__(name) __##name
JAM_OLD_NAME(pthread_mutex_init);
JAM_OLD_NAME(pthread_mutex_destroy);
JAM_OLD_NAME(pthread_mutex_lock);
JAM_OLD_NAME(pthread_mutex_trylock);
JAM_OLD_NAME(pthread_mutex_unlock);
JAM_OLD_NAME(pthread_rwlock_init);
JAM_OLD_NAME(pthread_rwlock_destroy);
JAM_OLD_NAME(pthread_rwlock_rdlock);
JAM_OLD_NAME(pthread_rwlock_tryrdlock);
JAM_OLD_NAME(pthread_rwlock_wrlock);
JAM_OLD_NAME(pthread_rwlock_trywrlock);
JAM_OLD_NAME(pthread_rwlock_unlock);
JAM_OLD_NAME(pthread_once);

#define JAM_REAL_FIELD(ret, name, params, args, version)        ret(*name) params;
#define JAM_REAL_FIELD_COMPAT(ret, name, params, args, version) ret(*name##_compat) params;

struct jam_real {
    JAM_HOOK_TABLE(JAM_REAL_FIELD, JAM_REAL_FIELD_COMPAT)
};

extern struct jam_real jam_real;

/* Resolve the table now; for who must know what was found before calling it. */
void jam_real_resolve(void);

/* Libraries were unloaded: forget which operator delete theirs was (hook_delete.c). */
void jam_delete_forget(void);

/* Behind the body of a hook: the same function by libc's old name for it. */
#define JAM_EXPORT_OLD_NAME(name)                                                                  \
    extern __typeof__(name) __##name                                                               \
        __attribute__((alias(#name), visibility("default"), nothrow, leaf))

/* What an interposed function is declared with: exported, the rest of the library is hidden. */
#define JAM_EXPORT __attribute__((visibility("default")))

#endif
