/*
 * Small scripts of events for tests of the replay and of what is built on it.
 *
 *     "0 T1 create T2; 10 T1 lock A; 20 T2 wait A; 50 T1 unlock A; 52 T2 waited A T1; 53 T2 lock A"
 *
 * A statement is TIME THREAD VERB OBJECT [THREAD]. Threads are T1 to T99, T1 is main. Objects are
 * letters: A to Z are mutexes, a to m conditions (of mutex A), n to w semaphores, x to z
 * barriers. A digit behind
 * the object is the call site, 0 unless given. Verbs:
 *
 *     lock share unlock try     ACQUIRE (exclusive, shared), RELEASE, TRY_FAILED
 *     wait waited failed        WAIT_BEGIN, WAIT_END; the blocker may follow
 *     wake broadcast            WAKE; wake-held: with the mutex in hand
 *     again                     WAIT_BEGIN of a condition, the mutex not given back since
 *     hold                      HOLD since the time that follows
 *     create join joining       CREATE, JOIN, WAIT_BEGIN of a join; the object is a thread
 *     end                       not an event: the thread's record says that it ended then
 */
#ifndef JAM_SCRIPT_SHIM_H
#define JAM_SCRIPT_SHIM_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct jam_shim_run;

/* has_all: acquires and releases are recorded. NULL without memory; a wrong script aborts. */
struct jam_shim_run *jam_shim_run_new(const char *script, uint64_t end, int has_all);
void jam_shim_run_free(struct jam_shim_run *run);

uint64_t jam_shim_run_broken(const struct jam_shim_run *run, int kind); /* enum jam_broken */
uint64_t jam_shim_run_broken_sum(const struct jam_shim_run *run);
uint64_t jam_shim_run_path(const struct jam_shim_run *run); /* length of the critical path */
uint64_t jam_shim_run_hops(const struct jam_shim_run *run);

/* Time on the critical path at a lock; site -1 = at all of its sites. */
uint64_t jam_shim_run_critical(const struct jam_shim_run *run, char lock, int site);

/* What a thread waited for a lock, and made others wait for it. */
uint64_t jam_shim_run_wait(const struct jam_shim_run *run, unsigned thread, char lock);
uint64_t jam_shim_run_blocked(const struct jam_shim_run *run, unsigned thread, char lock);

/* Of a condition: what broadcasts woke and woke for nothing; wake-ups with the mutex held. */
struct jam_shim_wakes {
    uint64_t wakes, holding, broadcasts, woken, lost;
};
struct jam_shim_wakes jam_shim_run_wakes(const struct jam_shim_run *run, char condition);

/* Groups of call sites of a lock that no thread connects. */
unsigned jam_shim_run_groups(const struct jam_shim_run *run, char lock);

/*
 * The patterns in one lock with these sums, as letters: c convoy, s starvation, r rwlock. Holds and
 * waits are counted in the bucket of their mean.
 */
struct jam_shim_sums {
    int kind; /* 0 mutex, 1 rwlock, 2 barrier: nobody holds it */
    uint64_t run_ns, acquisitions, shared, contended, wait_ns, wait_max_ns, waited_ns, hold_ns;
    uint32_t max_waiters;
};
const char *jam_shim_shapes(const struct jam_shim_sums *sums);

/* Time in which anybody waited for the lock. */
uint64_t jam_shim_run_waited(const struct jam_shim_run *run, char lock);

/*
 * The length of the run if a lock (0: none) were held for `hold` times as long, or made nobody wait
 * (is_removed), or were a rwlock that only call site 9 writes to.
 */
struct jam_shim_change {
    char lock;
    double hold;
    int is_removed, is_rwlock;
};
struct jam_shim_prediction {
    uint64_t ticks, wait_ticks, forced;
};
struct jam_shim_prediction jam_shim_predict(const char *script, uint64_t end,
                                            const struct jam_shim_change *change);

/* Nodes that the histories of the threads take after `wakes` hand-overs of a lock in turn. */
size_t jam_shim_history_nodes(unsigned threads, unsigned wakes);

#ifdef __cplusplus
}
#endif

#endif
