/*
 * Livelocks and misuse from plain numbers, for C++.
 */
#ifndef JAM_LIVELOCK_SHIM_H
#define JAM_LIVELOCK_SHIM_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A streak of failed tries; times in ticks, of which a livelock needs 100 in company. */
struct jam_shim_retry {
    uint32_t thread, held_lock, lock;
    uint64_t since, until, failures;
    int is_over; /* a success ended it */
};

/*
 * The livelocks of a process that ended at `end`, by itself or not, as "weak 1>2 2>1; ...": the
 * grade, then thread ids, with the lock that each holds and the one it tries for. To be freed.
 */
char *jam_shim_livelock(const struct jam_shim_retry *retries, size_t count, uint64_t end,
                        int is_open);

/*
 * What a misuse becomes: "kind severity", "" for nothing. `kind` is an enum jam_misuse_kind,
 * `lock_kind` an enum jam_lock_kind. To be freed.
 */
char *jam_shim_misuse(uint16_t kind, int32_t result, uint16_t lock_kind);

#ifdef __cplusplus
}
#endif

#endif
