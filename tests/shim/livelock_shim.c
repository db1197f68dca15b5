/* Makes the records, and writes the findings as text. */
#include "livelock_shim.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/hang/livelock.h"
#include "core/finding/misuse.h"

static struct jam_retry retry_of(const struct jam_shim_retry *retry)
{
    return (struct jam_retry){
        .lock = retry->lock,
        .thread = retry->thread,
        .held_lock = retry->held_lock,
        .failures = retry->failures,
        .streak = retry->is_over ? 0 : retry->failures,
        .streak_since_ticks = retry->since,
        .last_ticks = retry->until,
        .longest = retry->failures,
        .longest_since_ticks = retry->since,
        .longest_until_ticks = retry->until,
    };
}

static void write_findings(const struct jam_findings *findings, FILE *out)
{
    for (size_t i = 0; i < findings->count; i++) {
        const struct jam_finding *finding = &findings->list[i];
        fprintf(out, "%s%s", i ? "; " : "", jam_grade_name(finding->grade));
        for (size_t edge = 0; edge < finding->edge_count; edge++)
            fprintf(out, " T%u:%u>%u", finding->edges[edge].thread, finding->edges[edge].holds.lock,
                    finding->edges[edge].wants.lock);
    }
}

char *jam_shim_livelock(const struct jam_shim_retry *retries, size_t count, uint64_t end,
                        int is_open)
{
    struct jam_livelock livelock = {
        .overlap_ticks = 100, .end_ticks = end, .is_open = is_open != 0};
    struct jam_findings findings = {0};
    char *text = NULL;
    size_t bytes;
    FILE *out = open_memstream(&text, &bytes);
    for (size_t i = 0; i < count; i++) {
        struct jam_retry retry = retry_of(&retries[i]);
        jam_livelock_add(&livelock, &retry);
    }
    jam_livelock_find(&livelock, &findings);
    write_findings(&findings, out);
    fclose(out);
    jam_findings_fini(&findings);
    jam_livelock_fini(&livelock);
    return text;
}

char *jam_shim_misuse(uint16_t kind, int32_t result, uint16_t lock_kind)
{
    const struct jam_lock_record lock = {.id = 1, .kind = lock_kind};
    const struct jam_misuse misuse = {
        .kind = kind, .result = result, .lock = 1, .stack = 2, .thread = 3, .count = 4};
    struct jam_findings findings = {0};
    char *text = NULL;
    jam_misuse_tell(&misuse, &lock, &findings);
    if (!findings.count)
        text = calloc(1, 1);
    else if (asprintf(&text, "%s %s", jam_finding_kind_name(findings.list[0].kind),
                      jam_severity_name(findings.list[0].severity)) < 0)
        text = NULL;
    jam_findings_fini(&findings);
    return text;
}
