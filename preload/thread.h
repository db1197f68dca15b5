/*
 * The preload's view of a thread.
 *
 *     jam_self ──▶ struct jam_thread ──▶ struct jam_lane         (in the session file)
 *                  private to the lane  ──▶ struct jam_thread_record (in the session file)
 *
 * A lane is a slot for one running thread: its wait word, held list and all totals in the file,
 * and, outside the file, its caches and indexes (struct jam_thread). When a thread has ended, the
 * next one takes the lane over and goes on adding to the same totals, so that both stay bounded by
 * the threads that live at once.
 *
 * struct jam_thread lies in memory that fork(2) wipes. In the child `is_open` therefore reads 0,
 * every hook takes its slow way in, and that finds out (jam_enter_slow).
 */
#ifndef JAM_THREAD_H
#define JAM_THREAD_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include "arch.h"
#include "map.h"
#include "session.h"
#include "thread_record.h"
#include "trace_format.h"
#include "unwinder.h"

#define JAM_MEMO_SETS    1024
#define JAM_MEMO_WAYS    4
#define JAM_MEMO_SLOTS   16384 /* all entries together */
#define JAM_SITE_CACHE   16384 /* that many are used once a thread needs them */
#define JAM_DEPEND_CACHE 256
#define JAM_STREAKS      16 /* runs of failed tries that one thread has at once */
#define JAM_PYTHON_CACHE 2048

/*
 * A remembered stack, or the rest of one: see stack.h. `from` and `word` are its key: return
 * address and stack pointer of the call; or, for a stack that leaves another one's path, the slot
 * where it does (with JAM_MEMO_BRANCH) and the word that it has there.
 */
#define JAM_MEMO_BRANCH (1ull << 63)
struct jam_memo {
    uint64_t from; /* 0 = empty */
    uint64_t word;
    uint32_t stack; /* stack_ref */
    uint32_t code_generation;
    uint32_t first_slot; /* slots[first_slot ...] must hold their values; with uses_bp the first
                            one's value is that of the caller's frame pointer register */
    uint16_t slot_count;
    uint16_t uses_bp : 1;
    uint16_t walked : 15; /* words that walking reads before the first slot */
};

/* Where an acquire of this object from this stack is counted. */
struct jam_site_cache {
    uint64_t address; /* of the lock; 0 = empty */
    uint64_t user;    /* stack, and thread that the lane served: another one's use is to be noted */
    uint16_t mode;
    uint16_t kind;
    uint32_t generation;
    struct jam_lock_record *lock;
    struct jam_site *site;
};

/* What the held list in the file leaves out: pointers of this process. */
struct jam_held_local {
    struct jam_lock_record *lock;
    struct jam_site *site;
    uint64_t set_hash; /* of this and all older entries */
};

struct jam_depend_cache {
    uint64_t key; /* 0 = empty */
    struct jam_dependency *dependency;
    uint32_t thread; /* last instance written */
    uint32_t segment;
};

/* A native stack with the Python frames that it had: see python_stack.c. */
struct jam_python_cache {
    uint64_t hash; /* of the Python frames; 0 = empty */
    uint32_t native;
    uint32_t stack;
};

/* A lock in a frame of the thread's own stack (local.h). */
#define JAM_LOCALS      32 /* followed at once; further ones are taken for what was there before */
#define JAM_LOCAL_WORDS 4
struct jam_local {
    struct jam_lock_record *lock;
    uint32_t generation;
    uint32_t word_count;
    struct jam_slot word[JAM_LOCAL_WORDS]; /* above the lock; unchanged while its frame lives */
};
struct jam_locals {
    uint64_t due;         /* look again when jam_lock_births is not this */
    uint64_t births_seen; /* of jam_lock_births */
    uint32_t count;
    struct jam_local entry[JAM_LOCALS];
};

struct jam_ring {
    struct jam_event *next; /* NULL = no chunk */
    struct jam_event *end;  /* of the chunk; `next` when another thread has taken the lane over */
    uint64_t base_ticks;
    struct jam_extent *chunk;   /* the one being written */
    struct jam_extent **chunks; /* of this lane, private memory */
    uint32_t chunk_count;
    uint32_t chunk_capacity;
    uint32_t oldest; /* index of the next to recycle */
    uint64_t sequence;
    uint32_t thread; /* whose events come now */
};

enum { JAM_THREAD_MAGIC = 0x4a414d54 }; /* 0 after a fork */

struct jam_thread {
    /* hot */
    uint32_t is_open; /* 1: an operation may be recorded; 0: we are inside one */
    uint32_t magic;
    struct jam_lane *lane;
    struct jam_held *held; /* lane's list, in the file */
    struct jam_held_local *held_local;
    uint32_t held_count;
    uint32_t held_capacity;
    uint64_t refresh_due; /* ticks */
    uint32_t id;          /* of the thread it serves */
    uint32_t segment;
    uint32_t streak_count;    /* runs of failed tries that have not ended */
    uint32_t rounds_noted;    /* of barriers, by all threads of the lane */
    uint32_t gils_held;       /* entries of the held list that are GILs */
    uint32_t site_cache_mask; /* entries in use - 1 */
    struct jam_ring ring;
    /* warm */
    struct jam_thread_record *record;
    struct jam_area sites, waits, histograms, blames, dependencies, orders, retries;
    struct jam_map site_index, blame_index, dependency_index, order_index, retry_index;
    struct jam_map dependency_forms; /* see depend.c */
    struct jam_retry *streaks[JAM_STREAKS];
    struct jam_held_local held_local_inline[JAM_LANE_INLINE_HELD];
    struct jam_locals local;
    struct jam_site lost_site;        /* counts what found no space in the file */
    struct jam_lock_record lost_lock; /* id 0 */
    struct jam_thread *next_ending;   /* in the queue of lanes whose thread is leaving */
    uint32_t joined_id;               /* of the last of its threads that was joined */
    uint32_t slots_used;
    uint32_t site_cache_misses; /* since it grew */
    uint32_t handovers_seen;    /* of jam_lock_handovers */
    uint32_t exit_checked; /* id of the last of its threads for which jam_check_exit has been */
    uint32_t gap_lock;     /* released last of those that were not the newest; 0 = none ... */
    uint64_t gap_ticks;    /* ... and when */
    uint64_t stack_top;    /* first address behind the thread's own stack, 0 = unknown */
    uint64_t stack_bytes;  /* how far below it the stack may reach */
    /* caches */
    uint32_t memo_turn[JAM_MEMO_SETS];
    struct jam_memo memo[JAM_MEMO_SETS][JAM_MEMO_WAYS];
    struct jam_site_cache site_cache[JAM_SITE_CACHE];
    struct jam_depend_cache depend_cache[JAM_DEPEND_CACHE];
    struct jam_python_cache python_cache[JAM_PYTHON_CACHE];
    uint64_t scratch_frames[JAM_MAX_FRAMES];
    struct jam_slot scratch_slots[JAM_MAX_FRAMES * 2];
    struct jam_slot slots[JAM_MEMO_SLOTS];
};

/* Initial-exec TLS: one instruction, no allocation, usable at any time. Never NULL. */
extern __thread struct jam_thread *jam_self;

/* The rest of jam_enter (guard.h): attach the thread, notice a fork, or count a nested call. */
struct jam_thread *jam_enter_slow(void);

/* The new thread itself: `record` is from jam_thread_announce, or NULL. */
void jam_thread_started(struct jam_thread_record *record);

/* Its start routine has returned, or it exits. Destructors that run later may still lock. */
void jam_thread_ended(void);

/* Whether the calling thread was started by our pthread_create, which will see its end. */
bool jam_thread_has_trampoline(void);

/*
 * A thread that does not exist in this process, as a copy of its record in the parent: a record with
 * JAM_THREAD_ABSENT, and a lane of its own in state JAM_LANE_ENDED. NULL: no space, counted.
 */
struct jam_thread *jam_thread_make_absent(const struct jam_thread_record *original);

/* Called for each thread that gets a lane, inside the guard; NULL: nobody wants to know. */
extern void (*jam_thread_on_attach)(struct jam_thread *self);

#endif
