/*
 * The search for lock-order cycles for C++: records of plain numbers in, findings out.
 */
#ifndef JAM_LOCK_ORDER_SHIM_H
#define JAM_LOCK_ORDER_SHIM_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct jam_shim_search;

struct jam_shim_search *jam_shim_search_new(void);
void jam_shim_search_free(struct jam_shim_search *search);

/* What scripts say of locks; turned into enum jam_lock_kind and jam_lock_flags. */
enum jam_shim_kind {
    JAM_SHIM_MUTEX,
    JAM_SHIM_RWLOCK,
    JAM_SHIM_RWLOCK_PREFER_WRITER,
    JAM_SHIM_SPIN,
    JAM_SHIM_SEM,
    JAM_SHIM_SEM_LOCKLIKE,
    JAM_SHIM_ONCE,
    JAM_SHIM_CUSTOM,
    JAM_SHIM_JOIN,
    JAM_SHIM_COND,
    JAM_SHIM_BARRIER,
};

struct jam_shim_order_lock {
    uint32_t id, generation, created_stack, first_stack, first_thread, thread;
    enum jam_shim_kind kind;
    int is_initialized;
    uint64_t born_ticks, shared_ticks, handed_over_ticks;
};
void jam_shim_search_lock(struct jam_shim_search *search, const struct jam_shim_order_lock *lock);

struct jam_shim_order_thread {
    uint32_t id, parent, parent_segment, joiner, joiner_segment;
    uint64_t start_ticks;
};
void jam_shim_search_thread(struct jam_shim_search *search,
                            const struct jam_shim_order_thread *thread);

/* How a lock is wanted or was got; bits. */
enum {
    JAM_SHIM_SHARED = 1,
    JAM_SHIM_TRY = 2,
    JAM_SHIM_TIMED = 4,
    JAM_SHIM_REACQUIRED = 8,
    JAM_SHIM_UNPUBLISHED = 16,
    JAM_SHIM_REENTRY = 32,
};
struct jam_shim_use {
    uint32_t lock, generation, stack;
    unsigned how;
};
struct jam_shim_dependency {
    struct jam_shim_use wanted;
    uint32_t epoch, instances;
    uint32_t threads[4], segments[4];
    uint64_t first_ticks, last_ticks;
    const struct jam_shim_use *held;
    size_t held_count;
};
void jam_shim_search_dependency(struct jam_shim_search *search,
                                const struct jam_shim_dependency *dependency);

void jam_shim_search_barrier(struct jam_shim_search *search, uint32_t lock, uint32_t round,
                             uint32_t thread, uint32_t segment);
struct jam_shim_wake {
    uint32_t lock, thread, segment, other_thread;
    uint64_t first_ticks, last_ticks;
};
void jam_shim_search_wake(struct jam_shim_search *search, const struct jam_shim_wake *wake);
void jam_shim_search_site(struct jam_shim_search *search, const struct jam_shim_use *use,
                          uint32_t thread);
void jam_shim_search_bound(struct jam_shim_search *search, uint64_t steps);

/* Searches; returns how many findings there are, SIZE_MAX without memory. */
size_t jam_shim_search_finish(struct jam_shim_search *search);

#define JAM_SHIM_EDGES 64
struct jam_shim_found {
    const char *kind, *grade, *filter; /* filter "" = none */
    const char *reason;
    uint32_t evidence_lock, evidence_thread;
    uint64_t count;
    size_t edges;
    uint32_t threads[JAM_SHIM_EDGES], holds[JAM_SHIM_EDGES], wants[JAM_SHIM_EDGES];
    uint32_t holds_stack[JAM_SHIM_EDGES], wants_stack[JAM_SHIM_EDGES];
    size_t held[JAM_SHIM_EDGES];
};
struct jam_shim_found jam_shim_search_found(const struct jam_shim_search *search, size_t index);
uint64_t jam_shim_search_cut(const struct jam_shim_search *search);
uint64_t jam_shim_search_dropped_more(const struct jam_shim_search *search);

/* The findings of a trace file in the same form, to be freed; NULL if it cannot be read. */
struct jam_shim_search *jam_shim_search_trace(const char *path, size_t *count);

#ifdef __cplusplus
}
#endif

#endif
