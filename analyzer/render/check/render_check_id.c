/* Ids of findings: resolves stacks to names and hands them to core/finding/fingerprint.h. */
#include <stdlib.h>
#include <string.h>

#include "core/finding/fingerprint.h"
#include "render/check/render_check_name.h"

/* A chain that repeats a function (recursion) is as deep as the data; it counts once. */
static bool is_same_function(const struct jam_symbol_frame *a, const struct jam_symbol_frame *b)
{
    return a->function && b->function && strcmp(a->function, b->function) == 0;
}

static uint64_t add_stack(struct jam_check *check, const struct jam_finding *finding,
                          uint32_t stack, uint64_t hash)
{
    struct jam_frame_list list = jam_check_frames(check, finding, stack);
    for (size_t i = 0; i < list.count; i++) {
        const struct jam_symbol_frame *frame = &list.frames[i];
        const struct jam_fingerprint_frame names = {frame->function, frame->file, frame->module,
                                                    frame->offset};
        if (i == 0 || !is_same_function(frame, frame - 1))
            hash = jam_fingerprint_frame(hash, &names);
    }
    return jam_fingerprint_text(hash, "end of stack");
}

/* Who first used a lock depends on timing: only what names or creates it counts. */
static uint64_t add_class(struct jam_check *check, const struct jam_finding *finding,
                          const struct jam_lock_use *use, uint64_t hash)
{
    static const char first_used[] = " first used at ";
    const char *name = jam_check_class_name(check, finding, use);
    return jam_fingerprint_text(hash, strstr(name, first_used) ? "unnamed" : name);
}

/* A Python thread gets the GIL wherever it happens to need it again: that place means nothing. */
static bool is_gil(const struct jam_check *check, const struct jam_finding *finding,
                   const struct jam_lock_use *use)
{
    const struct jam_contention_lock *lock = jam_check_lock(check, finding, use);
    return lock && lock->kind == JAM_LOCK_GIL;
}

uint64_t jam_check_hash_edge(struct jam_check *check, const struct jam_finding *finding,
                             const struct jam_finding_edge *edge)
{
    uint64_t hash = JAM_FINGERPRINT_START;
    hash = add_class(check, finding, &edge->holds, hash);
    if (!is_gil(check, finding, &edge->holds))
        hash = add_stack(check, finding, edge->holds.stack, hash);
    hash = add_class(check, finding, &edge->wants, hash);
    return add_stack(check, finding, edge->wants.stack, hash);
}

/*
 * What is not a cycle: the place where it happened. The other place (who held the lock just then)
 * depends on timing and counts only if there is no place of its own.
 */
static uint64_t hash_subject(struct jam_check *check, const struct jam_finding *finding)
{
    const struct jam_lock_use *use = finding->subject.stack ? &finding->subject : &finding->other;
    uint64_t hash = add_class(check, finding, &finding->subject, JAM_FINGERPRINT_START);
    return add_stack(check, finding, use->stack, hash);
}

uint64_t jam_check_hash(struct jam_check *check, const struct jam_finding *finding)
{
    uint64_t hash =
        jam_fingerprint_text(JAM_FINGERPRINT_START, jam_finding_kind_name(finding->kind));
    if (finding->reason == JAM_REASON_DECLARED)
        hash = jam_fingerprint_text(hash, "declared");
    if (!finding->edge_count) {
        uint64_t part = hash_subject(check, finding);
        return jam_fingerprint_join(hash, &part, 1);
    }
    uint64_t *parts = malloc(finding->edge_count * sizeof *parts);
    if (!parts)
        return hash;
    for (size_t i = 0; i < finding->edge_count; i++)
        parts[i] = jam_check_hash_edge(check, finding, &finding->edges[i]);
    hash = jam_fingerprint_join(hash, parts, finding->edge_count);
    free(parts);
    return hash;
}
