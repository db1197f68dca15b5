/* The functions that lock or wait. Preparing and destroying an object is no reason to list one. */
#include "core/lock_entry.h"

#include <stddef.h>
#include <string.h>

static const char *const names[JAM_FAMILIES] = {
    [JAM_FAMILY_MUTEX] = "mutexes",   [JAM_FAMILY_RWLOCK] = "reader-writer locks",
    [JAM_FAMILY_COND] = "conditions", [JAM_FAMILY_SEM] = "semaphores",
    [JAM_FAMILY_SPIN] = "spin locks", [JAM_FAMILY_BARRIER] = "barriers",
    [JAM_FAMILY_ONCE] = "onces",      [JAM_FAMILY_STREAM] = "locked streams",
    [JAM_FAMILY_JOIN] = "joins",      [JAM_FAMILY_PROCESS] = "locks between processes",
};

/* `function` is a prefix if it ends in '_', else a whole name. The first that fits counts. */
static const struct {
    const char *function;
    enum jam_lock_family family;
} entries[] = {
    {"pthread_mutex_init", JAM_FAMILY_NONE},
    {"pthread_mutex_destroy", JAM_FAMILY_NONE},
    {"pthread_mutex_consistent", JAM_FAMILY_NONE},
    {"pthread_mutex_getprioceiling", JAM_FAMILY_NONE},
    {"pthread_mutex_", JAM_FAMILY_MUTEX},
    {"__pthread_mutex_lock", JAM_FAMILY_MUTEX},
    {"__pthread_mutex_trylock", JAM_FAMILY_MUTEX},
    {"__pthread_mutex_unlock", JAM_FAMILY_MUTEX},
    {"mtx_lock", JAM_FAMILY_MUTEX},
    {"mtx_trylock", JAM_FAMILY_MUTEX},
    {"mtx_timedlock", JAM_FAMILY_MUTEX},
    {"mtx_unlock", JAM_FAMILY_MUTEX},
    {"pthread_rwlock_init", JAM_FAMILY_NONE},
    {"pthread_rwlock_destroy", JAM_FAMILY_NONE},
    {"pthread_rwlock_", JAM_FAMILY_RWLOCK},
    {"__pthread_rwlock_rdlock", JAM_FAMILY_RWLOCK},
    {"__pthread_rwlock_tryrdlock", JAM_FAMILY_RWLOCK},
    {"__pthread_rwlock_wrlock", JAM_FAMILY_RWLOCK},
    {"__pthread_rwlock_trywrlock", JAM_FAMILY_RWLOCK},
    {"__pthread_rwlock_unlock", JAM_FAMILY_RWLOCK},
    {"pthread_cond_init", JAM_FAMILY_NONE},
    {"pthread_cond_destroy", JAM_FAMILY_NONE},
    {"pthread_cond_", JAM_FAMILY_COND},
    {"cnd_wait", JAM_FAMILY_COND},
    {"cnd_timedwait", JAM_FAMILY_COND},
    {"cnd_signal", JAM_FAMILY_COND},
    {"cnd_broadcast", JAM_FAMILY_COND},
    {"sem_wait", JAM_FAMILY_SEM},
    {"sem_trywait", JAM_FAMILY_SEM},
    {"sem_timedwait", JAM_FAMILY_SEM},
    {"sem_clockwait", JAM_FAMILY_SEM},
    {"sem_post", JAM_FAMILY_SEM},
    {"pthread_spin_lock", JAM_FAMILY_SPIN},
    {"pthread_spin_trylock", JAM_FAMILY_SPIN},
    {"pthread_spin_unlock", JAM_FAMILY_SPIN},
    {"pthread_barrier_wait", JAM_FAMILY_BARRIER},
    {"pthread_once", JAM_FAMILY_ONCE},
    {"__pthread_once", JAM_FAMILY_ONCE},
    {"call_once", JAM_FAMILY_ONCE},
    {"flockfile", JAM_FAMILY_STREAM},
    {"ftrylockfile", JAM_FAMILY_STREAM},
    {"funlockfile", JAM_FAMILY_STREAM},
    {"pthread_join", JAM_FAMILY_JOIN},
    {"pthread_tryjoin_np", JAM_FAMILY_JOIN},
    {"pthread_timedjoin_np", JAM_FAMILY_JOIN},
    {"pthread_clockjoin_np", JAM_FAMILY_JOIN},
    {"thrd_join", JAM_FAMILY_JOIN},
    {"semop", JAM_FAMILY_PROCESS},
    {"semtimedop", JAM_FAMILY_PROCESS},
    {"flock", JAM_FAMILY_PROCESS},
    {"lockf", JAM_FAMILY_PROCESS},
};

static int fits(const char *entry, const char *function)
{
    size_t length = strlen(entry);
    return entry[length - 1] == '_' ? strncmp(entry, function, length) == 0
                                    : strcmp(entry, function) == 0;
}

enum jam_lock_family jam_lock_entry_family(const char *function)
{
    for (size_t i = 0; i < sizeof(entries) / sizeof(*entries); i++)
        if (fits(entries[i].function, function))
            return entries[i].family;
    return JAM_FAMILY_NONE;
}

const char *jam_lock_family_name(enum jam_lock_family family)
{
    return names[family];
}
