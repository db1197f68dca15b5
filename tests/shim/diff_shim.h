/* A plain-C door to core/diff: two runs as lists of what was waited for. */
#ifndef JAM_DIFF_SHIM_H
#define JAM_DIFF_SHIM_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* site NULL: the class itself. */
struct jam_shim_part {
    int side; /* 0 old, 1 new */
    const char *lock, *site;
    uint64_t wait_ns;
};

/*
 * Compares and returns the rows in order, one line each: "verdict lock" or "verdict lock/site"; the
 * sum's verdict first. To be freed.
 */
char *jam_shim_diff(const struct jam_shim_part *parts, size_t count, double percent);

size_t jam_shim_regressions(const struct jam_shim_part *parts, size_t count, double percent);

#ifdef __cplusplus
}
#endif

#endif
