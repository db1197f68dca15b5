/*
 * Watches a recorded program for deadlocks and hangs while it runs, and ends it when its time is
 * up.
 *
 *     every JAM_WATCH_TICK_NS, for each process of the run:
 *         read the wait words (record_lanes.h)
 *         nobody new sits in one wait since the last tick?   that was all
 *         take a snapshot with the kernel's view, judge it   (trace_hang.h)
 *         stuck for certain?                                 tell it, do what is to be done
 *
 * So a deadlock is told two ticks after its last thread began to wait. A program whose threads come
 * and go costs one read a thread and tick; one that sits and waits, nothing else either, because a
 * snapshot of the same sitters is repeated ever more rarely.
 *
 * Nothing is written to the traces, and the program is not stopped.
 */
#ifndef JAM_RECORD_WATCH_H
#define JAM_RECORD_WATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "record/record_lanes.h"
#include "record/record_setup.h"

#define JAM_WATCH_TICK_NS 200000000

struct jam_record_watched {
    char *path;
    pid_t pid;
    struct jam_record_lanes lanes;
    uint64_t judged;       /* fingerprint of the sitters that were judged last */
    unsigned pause, later; /* ticks until the same sitters are judged again; the next such pause */
    size_t told;           /* findings that were told */
};

struct jam_record_watch {
    /* to be filled in by the caller */
    const struct jam_record_setup *setup;
    enum jam_on_deadlock on_deadlock;
    bool ends_deadlocked; /* a program that is deadlocked for certain is killed */
    uint64_t timeout_s;   /* 0 = none */
    const pid_t *root;    /* the program that was started */
    /* what became of it */
    bool is_hang; /* something certain was told */
    bool is_killed, has_timed_out;
    bool has_seen; /* a trace: if there is none in the end, somebody took it away */
    /* private */
    int news; /* inotify: files that come and go in the folder of the traces */
    unsigned rescans;
    uint64_t started_ns;
    struct jam_record_watched *list;
    size_t count, capacity;
};

void jam_record_watch_init(struct jam_record_watch *watch);
void jam_record_watch_fini(struct jam_record_watch *watch);

/* One look; a struct jam_record_watch, as jam_record_target.tick wants it. */
void jam_record_watch_tick(void *watch);

/* Whether the trace of this process was watched: it is among those that were killed together. */
bool jam_record_watch_has(const struct jam_record_watch *watch, pid_t pid);

#endif
