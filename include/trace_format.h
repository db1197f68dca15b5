/*
 * The trace file: what the preload writes and every reader reads.
 *
 * This header is the contract between `preload/` and `analyzer/`; docs/format.md says the same in
 * prose, byte for byte, with a worked example. It and the headers that it includes depend on
 * nothing but <stdint.h>.
 *
 * THE IDEA. A trace *is* shared memory: the target maps the file MAP_SHARED and stores facts into
 * it with plain stores. Nothing is flushed, so what was stored before a SIGKILL is in the file
 * afterwards, and a reader may map the file while it grows.
 *
 *      0        4096
 *      ┌────────┬──────────┬──────────┬─────────────┬───────────────
 *      │ header │ extent 0 │ extent 1 │ extent 2    │ ...
 *      └────────┴──────────┴──────────┴─────────────┴───────────────
 *                 each: struct jam_extent (64 bytes), then its payload
 *
 * Extents lie back to back, start at multiples of JAM_EXTENT_ALIGN and never move, shrink or
 * change their kind, except that a free extent (JAM_EXTENT_FREE) may become another kind.
 *
 * NUMBERS. Little-endian. A field called `*_offset` counts bytes from the start of the file; one
 * called `*_ref` is such an offset divided by JAM_REF_UNIT, so that 32 bits reach 256 GiB. 0 means
 * "none" in both. Ids (lock, thread, module) count from 1; 0 means none. A time called `*_ticks`
 * is a reading of the trace's clock (see jam_header.clock), one called `*_ns` is nanoseconds.
 *
 * WRITERS. Every field has one writer, the thread that owns the extent (the owning lane), or is
 * written under the writer's own growth lock (tables), unless its comment says "atomic". A record
 * is complete before the count that publishes it grows (release store; a reader pairs it with an
 * acquire load). A reader must bounds-check everything: the file is hostile input.
 */
#ifndef JAM_TRACE_FORMAT_H
#define JAM_TRACE_FORMAT_H

#include <stdint.h>

#include "trace_detect.h" /* the records that only detectors read */
#include "trace_python.h" /* Python code */
#include "trace_ring.h"   /* events */

#define JAM_MAGIC             "LOCKJAM\x1a" /* 8 bytes, at offset 0 */
#define JAM_FORMAT_VERSION    2             /* what this header describes */
#define JAM_FORMAT_OLDEST     2             /* oldest reader that understands what we write */
#define JAM_HEADER_BYTES      4096
#define JAM_EXTENT_ALIGN      4096
#define JAM_EXTENT_MAGIC      0x314d414a /* "JAM1" */
#define JAM_REF_UNIT          64         /* bytes per step of a `*_ref` */
#define JAM_HISTOGRAM_BUCKETS 32
#define JAM_HISTOGRAM_SHIFT   4
#define JAM_MAX_FRAMES        256
#define JAM_GENERATION_ENDED  0x80000000u /* bit of jam_lock_record.generation: the lock is dead */
#define JAM_TITLE_BYTES       64          /* of what a thread's runtime calls it, NUL included */
#define JAM_NAME_BYTES        16          /* as in pthread_setname_np(3), NUL included */

/* jam_header.clock */
enum jam_clock {
    JAM_CLOCK_TSC = 1,       /* ticks are time stamp counter readings */
    JAM_CLOCK_MONOTONIC = 2, /* ticks are nanoseconds of CLOCK_MONOTONIC */
};

/* jam_header.event_mode: what the rings hold (--events). */
enum jam_event_mode { JAM_EVENTS_OFF = 0, JAM_EVENTS_BLOCKING = 1, JAM_EVENTS_ALL = 2 };

/* Kinds of synchronisation object. The names in the JSON output are those of jam_lock_kind_name. */
enum jam_lock_kind {
    JAM_LOCK_MUTEX = 1,
    JAM_LOCK_RWLOCK = 2,
    JAM_LOCK_SPIN = 3,
    JAM_LOCK_COND = 4,
    JAM_LOCK_SEM = 5,
    JAM_LOCK_BARRIER = 6,
    JAM_LOCK_ONCE = 7,
    JAM_LOCK_THREAD = 8, /* what a join waits for */
    JAM_LOCK_GIL = 9,
    JAM_LOCK_PYTHON_LOCK = 10,
    JAM_LOCK_PYTHON_RLOCK = 11,
    JAM_LOCK_CUSTOM = 12,
    JAM_LOCK_KINDS
};

enum jam_mode { JAM_EXCLUSIVE = 0, JAM_SHARED = 1 };

/*
 * What was lost, and why. Counted in jam_header.lost (atomic); readers show the sum first.
 * A loss is always one whole fact: an operation that went to the real function unrecorded, a
 * thread without a lane, an event, a stack.
 */
enum jam_loss {
    JAM_LOSS_NO_SPACE = 0,     /* the file could not grow (disk full, file gone, size limit) */
    JAM_LOSS_NESTED = 1,       /* operation inside our own code (signal handler): forwarded only */
    JAM_LOSS_NO_LANE = 2,      /* operation of a thread that could get no lane */
    JAM_LOSS_GROWTH_BUSY = 3,  /* gave up waiting for the growth lock */
    JAM_LOSS_EVENTS = 4,       /* events overwritten by the ring (flight recorder) */
    JAM_LOSS_STACKS = 5,       /* distinct stacks that end before the outermost frame */
    JAM_LOSS_DEPENDENCIES = 6, /* dependencies not stored (no space or table limit) */
    JAM_LOSS_HELD = 7,         /* held-list entries that did not fit */
    JAM_LOSS_THREADS_FOLDED = 8, /* ended threads whose record was reused (totals keep them) */
    JAM_LOSS_MISUSE = 9,         /* misuse not stored (no space or table limit) */
    JAM_LOSS_ORDERS = 10,        /* orders and retries not stored (no space) */
    JAM_LOSS_KINDS = 16
};

/* A pair of readings of the two clocks taken together: the reader derives the tick rate. */
struct jam_clock_pair {
    uint64_t ticks;
    uint64_t monotonic_ns; /* CLOCK_MONOTONIC */
};

/* jam_header.end_kind: how the process ended, filled in by `lockjam record` after its death. */
enum jam_end { JAM_END_UNKNOWN = 0, JAM_END_EXIT = 1, JAM_END_SIGNAL = 2, JAM_END_KILLED = 3 };

/* At offset 0. Bytes behind the struct up to JAM_HEADER_BYTES are zero. */
struct jam_header {
    char magic[8];
    uint16_t version;       /* JAM_FORMAT_VERSION */
    uint16_t oldest_reader; /* a reader whose version is lower must refuse the file */
    uint16_t header_bytes;  /* JAM_HEADER_BYTES */
    uint16_t clock;         /* enum jam_clock */
    uint32_t machine;       /* ELF e_machine of the target */
    uint32_t pid;
    uint32_t parent_pid;
    uint32_t event_mode; /* enum jam_event_mode */
    uint64_t file_bytes; /* reserved size of the file; atomic */
    uint64_t used_bytes; /* end of the last extent; atomic, published after the extent's header */
    uint64_t start_realtime_ns;        /* CLOCK_REALTIME at the start of the session */
    uint64_t process_start_jiffies;    /* field 22 of /proc/PID/stat: tells a reused pid */
    struct jam_clock_pair clock_first; /* at session start */
    struct jam_clock_pair clock_last;  /* refreshed now and then while the target runs */
    uint64_t tick_hz_hint;             /* rate said by the CPU or kernel, 0 if unknown */
    uint64_t max_ring_bytes;           /* --max-size, 0 = unlimited */
    uint32_t stack_depth_max;          /* --stack-depth */
    uint32_t module_generation;        /* grows when a module was unloaded; atomic */
    uint64_t ring_bytes;               /* bytes in ring extents; atomic */
    uint64_t lost[JAM_LOSS_KINDS];     /* by enum jam_loss; atomic */
    uint64_t threads_started;          /* all threads ever seen */
    uint64_t threads_retired;          /* threads folded into the next three sums */
    uint64_t retired_wait_ticks;
    uint64_t retired_blocked_others_ticks;
    uint64_t retired_lifetime_ticks;
    char run_id[32];    /* LOCKJAM_RUN: what one `lockjam record` wrote together; NUL-padded */
    uint32_t end_kind;  /* enum jam_end */
    uint32_t end_value; /* exit status or signal number */
    uint64_t end_ticks; /* 0 = unknown */
    uint64_t stacks_verified;  /* LOCKJAM_VERIFY=stacks: memo hits that were unwound again ... */
    uint64_t stacks_disagreed; /* ... and those whose second stack differed */
    uint32_t exec_count;       /* names that were taken when the file was created */
    uint32_t epoch;            /* current epoch: grows when the target says that what came before
                                  and what comes next never overlap; atomic */
};

enum jam_extent_kind {
    JAM_EXTENT_FREE = 0,
    JAM_EXTENT_STRINGS = 1,       /* process facts: records of jam_string */
    JAM_EXTENT_LANE = 2,          /* one struct jam_lane and its inline held list */
    JAM_EXTENT_THREADS = 3,       /* array of struct jam_thread_record */
    JAM_EXTENT_LOCKS = 4,         /* array of struct jam_lock_record */
    JAM_EXTENT_MODULES = 5,       /* records of struct jam_module */
    JAM_EXTENT_STACKS = 6,        /* records of struct jam_stack */
    JAM_EXTENT_SITES = 7,         /* array of struct jam_site */
    JAM_EXTENT_WAITS = 8,         /* array of struct jam_wait_totals */
    JAM_EXTENT_HISTOGRAMS = 9,    /* array of struct jam_histogram */
    JAM_EXTENT_BLAME = 10,        /* array of struct jam_blame */
    JAM_EXTENT_DEPENDENCIES = 11, /* records of struct jam_dependency */
    JAM_EXTENT_RING = 12,         /* one chunk of events */
    JAM_EXTENT_HELD = 13,         /* array of struct jam_held: a held list that outgrew its lane */
    JAM_EXTENT_HOLDERS = 14,      /* array of struct jam_holders */
    JAM_EXTENT_MISUSE = 15,       /* array of struct jam_misuse */
    JAM_EXTENT_ORDERS = 16,       /* array of struct jam_order */
    JAM_EXTENT_RETRIES = 17,      /* array of struct jam_retry */
    JAM_EXTENT_PYTHON = 18,       /* records of struct jam_python_code */
    JAM_EXTENT_KINDS
};

/* Head of every extent. The payload follows at once and ends at the start + bytes. */
struct jam_extent {
    uint32_t magic; /* JAM_EXTENT_MAGIC: a reader may resynchronise on it at 4096-byte steps */
    uint16_t kind;  /* enum jam_extent_kind */
    uint16_t record_bytes; /* size of a record of an array kind, 0 for variable-length kinds */
    uint64_t bytes;        /* whole extent, head included: multiple of JAM_EXTENT_ALIGN */
    uint32_t owner_lane;   /* lane number, 0 = table of the process */
    uint32_t first_id;     /* THREADS, LOCKS: id of the first record */
    uint64_t used_bytes;   /* payload bytes that hold complete records; atomic (release) */
    /* RING only: */
    uint64_t ring_sequence;   /* grows by one with each chunk the lane starts; 0 = never used */
    uint64_t ring_base_ticks; /* event times count from here */
    uint32_t ring_thread;     /* thread that the lane served when the chunk was started */
    uint32_t unused;
    uint64_t reserved;
};

/* --- facts of the process -------------------------------------------------------------------- */

enum jam_string_key {
    JAM_STRING_EXECUTABLE = 1, /* absolute path */
    JAM_STRING_ARGUMENT = 2,   /* one record per argument, in order, argv[0] first */
    JAM_STRING_DIRECTORY = 3,  /* working directory at session start */
    JAM_STRING_VERSION = 4,    /* version of the preload that wrote the trace */
    JAM_STRING_NAME = 5,       /* given by the target to locks and phases; numbered from 1 in the
                                  order of the file */
};

/* Records in a STRINGS extent: 4 + length bytes, padded with zeros to a multiple of 4. */
struct jam_string {
    uint16_t key;    /* enum jam_string_key */
    uint16_t length; /* bytes that follow, no NUL */
    char text[];
};

/* Records in a MODULES extent: 88 + path_bytes, padded with zeros to a multiple of 8. */
struct jam_module {
    uint32_t record_bytes;     /* whole record with padding */
    uint32_t id;               /* from 1, in order of discovery */
    uint64_t bias;             /* runtime address minus the address in the ELF file (l_addr) */
    uint64_t start;            /* lowest mapped address */
    uint64_t end;              /* first address behind the mapping */
    uint64_t seen_ticks;       /* discovered */
    uint32_t first_generation; /* jam_header.module_generation when discovered */
    uint32_t last_generation;  /* last generation in which it was mapped; UINT32_MAX = still is */
    uint16_t path_bytes;       /* length of path, no NUL; "[vdso]" for the vDSO */
    uint8_t build_id_bytes;    /* 0..32 */
    uint8_t unused[5];
    uint8_t build_id[32];
    char path[];
};

/* A frame is a 64-bit word: the top byte tells the kind. */
#define JAM_FRAME_KIND_SHIFT 56
enum jam_frame_kind {
    JAM_FRAME_NATIVE = 0, /* low 56 bits: address of the call's return, or the interrupted pc */
    JAM_FRAME_PYTHON = 1, /* see trace_python.h */
};

enum jam_stack_flags {
    JAM_STACK_TRUNCATED = 1, /* deeper than --stack-depth */
    JAM_STACK_BROKEN = 2,    /* the unwinder gave up before the outermost frame */
};

/*
 * An interned call stack, innermost frame first; the innermost frame is the caller of the locking
 * function. Identified by stack_ref = file offset / 16 (JAM_STACK_UNIT), always of a record start.
 * frames[i] is a return address (the call lies before it) unless bit i of interrupted is set (i <
 * 64): then it is the exact pc of a frame that a signal interrupted.
 */
#define JAM_STACK_UNIT 16
struct jam_stack {
    uint16_t depth;             /* frames that follow */
    uint16_t flags;             /* enum jam_stack_flags */
    uint32_t module_generation; /* resolve the addresses with the modules of this generation */
    uint64_t hash;              /* the writer's own; readers need not check it */
    uint64_t interrupted;
    uint64_t unused;
    uint64_t frames[]; /* record padded to a multiple of 16 bytes */
};

/* --- locks and threads ----------------------------------------------------------------------- */

enum jam_lock_flags {
    JAM_LOCK_ALIVE = 1, /* the current generation has not ended */
    JAM_LOCK_RECURSIVE = 2,
    JAM_LOCK_ERRORCHECK = 4,
    JAM_LOCK_ROBUST = 8,
    JAM_LOCK_PI = 16,
    JAM_LOCK_PSHARED = 32,
    JAM_LOCK_ADAPTIVE = 64,
    JAM_LOCK_PREFER_WRITER = 128,
    JAM_LOCK_INITIALIZED = 256, /* created by an init function (else: static or C++) */
    JAM_LOCK_LOCKLIKE = 512,    /* semaphore that is used as a lock: held from wait to post */
    JAM_LOCK_ANNOTATED = 1024,  /* home-made, announced through lockjam/lockjam.h */
    JAM_LOCK_OF_LOCK = 2048,    /* semaphore that is a threading.Lock, for certain */
    JAM_LOCK_OF_RLOCK = 4096,   /* ... a threading.RLock */
};

/*
 * A lock. A record stands for one *live* lock at a time; when a lock dies (destroy), the next one
 * that is created at the same call site takes the record over with a higher generation, so the
 * table is bounded by the locks that live at once. Totals are sums over the generations.
 */
struct jam_lock_record {
    /* first 64 bytes: read by every acquire, written when a generation begins or ends */
    uint64_t address;    /* of the current generation */
    uint32_t generation; /* from 1; JAM_GENERATION_ENDED is set when it is over */
    uint16_t kind;       /* enum jam_lock_kind */
    uint16_t flags;      /* enum jam_lock_flags */
    uint32_t partner;    /* cond: id of the mutex it was last waited with; sem that its taker waits
                            for: of the lock that it released in between (Python's conditions) */
    uint32_t id;
    uint32_t created_stack; /* stack_ref of the init, 0 = static or C++ */
    uint32_t first_stack;   /* stack_ref of the first use of the first generation */
    uint64_t born_ticks;    /* current generation */
    uint32_t name_string;   /* number of its name: the n-th JAM_STRING_NAME; 0 = none */
    uint32_t thread;        /* kind THREAD: id of the thread that is joined; SEM: that stands for
                             the end of this thread (Python) */
    uint64_t event_ticks;   /* last release at a site with JAM_SITE_ENDS, 0 = never */
    uint32_t event_thread;  /* ... its thread */
    uint32_t unused;
    /* second 64 bytes: written around waits; a release reads `waiters` */
    uint32_t max_waiters; /* atomic */
    uint32_t holders_ref; /* struct jam_holders; atomic, 0 = never contended */
    uint32_t wake_stack;  /* last post, signal or broadcast that met waiters; atomic */
    uint32_t wake_thread;
    uint64_t wake_ticks;
    uint64_t owner_changes;     /* contended hand-overs from one thread to another; atomic */
    uint64_t wakes;             /* posts, signals and broadcasts that met waiters; atomic */
    uint64_t destroyed_ticks;   /* when the last generation ended, 0 = alive */
    uint32_t waiters;           /* threads blocked in it now; atomic */
    uint32_t wake_flags;        /* of that wake: enum jam_wake_flags */
    uint64_t handed_over_ticks; /* last release by a thread that did not hold it, 0 = never */
    /* third 64 bytes: written when a generation begins, is shared, ends, or is woken in vain */
    uint32_t first_thread;    /* first user of the generation, 0 = unknown */
    uint32_t value;           /* sem: initial value; barrier: parties */
    uint64_t shared_ticks;    /* when a second thread used the generation, 0 = one thread only */
    uint32_t signal_stack;    /* last post, signal or broadcast that met no waiter; atomic */
    uint32_t signal_thread;   /* ... its thread */
    uint64_t signal_ticks;    /* ... and when, 0 = never */
    uint64_t signals_missed;  /* how many met no waiter; atomic */
    uint32_t destroyed_stack; /* what ended the last generation, 0 = alive or unseen */
    uint32_t destroyed_thread;
    uint32_t signalled_generation; /* sem: newest generation that was no lock; 0 = none */
    uint32_t unit_thread; /* sem: who took the unit that decided what it is used for; 0 = unknown */
    uint64_t switches;    /* gil: how often it was given up because another thread had asked for it;
                             atomic */
};

/*
 * Who held a lock while somebody waited, and for how long in all: one entry for each (stack,
 * thread) that released it with waiters. A waiter compares the table before and after its wait and
 * divides the wait among the holders whose time has grown. Entries stand where their key hashes to
 * or in the JAM_HOLDER_PROBES - 1 slots behind; when all are taken, the one that was idle longest
 * is given up.
 */
#define JAM_HOLDERS       32
#define JAM_HOLDER_PROBES 4
struct jam_holder_totals {
    uint32_t stack; /* stack_ref of the acquire; key together with thread, 0 = free */
    uint32_t thread;
    uint64_t held_ticks; /* atomic */
    uint64_t last_ticks; /* of its last release */
};
struct jam_holders {
    uint32_t last_stack; /* of the last release with waiters: a change begins a turn */
    uint32_t last_thread;
    uint32_t lock;
    uint32_t unused[13];
    struct jam_holder_totals holder[JAM_HOLDERS];
};

enum jam_thread_flags {
    JAM_THREAD_MAIN = 1,
    JAM_THREAD_DETACHED = 2,
    JAM_THREAD_JOINED = 4,
    JAM_THREAD_ENDED = 8,    /* its start routine returned or it called pthread_exit */
    JAM_THREAD_FOREIGN = 16, /* not made by a pthread_create that we saw */
    JAM_THREAD_ABSENT = 32,  /* of the process that forked this one: it does not exist here */
    JAM_THREAD_DAEMON = 64,  /* Python does not wait for its end */
};

/* A thread of the target. Ids are never reused; a record may be (see threads_retired). */
struct jam_thread_record {
    uint32_t id;
    uint32_t tid;            /* kernel thread id, 0 = created, has not run yet */
    uint32_t parent;         /* thread that created it, 0 = unknown */
    uint32_t create_stack;   /* stack_ref of the pthread_create */
    uint32_t parent_segment; /* parent's segment at the create */
    uint32_t joiner;         /* thread that joined it */
    uint32_t joiner_segment; /* joiner's segment after the join */
    uint32_t lane;           /* lane that serves or served it */
    uint16_t flags;          /* enum jam_thread_flags */
    uint16_t unused;
    uint32_t segment; /* current segment: grows at each create and join it makes */
    uint64_t start_ticks;
    uint64_t end_ticks;            /* 0 = runs, or ended unseen */
    uint64_t start_routine;        /* address, 0 = unknown */
    uint64_t pthread;              /* its pthread_t */
    uint64_t wait_ticks;           /* blocked in locks, conditions, semaphores and joins */
    uint64_t blocked_others_ticks; /* others' waits for locks that it held; atomic */
    uint64_t waits;                /* number of blocking waits */
    char name[JAM_NAME_BYTES];     /* NUL-padded */
    uint32_t exit_held; /* locks it held when its start routine ended; destructors may release */
    uint32_t unused2[3];
    char title
        [JAM_TITLE_BYTES]; /* what Python calls it, UTF-8, NUL-padded; "" = no name of its own */
};

/* --- lanes ----------------------------------------------------------------------------------- */

enum jam_lane_state {
    JAM_LANE_FREE = 0, /* no thread; its totals stay valid */
    JAM_LANE_LIVE = 1,
    JAM_LANE_ENDING = 2, /* start routine has ended, destructors may still run */
    JAM_LANE_ENDED = 3,  /* the thread is gone and held locks: the lane is kept as it was */
};

/* What a thread is doing that may block: jam_wait_word.operation. */
enum jam_operation {
    JAM_OP_NONE = 0,
    JAM_OP_LOCK = 1, /* mutex, rwlock, spin */
    JAM_OP_COND_WAIT = 2,
    JAM_OP_SEM_WAIT = 3,
    JAM_OP_JOIN = 4,
    JAM_OP_BARRIER = 5,
    JAM_OP_ONCE = 6,
    JAM_OP_CUSTOM = 7,
};

/*
 * The wait word: stored before a call that may block, cleared after it. `sequence` is odd while
 * the other fields change; a live reader reads it before and after (seqlock).
 */
struct jam_wait_word {
    uint32_t sequence;
    uint16_t operation; /* enum jam_operation, JAM_OP_NONE = not waiting */
    uint16_t mode;      /* enum jam_mode */
    uint32_t lock;
    uint32_t generation;
    uint32_t stack;
    uint32_t partner; /* cond: the mutex it gave up; join: thread id */
    uint64_t since_ticks;
    uint64_t is_timed; /* 1 = the wait ends by itself */
    uint64_t address;  /* of the object, also when it has no record */
    uint64_t unused[2];
};

enum jam_held_flags {
    JAM_HELD_REENTRY = 1,      /* recursive re-acquisition: no hold of its own */
    JAM_HELD_TRY = 2,          /* got by a try function */
    JAM_HELD_TIMED = 4,        /* got by a timed function */
    JAM_HELD_REACQUIRED = 8,   /* got back inside a condition wait */
    JAM_HELD_UNPUBLISHED = 16, /* no other thread had used the lock when it was acquired */
    JAM_HELD_INHERITED = 32,   /* held when fork(2) made this process */
};

/* A held lock. Oldest first in the list. */
struct jam_held {
    uint64_t address;
    uint64_t acquired_ticks;
    uint32_t lock;
    uint32_t stack; /* stack_ref of the acquire */
    uint32_t generation;
    uint16_t mode;  /* enum jam_mode */
    uint16_t flags; /* enum jam_held_flags */
};

/* First payload of a LANE extent; the inline held list fills the rest of its first 4096 bytes. */
struct jam_lane {
    uint32_t number; /* from 1 */
    uint32_t thread; /* thread it serves, or served last */
    uint32_t tid;
    uint32_t state;  /* enum jam_lane_state */
    uint64_t events; /* events written by all its threads */
    uint64_t events_overwritten;
    uint64_t memo_hits; /* stacks answered by the validated memo (exact only with LOCKJAM_VERIFY) */
    uint64_t memo_misses;  /* stacks that were walked */
    uint64_t rules_learnt; /* frames for which libunwind was asked */
    uint64_t unused;
    struct jam_wait_word wait;
    /* held list */
    uint32_t held_count;    /* published after the entry (release) */
    uint32_t held_capacity; /* entries at held_offset */
    uint64_t held_offset;   /* file offset of the array: inline or in a HELD extent */
    uint64_t unused2[6];
};
#define JAM_LANE_BYTES       4096 /* extent head + struct jam_lane + inline held list */
#define JAM_LANE_INLINE_HELD 120

/* --- totals ---------------------------------------------------------------------------------- */

/*
 * log2 histogram of ticks: bucket 0 counts values below 2^5, bucket i values in
 * [2^(i+4), 2^(i+5)), the last bucket everything above.
 */
struct jam_histogram {
    uint64_t count[JAM_HISTOGRAM_BUCKETS];
};

/*
 * What waiting at one site cost, and what its holds kept others from: begun when the site first
 * fails to get its lock at once, or gives it up while somebody waits for it.
 */
struct jam_wait_totals {
    uint64_t contended; /* acquisitions that had to wait */
    uint64_t wait_ticks;
    uint64_t wait_max_ticks;
    uint64_t try_failures;         /* try functions that did not get it */
    uint64_t timeouts;             /* timed functions that gave up */
    uint64_t failures;             /* other errors (EDEADLK, EOWNERDEAD unrecoverable, ...) */
    uint64_t holds_contended;      /* completed holds at whose end somebody waited for the lock */
    uint64_t hold_contended_ticks; /* sum of these holds, each from its acquire on */
    struct jam_histogram wait;
};

/*
 * Totals of (lock, call stack, mode) in one lane. The same triple may stand in several lanes: sum.
 * hold_histogram_ref is 0 until the second release: with releases == 1 the one hold is hold_ticks.
 * For kinds without holds (cond, sem, thread) `acquisitions` counts completed waits or passes.
 */
struct jam_site {
    uint32_t lock;
    uint32_t stack;    /* stack_ref */
    uint16_t mode;     /* enum jam_mode */
    uint16_t role;     /* of the function of Python's library that it is in: enum jam_site_role */
    uint32_t wait_ref; /* struct jam_wait_totals, 0 = nobody waited, here or for its holds */
    uint64_t acquisitions;
    uint64_t releases; /* completed holds */
    uint64_t hold_ticks;
    uint64_t hold_max_ticks;
    uint32_t hold_histogram_ref;
    uint32_t first_thread; /* that used the site */
    uint32_t last_thread;  /* latest thread of the lane that began to use it */
    uint32_t threads;      /* how often another one began */
};

/* Who made whom wait, in one lane: (lock, waiter stack, blocker stack). */
struct jam_blame {
    uint32_t lock;
    uint32_t waiter_stack;
    uint32_t blocker_stack;  /* holder's acquire, or the wake's stack (cond, sem); 0 = unknown */
    uint32_t waiter_threads; /* different threads of this lane that waited */
    uint64_t count;
    uint64_t wait_ticks;
    uint64_t wait_max_ticks;
    uint32_t last_waiter;  /* thread id */
    uint32_t last_blocker; /* thread id */
    uint64_t unused[2];
};

enum jam_dependency_flags {
    JAM_DEPENDENCY_TIMED = 1,       /* asked for with a time limit */
    JAM_DEPENDENCY_REACQUIRED = 2,  /* got back inside a condition wait */
    JAM_DEPENDENCY_TRY = 4,         /* by a try function: held, but nobody waits */
    JAM_DEPENDENCY_UNPUBLISHED = 8, /* no other thread had used the wanted lock till then */
};

struct jam_dependency_held {
    uint32_t lock;
    uint32_t generation;
    uint32_t stack;
    uint16_t mode;
    uint16_t flags; /* enum jam_held_flags */
};

/* Which thread made a dependency, in which of its segments. */
#define JAM_DEPENDENCY_INSTANCES 4
struct jam_instance {
    uint32_t thread;
    uint32_t segment;
};

/*
 * An element of the lock-dependency relation (Bensalem & Havelund; Joshi et al., "iGoodlock"):
 * a lock was acquired (or asked for) while others were held. Deduplicated per lane by everything
 * but the instances and times: the first and the latest three (thread, segment) pairs are kept,
 * `instances` counts how many there were. Records are 80 + 16 * held_count bytes. A new one may take
 * over the record of an older one in which some lock has ended.
 *
 * What is wanted may be anything that a thread can wait for. Of kinds with holders (mutex, rwlock,
 * spin, lock-like semaphore, once, gil, python-lock, custom) and of joins (kind thread: a thread
 * holds itself for as long as it lives) cycles are made; the wait for a condition, another
 * semaphore or a barrier while locks are held is a fact of its own.
 */
struct jam_dependency {
    uint32_t lock;
    uint32_t generation;
    uint32_t stack;
    uint16_t mode;
    uint16_t flags;      /* enum jam_dependency_flags */
    uint16_t held_count; /* never changes */
    uint16_t turns;      /* grows by 2 with each take-over; atomic, odd = being written (seqlock) */
    uint32_t epoch;
    uint32_t instances; /* 0 = not yet whole */
    uint32_t partner;   /* a join (kind thread, or sem): id of the thread; cond: the mutex */
    struct jam_instance instance[JAM_DEPENDENCY_INSTANCES];
    uint64_t first_ticks;
    uint64_t last_ticks;               /* latest occurrence; never before first_ticks */
    struct jam_dependency_held held[]; /* oldest first */
};

_Static_assert(sizeof(struct jam_header) <= JAM_HEADER_BYTES, "header fits its page");
_Static_assert(sizeof(struct jam_extent) == 64, "extent head");
_Static_assert(sizeof(struct jam_module) == 88, "module head");
_Static_assert(sizeof(struct jam_stack) == 32, "stack head");
_Static_assert(sizeof(struct jam_lock_record) == 192, "lock record");
_Static_assert(sizeof(struct jam_thread_record) == 192, "thread record");
_Static_assert(sizeof(struct jam_holders) == 64 + JAM_HOLDERS * 24, "holders");
_Static_assert(sizeof(struct jam_wait_word) == 64, "wait word");
_Static_assert(sizeof(struct jam_held) == 32, "held entry");
_Static_assert(sizeof(struct jam_lane) == 192, "lane");
_Static_assert(sizeof(struct jam_extent) + sizeof(struct jam_lane) +
                       JAM_LANE_INLINE_HELD * sizeof(struct jam_held) ==
                   JAM_LANE_BYTES,
               "lane extent");
_Static_assert(sizeof(struct jam_histogram) == 256, "histogram");
_Static_assert(sizeof(struct jam_wait_totals) == 320, "wait totals");
_Static_assert(sizeof(struct jam_site) == 64, "site");
_Static_assert(sizeof(struct jam_blame) == 64, "blame");
_Static_assert(sizeof(struct jam_dependency) == 80, "dependency head");

#endif
