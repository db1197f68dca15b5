/*
 * What the user asked for: the LOCKJAM_* environment variables (liblockjam(7)).
 *
 * `lockjam record` sets them; by hand they mean the same. A value that makes no sense is reported
 * once on standard error and replaced by the default: the target must run.
 */
#ifndef JAM_CONFIG_H
#define JAM_CONFIG_H

#include <stdbool.h>
#include <stdint.h>

#define JAM_DEFAULT_RING_BYTES  (64u << 20)
#define JAM_DEFAULT_STACK_DEPTH 64

struct jam_config {
    const char *output;    /* LOCKJAM_OUTPUT: file or folder; NULL = default name, current folder */
    const char *run_id;    /* LOCKJAM_RUN; "" if unset */
    uint32_t event_mode;   /* LOCKJAM_EVENTS: enum jam_event_mode */
    uint32_t depth_frames; /* LOCKJAM_STACK_DEPTH: 1..JAM_MAX_FRAMES */
    uint64_t ring_bytes;   /* LOCKJAM_MAX_SIZE for all rings together; 0 = unlimited */
    bool follows_fork;     /* LOCKJAM_FOLLOW_FORK=yes|no */
    bool verifies_stacks;  /* LOCKJAM_VERIFY=stacks */
};

extern struct jam_config jam_config;

/*
 * Where the environment was when the process began, as ld.so tells our constructor: the target may
 * change environ later. Before that, environ is used.
 */
void jam_config_set_environment(char **environment);

/* Read the environment. The strings stay where they are: in the environment block. */
void jam_config_read(void);

#endif
