/*
 * Baselines: the findings that were there before, by id.
 *
 *      lockjam-baseline 1
 *      # comment
 *      62a1c0de62a1c0de lock-order-inversion a and b are taken in conflicting orders ...
 *
 * Only the id counts; kind and message are for who reviews the file. A baseline is written by one
 * check and read by the next ones.
 */
#ifndef JAM_CORE_BASELINE_H
#define JAM_CORE_BASELINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/error.h"
#include "util/map.h"

#define JAM_BASELINE_TITLE "lockjam-baseline 1"

struct jam_baseline {
    struct jam_map by_id;
    size_t count;
};

/* Reads a file's text, which is cut up. 0; JAM_ERROR_INPUT with "NAME:LINE: REASON"; SYSTEM. */
int jam_baseline_parse(struct jam_baseline *baseline, const char *name, char *text,
                       struct jam_error *error);
void jam_baseline_fini(struct jam_baseline *baseline);

bool jam_baseline_has(const struct jam_baseline *baseline, uint64_t id);

#endif
