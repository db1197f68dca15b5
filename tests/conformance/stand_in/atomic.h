/* The C library's names of atomic operations, as far as its tests use them. */
#ifndef STAND_IN_ATOMIC_H
#define STAND_IN_ATOMIC_H

#define atomic_load_relaxed(place)          __atomic_load_n(place, __ATOMIC_RELAXED)
#define atomic_load_acquire(place)          __atomic_load_n(place, __ATOMIC_ACQUIRE)
#define atomic_store_relaxed(place, value)  __atomic_store_n(place, value, __ATOMIC_RELAXED)
#define atomic_store_release(place, value)  __atomic_store_n(place, value, __ATOMIC_RELEASE)
#define atomic_fetch_add_relaxed(place, n)  __atomic_fetch_add(place, n, __ATOMIC_RELAXED)
#define atomic_fetch_add_acq_rel(place, n)  __atomic_fetch_add(place, n, __ATOMIC_ACQ_REL)
#define atomic_fetch_add_acquire(place, n)  __atomic_fetch_add(place, n, __ATOMIC_ACQUIRE)
#define atomic_fetch_add_release(place, n)  __atomic_fetch_add(place, n, __ATOMIC_RELEASE)
#define atomic_exchange_acq(place, value)   __atomic_exchange_n(place, value, __ATOMIC_ACQUIRE)
#define atomic_add(place, n)                ((void)__atomic_fetch_add(place, n, __ATOMIC_SEQ_CST))
#define atomic_increment(place)             atomic_add(place, 1)
#define atomic_decrement(place)             atomic_add(place, -1)
#define atomic_decrement_and_test(place)    (__atomic_sub_fetch(place, 1, __ATOMIC_SEQ_CST) == 0)
#define atomic_exchange_and_add(place, n)   __atomic_fetch_add(place, n, __ATOMIC_SEQ_CST)
#define atomic_compare_and_exchange_bool_acq(place, value, old) \
    (!__sync_bool_compare_and_swap(place, old, value))
#define atomic_compare_and_exchange_val_acq(place, value, old) \
    __sync_val_compare_and_swap(place, old, value)
#define atomic_spin_nop()          __builtin_ia32_pause()
#define atomic_full_barrier()      __atomic_thread_fence(__ATOMIC_SEQ_CST)
#define atomic_thread_fence_acquire() __atomic_thread_fence(__ATOMIC_ACQUIRE)
#define atomic_thread_fence_release() __atomic_thread_fence(__ATOMIC_RELEASE)

#endif
