/*
 * Replay: events in, facts out.
 *
 * The events of a trace say "begins" and "ends" apart; what an analysis wants to know is "thread 7
 * waited for lock 3 from here to there". The replay keeps for every thread what it holds and what
 * it waits for, for every lock who owns it and how many wait, and turns each event into at most one
 * fact:
 *
 *      WAIT_BEGIN, WAIT_END   WAITS, WAITED    with the beginning, the call stack, the blocker
 *      ACQUIRE                ACQUIRED
 *      RELEASE, HOLD          RELEASED         with the beginning of the hold
 *      WAKE                   WOKE
 *      CREATE, JOIN           CREATED, JOINED
 *      TRY_FAILED             TRIED
 *
 * An event that cannot follow what came before (a release of what is not held, a second owner, a
 * time that runs backwards) is counted by kind in `broken`; the state afterwards is what the event
 * says, so one broken sequence does not bring forth others.
 *
 * Events come in by time, all lanes merged. Time is linear in events; memory grows with threads,
 * locks and locks held at once, never with events. Nothing here knows files or clocks: times are
 * ticks. Functions return 0, or -1 when memory is short.
 */
#ifndef JAM_CORE_REPLAY_H
#define JAM_CORE_REPLAY_H

#include <stdbool.h>
#include <stddef.h>

#include "core/event.h"
#include "trace_format.h"
#include "util/map.h"

#define JAM_REPLAY_NONE UINT32_MAX /* no such thread or lock */

/* A lock that a thread holds; known only where ACQUIRE events are (--events=all). */
struct jam_replay_held {
    uint32_t lock;  /* index into locks */
    uint32_t stack; /* of the acquire */
    uint32_t depth; /* 1, more if it was acquired again meanwhile */
    uint16_t mode;  /* enum jam_mode */
    uint64_t since;
    uint64_t counted; /* for analyses: up to when they have used this hold; starts as `since` */
    uint64_t waited;  /* the lock's waited_ticks when it was acquired */
};

struct jam_replay_thread {
    uint32_t id;
    uint32_t parent; /* thread id, 0 = unknown */
    uint16_t flags;  /* enum jam_thread_flags */
    bool is_waiting;
    uint8_t wait_operation; /* enum jam_operation */
    uint32_t wait_lock;     /* index */
    uint32_t wait_stack;
    uint64_t wait_begin;
    uint64_t start_ticks, end_ticks; /* 0 = unknown; end: also still running */
    uint64_t last_ticks;             /* of its last event, 0 = none */
    struct jam_replay_held *held;    /* oldest first */
    size_t held_count, held_capacity;
};

struct jam_replay_lock {
    uint32_t id;
    uint32_t partner;      /* condition: id of its mutex */
    uint16_t kind;         /* enum jam_lock_kind, 0 = only events tell that it exists */
    uint32_t owner;        /* index of the exclusive owner, JAM_REPLAY_NONE */
    uint32_t holders;      /* holders in any mode */
    uint32_t max_readers;  /* most that held it shared at once, where ACQUIRE events are */
    uint32_t waiters;      /* threads in a wait for it */
    uint64_t waited_since; /* when the first of the present waiters came */
    uint64_t waited_ticks; /* time in which somebody waited, up to waited_since */
};

/* Sequences that cannot happen. */
enum jam_broken {
    JAM_BROKEN_BACKWARDS,    /* earlier than an event before it */
    JAM_BROKEN_WAIT_IN_WAIT, /* a wait begins inside another one */
    JAM_BROKEN_END_NO_WAIT,  /* a wait ends that never began */
    JAM_BROKEN_OTHER_LOCK,   /* a wait ends at another object than it began at */
    JAM_BROKEN_TWO_OWNERS,   /* acquired while another thread owns it */
    JAM_BROKEN_NOT_HELD,     /* released by a thread that does not hold it */
    JAM_BROKEN_UNKNOWN,      /* an event that we do not know, or of no thread */
    JAM_BROKENS
};

enum jam_fact_kind {
    JAM_FACT_NONE,
    JAM_FACT_WAITS,
    JAM_FACT_WAITED,
    JAM_FACT_ACQUIRED,
    JAM_FACT_RELEASED,
    JAM_FACT_WOKE,
    JAM_FACT_CREATED,
    JAM_FACT_JOINED,
    JAM_FACT_TRIED,
};

/* Fields that a kind does not have are 0, or JAM_REPLAY_NONE for indices. */
struct jam_fact {
    enum jam_fact_kind kind;
    uint32_t thread; /* index: who did it */
    uint32_t lock;   /* index */
    uint32_t other;  /* index of a thread: who blocked or woke, was created, was joined */
    uint32_t stack;
    uint16_t mode;
    uint8_t operation;    /* WAITS, WAITED: enum jam_operation */
    bool has_failed;      /* WAITED: without getting it */
    bool is_broadcast;    /* WOKE */
    bool is_holding;      /* WOKE: by a thread that holds the condition's mutex */
    bool is_again;        /* WAITS: for a condition, without having given the mutex back since */
    bool is_turn;         /* RELEASED: only a beginning of a turn is known, not each release */
    uint64_t begin;       /* WAITED, RELEASED: since when; JOINED: of the wait */
    uint64_t ticks;       /* now */
    uint64_t hold_waited; /* RELEASED: how much of the hold somebody waited for the lock */
};

struct jam_replay {
    struct jam_replay_thread *threads;
    size_t thread_count, thread_capacity;
    struct jam_replay_lock *locks;
    size_t lock_count, lock_capacity;
    struct jam_map thread_map, lock_map; /* id to index */
    uint32_t last_thread;                /* index of the thread of the last event */
    uint64_t now;
    uint64_t broken[JAM_BROKENS];
    bool has_all;     /* every acquire and release is an event (--events=all) */
    bool is_complete; /* no event was lost: a release without its acquire is broken, not unseen */
    uint64_t unseen;  /* releases of holds that began before the first event that was kept */
};

/* Ends it; all zero is an empty one. */
void jam_replay_fini(struct jam_replay *replay);

/* What the tables know beforehand. Threads and locks of no table are made when events name them. */
int jam_replay_add_thread(struct jam_replay *replay, const struct jam_thread_record *record);
int jam_replay_add_lock(struct jam_replay *replay, const struct jam_lock_record *record);

/* The next event. The fact has kind JAM_FACT_NONE if the event makes none. */
int jam_replay_step(struct jam_replay *replay, const struct jam_event_view *event,
                    struct jam_fact *fact);

/* The index of an id, JAM_REPLAY_NONE if it never occurred. */
uint32_t jam_replay_find_thread(const struct jam_replay *replay, uint32_t id);
uint32_t jam_replay_find_lock(const struct jam_replay *replay, uint32_t id);

/* Time in which somebody waited for the lock, up to `now`. */
uint64_t jam_replay_waited(const struct jam_replay_lock *lock, uint64_t now);

uint64_t jam_replay_broken_sum(const struct jam_replay *replay);

/* "released by a thread that does not hold it". */
const char *jam_replay_broken_text(enum jam_broken broken);

#endif
