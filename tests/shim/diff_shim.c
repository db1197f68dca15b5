/* Calls and converts, nothing else. */
#include "diff_shim.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/contention/diff.h"

static struct jam_diff compare(const struct jam_shim_part *parts, size_t count, double percent)
{
    struct jam_diff diff = {0};
    const struct jam_diff_rule rule = {percent};
    for (size_t i = 0; i < count; i++) {
        const struct jam_diff_part part = {
            .lock = parts[i].lock,
            .site = parts[i].site,
            .kind = JAM_LOCK_MUTEX,
            .totals = {.wait_ns = parts[i].wait_ns},
        };
        if (jam_diff_add(&diff, parts[i].side ? JAM_DIFF_NEW : JAM_DIFF_OLD, &part) != 0)
            abort();
    }
    jam_diff_finish(&diff, &rule);
    return diff;
}

char *jam_shim_diff(const struct jam_shim_part *parts, size_t count, double percent)
{
    char *text = NULL;
    size_t size;
    struct jam_diff diff = compare(parts, count, percent);
    FILE *out = open_memstream(&text, &size);
    fprintf(out, "%s\n", jam_verdict_name(diff.verdict));
    for (size_t i = 0; i < diff.count; i++) {
        const struct jam_diff_row *row = &diff.rows[i];
        bool is_site = row->site != JAM_MAP_NONE;
        fprintf(out, "%s %s%s%s\n", jam_verdict_name(row->verdict),
                jam_intern_text(&diff.names, row->lock), is_site ? "/" : "",
                is_site ? jam_intern_text(&diff.names, row->site) : "");
    }
    fclose(out);
    jam_diff_fini(&diff);
    return text;
}

size_t jam_shim_regressions(const struct jam_shim_part *parts, size_t count, double percent)
{
    struct jam_diff diff = compare(parts, count, percent);
    size_t regressions = jam_diff_regressions(&diff, percent);
    jam_diff_fini(&diff);
    return regressions;
}
