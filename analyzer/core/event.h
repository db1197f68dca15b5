/*
 * An event of a trace, decoded: what readers hand out and the replay takes in.
 */
#ifndef JAM_CORE_EVENT_H
#define JAM_CORE_EVENT_H

#include <stdint.h>

struct jam_event_view {
    uint64_t ticks;
    uint64_t since_ticks; /* HOLD: when the lock was acquired, 0 = unknown */
    uint32_t a, b;        /* meaning by kind: see enum jam_event_kind */
    uint32_t lane;
    uint32_t thread;
    uint8_t kind; /* enum jam_event_kind, or a number that we do not know */
    uint8_t flags;
};

#endif
