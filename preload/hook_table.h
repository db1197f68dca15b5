/*
 * The one list of interposed symbols.
 *
 *     JAM_HOOK(return type, name, (parameters), (arguments), version)
 *
 * A row generates: the pointer to the original in struct jam_real, the stub that resolves all
 * originals at the first call, a static assertion that the type is libc's own, and a row of the
 * lookup table. `make check-exports` compares the rows with what the library exports, and a test
 * takes its list of cases from here and proves that each row fires.
 *
 * `version` is the symbol version to ask for, or NULL for the default. A JAM_HOOK_COMPAT row is
 * the older version of a symbol that stands above it; its body has the suffix _compat.
 *
 * free stands first, because the dynamic linker may call it while it looks the others up.
 * Names that begin with an underscore, and what came with a newer glibc than 2.36, may be missing
 * (real.c).
 *
 * To add an entry point: one row here, one body in hook_<family>.c, one line in docs/hooks.md.
 */
#ifndef JAM_HOOK_TABLE_H
#define JAM_HOOK_TABLE_H

/*
 * For (arguments) of a row whose function is declared with `...`: the argument that follows `last`
 * with `skipped` others, of one word each, between them.
 */
#define JAM_FURTHER_ARGUMENT(last, skipped, type)                                                  \
    ({                                                                                             \
        va_list jam_more;                                                                          \
        va_start(jam_more, last);                                                                  \
        for (int jam_i = 0; jam_i < (skipped); jam_i++)                                            \
            (void)va_arg(jam_more, long);                                                          \
        type jam_further = va_arg(jam_more, type);                                                 \
        va_end(jam_more);                                                                          \
        jam_further;                                                                               \
    })

#define JAM_COND_VERSION        "GLIBC_2.3.2"
#define JAM_COND_COMPAT_VERSION "GLIBC_2.2.5"
#define JAM_OLD_VERSION         "GLIBC_2.2.5" /* of names that nothing new can link to */

/* clang-format off */
#define JAM_HOOK_TABLE(JAM_HOOK, JAM_HOOK_COMPAT)                                                  \
    JAM_HOOK(void, free, (void *block), (block), NULL)                                             \
    JAM_HOOK(int, pthread_mutex_init, (pthread_mutex_t *mutex, const pthread_mutexattr_t *attributes), (mutex, attributes), NULL) \
    JAM_HOOK(int, pthread_mutex_destroy, (pthread_mutex_t *mutex), (mutex), NULL)                  \
    JAM_HOOK(int, pthread_mutex_lock, (pthread_mutex_t *mutex), (mutex), NULL)                     \
    JAM_HOOK(int, pthread_mutex_trylock, (pthread_mutex_t *mutex), (mutex), NULL)                  \
    JAM_HOOK(int, pthread_mutex_timedlock, (pthread_mutex_t *mutex, const struct timespec *deadline), (mutex, deadline), NULL) \
    JAM_HOOK(int, pthread_mutex_clocklock, (pthread_mutex_t *mutex, clockid_t clock, const struct timespec *deadline), (mutex, clock, deadline), NULL) \
    JAM_HOOK(int, pthread_mutex_unlock, (pthread_mutex_t *mutex), (mutex), NULL)                   \
    JAM_HOOK(int, pthread_mutex_setprioceiling, (pthread_mutex_t *mutex, int ceiling, int *old), (mutex, ceiling, old), NULL) \
    JAM_HOOK(int, pthread_mutex_consistent, (pthread_mutex_t *mutex), (mutex), NULL)               \
    JAM_HOOK(int, pthread_rwlock_init, (pthread_rwlock_t *rwlock, const pthread_rwlockattr_t *attributes), (rwlock, attributes), NULL) \
    JAM_HOOK(int, pthread_rwlock_destroy, (pthread_rwlock_t *rwlock), (rwlock), NULL)              \
    JAM_HOOK(int, pthread_rwlock_rdlock, (pthread_rwlock_t *rwlock), (rwlock), NULL)               \
    JAM_HOOK(int, pthread_rwlock_tryrdlock, (pthread_rwlock_t *rwlock), (rwlock), NULL)            \
    JAM_HOOK(int, pthread_rwlock_timedrdlock, (pthread_rwlock_t *rwlock, const struct timespec *deadline), (rwlock, deadline), NULL) \
    JAM_HOOK(int, pthread_rwlock_clockrdlock, (pthread_rwlock_t *rwlock, clockid_t clock, const struct timespec *deadline), (rwlock, clock, deadline), NULL) \
    JAM_HOOK(int, pthread_rwlock_wrlock, (pthread_rwlock_t *rwlock), (rwlock), NULL)               \
    JAM_HOOK(int, pthread_rwlock_trywrlock, (pthread_rwlock_t *rwlock), (rwlock), NULL)            \
    JAM_HOOK(int, pthread_rwlock_timedwrlock, (pthread_rwlock_t *rwlock, const struct timespec *deadline), (rwlock, deadline), NULL) \
    JAM_HOOK(int, pthread_rwlock_clockwrlock, (pthread_rwlock_t *rwlock, clockid_t clock, const struct timespec *deadline), (rwlock, clock, deadline), NULL) \
    JAM_HOOK(int, pthread_rwlock_unlock, (pthread_rwlock_t *rwlock), (rwlock), NULL)               \
    JAM_HOOK(int, pthread_cond_init, (pthread_cond_t *cond, const pthread_condattr_t *attributes), (cond, attributes), JAM_COND_VERSION) \
    JAM_HOOK(int, pthread_cond_destroy, (pthread_cond_t *cond), (cond), JAM_COND_VERSION)          \
    JAM_HOOK(int, pthread_cond_wait, (pthread_cond_t *cond, pthread_mutex_t *mutex), (cond, mutex), JAM_COND_VERSION) \
    JAM_HOOK(int, pthread_cond_timedwait, (pthread_cond_t *cond, pthread_mutex_t *mutex, const struct timespec *deadline), (cond, mutex, deadline), JAM_COND_VERSION) \
    JAM_HOOK(int, pthread_cond_clockwait, (pthread_cond_t *cond, pthread_mutex_t *mutex, clockid_t clock, const struct timespec *deadline), (cond, mutex, clock, deadline), NULL) \
    JAM_HOOK(int, pthread_cond_signal, (pthread_cond_t *cond), (cond), JAM_COND_VERSION)           \
    JAM_HOOK(int, pthread_cond_broadcast, (pthread_cond_t *cond), (cond), JAM_COND_VERSION)        \
    JAM_HOOK_COMPAT(int, pthread_cond_init, (pthread_cond_t *cond, const pthread_condattr_t *attributes), (cond, attributes), JAM_COND_COMPAT_VERSION) \
    JAM_HOOK_COMPAT(int, pthread_cond_destroy, (pthread_cond_t *cond), (cond), JAM_COND_COMPAT_VERSION) \
    JAM_HOOK_COMPAT(int, pthread_cond_wait, (pthread_cond_t *cond, pthread_mutex_t *mutex), (cond, mutex), JAM_COND_COMPAT_VERSION) \
    JAM_HOOK_COMPAT(int, pthread_cond_timedwait, (pthread_cond_t *cond, pthread_mutex_t *mutex, const struct timespec *deadline), (cond, mutex, deadline), JAM_COND_COMPAT_VERSION) \
    JAM_HOOK_COMPAT(int, pthread_cond_signal, (pthread_cond_t *cond), (cond), JAM_COND_COMPAT_VERSION) \
    JAM_HOOK_COMPAT(int, pthread_cond_broadcast, (pthread_cond_t *cond), (cond), JAM_COND_COMPAT_VERSION) \
    JAM_HOOK(int, sem_init, (sem_t *sem, int is_shared, unsigned value), (sem, is_shared, value), NULL) \
    JAM_HOOK(int, sem_destroy, (sem_t *sem), (sem), NULL)                                          \
    JAM_HOOK(sem_t *, sem_open, (const char *name, int flags, ...), (name, flags, JAM_FURTHER_ARGUMENT(flags, 0, mode_t), JAM_FURTHER_ARGUMENT(flags, 1, unsigned)), NULL) \
    JAM_HOOK(int, sem_unlink, (const char *name), (name), NULL)                                    \
    JAM_HOOK(int, sem_close, (sem_t *sem), (sem), NULL)                                            \
    JAM_HOOK(int, sem_wait, (sem_t *sem), (sem), NULL)                                             \
    JAM_HOOK(int, sem_trywait, (sem_t *sem), (sem), NULL)                                          \
    JAM_HOOK(int, sem_timedwait, (sem_t *sem, const struct timespec *deadline), (sem, deadline), NULL) \
    JAM_HOOK(int, sem_clockwait, (sem_t *sem, clockid_t clock, const struct timespec *deadline), (sem, clock, deadline), NULL) \
    JAM_HOOK(int, sem_post, (sem_t *sem), (sem), NULL)                                             \
    JAM_HOOK(int, pthread_spin_init, (pthread_spinlock_t *lock, int is_shared), (lock, is_shared), NULL) \
    JAM_HOOK(int, pthread_spin_destroy, (pthread_spinlock_t *lock), (lock), NULL)                  \
    JAM_HOOK(int, pthread_spin_lock, (pthread_spinlock_t *lock), (lock), NULL)                     \
    JAM_HOOK(int, pthread_spin_trylock, (pthread_spinlock_t *lock), (lock), NULL)                  \
    JAM_HOOK(int, pthread_spin_unlock, (pthread_spinlock_t *lock), (lock), NULL)                   \
    JAM_HOOK(int, pthread_barrier_init, (pthread_barrier_t *barrier, const pthread_barrierattr_t *attributes, unsigned count), (barrier, attributes, count), NULL) \
    JAM_HOOK(int, pthread_barrier_destroy, (pthread_barrier_t *barrier), (barrier), NULL)          \
    JAM_HOOK(int, pthread_barrier_wait, (pthread_barrier_t *barrier), (barrier), NULL)             \
    JAM_HOOK(int, pthread_once, (pthread_once_t *control, void (*routine)(void)), (control, routine), NULL) \
    JAM_HOOK(void, call_once, (once_flag *flag, void (*routine)(void)), (flag, routine), NULL)     \
    JAM_HOOK(int, pthread_create, (pthread_t *thread, const pthread_attr_t *attributes, void *(*start)(void *), void *argument), (thread, attributes, start, argument), NULL) \
    JAM_HOOK(int, pthread_join, (pthread_t thread, void **value), (thread, value), NULL)           \
    JAM_HOOK(int, pthread_tryjoin_np, (pthread_t thread, void **value), (thread, value), NULL)     \
    JAM_HOOK(int, pthread_timedjoin_np, (pthread_t thread, void **value, const struct timespec *deadline), (thread, value, deadline), NULL) \
    JAM_HOOK(int, pthread_clockjoin_np, (pthread_t thread, void **value, clockid_t clock, const struct timespec *deadline), (thread, value, clock, deadline), NULL) \
    JAM_HOOK(int, pthread_detach, (pthread_t thread), (thread), NULL)                              \
    JAM_HOOK(void, pthread_exit, (void *value), (value), NULL)                                     \
    JAM_HOOK(int, pthread_setname_np, (pthread_t thread, const char *name), (thread, name), NULL)  \
    JAM_HOOK(pid_t, fork, (void), (), NULL)                                                        \
    JAM_HOOK(int, mtx_init, (mtx_t *mutex, int type), (mutex, type), NULL)                         \
    JAM_HOOK(void, mtx_destroy, (mtx_t *mutex), (mutex), NULL)                                     \
    JAM_HOOK(int, mtx_lock, (mtx_t *mutex), (mutex), NULL)                                         \
    JAM_HOOK(int, mtx_trylock, (mtx_t *mutex), (mutex), NULL)                                      \
    JAM_HOOK(int, mtx_timedlock, (mtx_t *mutex, const struct timespec *deadline), (mutex, deadline), NULL) \
    JAM_HOOK(int, mtx_unlock, (mtx_t *mutex), (mutex), NULL)                                       \
    JAM_HOOK(int, cnd_init, (cnd_t *cond), (cond), NULL)                                           \
    JAM_HOOK(void, cnd_destroy, (cnd_t *cond), (cond), NULL)                                       \
    JAM_HOOK(int, cnd_wait, (cnd_t *cond, mtx_t *mutex), (cond, mutex), NULL)                      \
    JAM_HOOK(int, cnd_timedwait, (cnd_t *cond, mtx_t *mutex, const struct timespec *deadline), (cond, mutex, deadline), NULL) \
    JAM_HOOK(int, cnd_signal, (cnd_t *cond), (cond), NULL)                                         \
    JAM_HOOK(int, cnd_broadcast, (cnd_t *cond), (cond), NULL)                                      \
    JAM_HOOK(int, thrd_create, (thrd_t *thread, thrd_start_t routine, void *argument), (thread, routine, argument), NULL) \
    JAM_HOOK(int, thrd_join, (thrd_t thread, int *value), (thread, value), NULL)                   \
    JAM_HOOK(int, thrd_detach, (thrd_t thread), (thread), NULL)                                    \
    JAM_HOOK(void, thrd_exit, (int value), (value), NULL)                                          \
    JAM_HOOK(void, flockfile, (FILE *stream), (stream), NULL)                                      \
    JAM_HOOK(int, ftrylockfile, (FILE *stream), (stream), NULL)                                    \
    JAM_HOOK(void, funlockfile, (FILE *stream), (stream), NULL)                                    \
    JAM_HOOK(pid_t, _Fork, (void), (), NULL)                                                       \
    JAM_HOOK(unsigned, sleep, (unsigned seconds), (seconds), NULL) \
    JAM_HOOK(int, usleep, (useconds_t microseconds), (microseconds), NULL) \
    JAM_HOOK(int, nanosleep, (const struct timespec *wanted, struct timespec *left), (wanted, left), NULL) \
    JAM_HOOK(int, clock_nanosleep, (clockid_t clock, int flags, const struct timespec *wanted, struct timespec *left), (clock, flags, wanted, left), NULL) \
    JAM_HOOK(int, poll, (struct pollfd *files, nfds_t count, int limit_ms), (files, count, limit_ms), NULL) \
    JAM_HOOK(int, select, (int count, fd_set *readable, fd_set *writable, fd_set *special, struct timeval *limit), (count, readable, writable, special, limit), NULL) \
    JAM_HOOK(ssize_t, read, (int file, void *buffer, size_t bytes), (file, buffer, bytes), NULL) \
    JAM_HOOK(ssize_t, write, (int file, const void *buffer, size_t bytes), (file, buffer, bytes), NULL) \
    JAM_HOOK(int, fsync, (int file), (file), NULL) \
    JAM_HOOK(int, fdatasync, (int file), (file), NULL) \
    JAM_HOOK(int, connect, (int socket, const struct sockaddr *address, socklen_t bytes), (socket, address, bytes), NULL) \
    JAM_HOOK(int, dlclose, (void *handle), (handle), NULL)                                         \
    JAM_HOOK(void *, realloc, (void *block, size_t wanted), (block, wanted), NULL)                 \
    JAM_HOOK(void *, reallocarray, (void *block, size_t count, size_t each), (block, count, each), NULL) \
    JAM_HOOK(void, free_sized, (void *block, size_t bytes), (block, bytes), NULL)                  \
    JAM_HOOK(void, free_aligned_sized, (void *block, size_t alignment, size_t bytes), (block, alignment, bytes), NULL) \
    JAM_HOOK(int, munmap, (void *start, size_t bytes), (start, bytes), NULL)                       \
    JAM_HOOK(void *, mmap, (void *start, size_t bytes, int protection, int flags, int file, off_t offset), (start, bytes, protection, flags, file, offset), NULL) \
    JAM_HOOK(void *, mmap64, (void *start, size_t bytes, int protection, int flags, int file, off64_t offset), (start, bytes, protection, flags, file, offset), NULL) \
    JAM_HOOK(long, syscall, (long number, ...), (number, JAM_FURTHER_ARGUMENT(number, 0, long), JAM_FURTHER_ARGUMENT(number, 1, long), JAM_FURTHER_ARGUMENT(number, 2, long), JAM_FURTHER_ARGUMENT(number, 3, long), JAM_FURTHER_ARGUMENT(number, 4, long), JAM_FURTHER_ARGUMENT(number, 5, long)), NULL) \
    JAM_HOOK(void *, mremap, (void *start, size_t bytes, size_t wanted, int flags, ...), (start, bytes, wanted, flags, JAM_FURTHER_ARGUMENT(flags, 0, void *)), NULL) \
    JAM_HOOK(void, _ZdlPv, (void *block, uint64_t second, uint64_t third), (block, second, third), NULL) \
    JAM_HOOK(void, _ZdaPv, (void *block, uint64_t second, uint64_t third), (block, second, third), NULL) \
    JAM_HOOK(void, _ZdlPvm, (void *block, uint64_t second, uint64_t third), (block, second, third), NULL) \
    JAM_HOOK(void, _ZdaPvm, (void *block, uint64_t second, uint64_t third), (block, second, third), NULL) \
    JAM_HOOK(void, _ZdlPvSt11align_val_t, (void *block, uint64_t second, uint64_t third), (block, second, third), NULL) \
    JAM_HOOK(void, _ZdaPvSt11align_val_t, (void *block, uint64_t second, uint64_t third), (block, second, third), NULL) \
    JAM_HOOK(void, _ZdlPvmSt11align_val_t, (void *block, uint64_t second, uint64_t third), (block, second, third), NULL) \
    JAM_HOOK(void, _ZdaPvmSt11align_val_t, (void *block, uint64_t second, uint64_t third), (block, second, third), NULL) \
    JAM_HOOK(void, _ZdlPvRKSt9nothrow_t, (void *block, uint64_t second, uint64_t third), (block, second, third), NULL) \
    JAM_HOOK(void, _ZdaPvRKSt9nothrow_t, (void *block, uint64_t second, uint64_t third), (block, second, third), NULL) \
    JAM_HOOK(void, _ZdlPvSt11align_val_tRKSt9nothrow_t, (void *block, uint64_t second, uint64_t third), (block, second, third), NULL) \
    JAM_HOOK(void, _ZdaPvSt11align_val_tRKSt9nothrow_t, (void *block, uint64_t second, uint64_t third), (block, second, third), NULL) \
    JAM_HOOK(int, __pthread_mutex_init, (pthread_mutex_t *mutex, const pthread_mutexattr_t *attributes), (mutex, attributes), JAM_OLD_VERSION) \
    JAM_HOOK(int, __pthread_mutex_destroy, (pthread_mutex_t *mutex), (mutex), JAM_OLD_VERSION) \
    JAM_HOOK(int, __pthread_mutex_lock, (pthread_mutex_t *mutex), (mutex), JAM_OLD_VERSION) \
    JAM_HOOK(int, __pthread_mutex_trylock, (pthread_mutex_t *mutex), (mutex), JAM_OLD_VERSION) \
    JAM_HOOK(int, __pthread_mutex_unlock, (pthread_mutex_t *mutex), (mutex), JAM_OLD_VERSION) \
    JAM_HOOK(int, __pthread_rwlock_init, (pthread_rwlock_t *rwlock, const pthread_rwlockattr_t *attributes), (rwlock, attributes), JAM_OLD_VERSION) \
    JAM_HOOK(int, __pthread_rwlock_destroy, (pthread_rwlock_t *rwlock), (rwlock), JAM_OLD_VERSION) \
    JAM_HOOK(int, __pthread_rwlock_rdlock, (pthread_rwlock_t *rwlock), (rwlock), JAM_OLD_VERSION) \
    JAM_HOOK(int, __pthread_rwlock_tryrdlock, (pthread_rwlock_t *rwlock), (rwlock), JAM_OLD_VERSION) \
    JAM_HOOK(int, __pthread_rwlock_wrlock, (pthread_rwlock_t *rwlock), (rwlock), JAM_OLD_VERSION) \
    JAM_HOOK(int, __pthread_rwlock_trywrlock, (pthread_rwlock_t *rwlock), (rwlock), JAM_OLD_VERSION) \
    JAM_HOOK(int, __pthread_rwlock_unlock, (pthread_rwlock_t *rwlock), (rwlock), JAM_OLD_VERSION) \
    JAM_HOOK(int, __pthread_once, (pthread_once_t *control, void (*routine)(void)), (control, routine), JAM_OLD_VERSION)
/* clang-format on */

#endif
