/*
 * A check: traces read, detectors run, findings named, merged, filtered and ready to be shown.
 *
 *      jam_check_open     reads the traces and runs all detectors over each
 *      jam_check_judge    gives findings their ids, merges equal ones, applies the user's files
 *      jam_check_text ... one function for each format
 *
 * ITEMS. What is shown is an item: all findings with the same id, over instances of a class,
 * processes and traces, with the surest of them as the example. Items are sorted: what counts
 * first (worst, surest, most frequent), what was filtered last. An item that is filtered in one
 * place and not in another is not filtered.
 */
#ifndef JAM_RENDER_CHECK_H
#define JAM_RENDER_CHECK_H

#include "core/finding/finding.h"
#include "render/render_report.h"

#define JAM_CHECK_ID_BYTES 17 /* 16 hexadecimal digits and the NUL */

struct jam_check_item {
    const struct jam_finding *finding; /* the example */
    uint64_t hash;
    char id[JAM_CHECK_ID_BYTES];
    uint64_t count;         /* occurrences and instances, of all findings with the id */
    enum jam_filter filter; /* also by the user's files */
    const char *because;    /* SUPPRESSED: the user's reason, or the suppression */
    bool is_failing;        /* counts for the exit status */
};

/* See jam_check_frames. */
struct jam_check_stack {
    struct jam_symbol_frame *frames;
    size_t count;
};

struct jam_check {
    struct jam_report report; /* traces, totals, names of locks */
    struct jam_findings findings;
    struct jam_check_item *items; /* after jam_check_judge */
    size_t item_count, item_capacity;
    size_t shown_count; /* items[0 .. shown_count - 1] are not filtered */
    struct jam_intern texts;
    struct jam_check_stack *stacks;
    size_t stack_count, stack_capacity;
    struct jam_map stack_map; /* (process, stack_ref) */
    uint64_t dependencies;
    const struct jam_facts *program; /* set by a caller who ran it: what is told of a program that
                                        left no trace; NULL = traces were given */
};

/* What makes a check fail: --fail-on. */
enum jam_fail_on { JAM_FAIL_CONFIRMED, JAM_FAIL_FEASIBLE, JAM_FAIL_WEAK, JAM_FAIL_NEW };

struct jam_check_view {
    bool is_verbose; /* whole stacks, and what was filtered */
    bool is_color;
};

/*
 * Reads `count` traces, none for a program that left none. Returns 0, JAM_ERROR_INPUT with file, offset and reason for the first one
 * that cannot be read, or JAM_ERROR_SYSTEM. To be ended with jam_check_close in any case.
 */
int jam_check_open(struct jam_check *check, char *const *paths, size_t count,
                   struct jam_error *error);
void jam_check_close(struct jam_check *check);

/* What the user says about findings; NULL = nothing. Belongs to the caller. */
struct jam_check_rules {
    enum jam_fail_on fail_on;
    struct jam_suppressions *suppressions; /* hits are counted in it */
    const struct jam_baseline *baseline;
};

/* Makes the items of all findings; 0 or JAM_ERROR_SYSTEM. */
int jam_check_judge(struct jam_check *check, const struct jam_check_rules *rules,
                    struct jam_error *error);

/* Whether any item counts for the exit status. */
bool jam_check_has_failed(const struct jam_check *check);

/* Write the result; errors of the stream are the caller's to check. */
void jam_check_text(struct jam_check *check, const struct jam_check_view *view, FILE *out);
void jam_check_json(struct jam_check *check, const struct jam_check_view *view, FILE *out);
void jam_check_sarif(struct jam_check *check, const struct jam_check_view *view, FILE *out);
void jam_check_junit(struct jam_check *check, const struct jam_check_view *view, FILE *out);
void jam_check_markdown(struct jam_check *check, const struct jam_check_view *view, FILE *out);

/* Parts of these, for other commands: the findings that count, and FINDING objects of a range. */
void jam_check_text_items(struct jam_check *check, const struct jam_check_view *view, FILE *out);
void jam_check_json_items(struct jam_check *check, size_t first, size_t end, FILE *out);

/* The id's hash of one finding, and of one edge of it: see core/finding/fingerprint.h. */
uint64_t jam_check_hash(struct jam_check *check, const struct jam_finding *finding);
uint64_t jam_check_hash_edge(struct jam_check *check, const struct jam_finding *finding,
                             const struct jam_finding_edge *edge);

/*
 * Drops items that tell what another one tells better: what is filtered in one place and not in
 * another, predictions of what happened, the misuse that a deadlock consists of. `map` leads from
 * (hash, filter) to items. 0, or -1 without memory.
 */
int jam_check_drop_repeated(struct jam_check *check, const struct jam_map *map);

#endif
